"""The verb `doctor`: its command line. What it finds is found in `examination`, imported when it runs."""

import logging
import os
from pathlib import Path
from typing import TextIO

import click

from .. import checkout, options


@click.command(epilog="\b\nExample:\n  image-export doctor --output json --no-test-event")
@options.of_deployment
@options.of_output
@click.option("--json", "in_json", is_flag=True, help="The same as --output json.")
@click.option("--only-problems", is_flag=True, help="Only what is wrong, or could not be told.")
@click.option("--no-test-event", is_flag=True, help="Send nothing to the buses of policy.yaml.")
@click.option(
    "--test",
    "tried",
    multiple=True,
    metavar="NAME",
    help="Send channels of that name (or KIND:NAME) a message; no more.",
)
@click.option("--log", type=click.File(), metavar="FILE", help="Lines of the functions' log; - reads stdin.")
def command(
    deployment: Path,
    output: options.Output,
    *,
    in_json: bool,
    only_problems: bool,
    no_test_event: bool,
    tried: tuple[str, ...],
    log: TextIO | None,
) -> int:
    """Look at a deployment and name what is wrong.

    It reads only, but sends one test event to each bus. It uses the keys of whoever deploys, and looks into further
    accounts through the roles of the policy, where these let in whoever deploys. With an accepted token in
    IMAGE_EXPORT_HTTP_TOKEN it asks /healthz which SDKs are loaded. --test sends one message to a channel of the policy,
    with the variables that the deployed function has.

    It ends with 1 where something is wrong; else with 3 where something could not be told, since the cloud did not
    answer or a right to look is missing; else with 0. A note is neither: nobody can tell it from here, or somebody
    wanted it so.
    """
    from ..report import Report, as_json, ending
    from ..session import Session
    from .examination import examine
    from .examined import Evidence

    logging.disable()  # the SDKs log refusals with details of the request; findings say what came of it
    pins = checkout.pins()
    evidence = Evidence(
        test_event=not no_test_event,
        tried=tried,
        requirements=pins.read_text() if pins else "",
        log=tuple(log or ()),
        token=os.environ.get("IMAGE_EXPORT_HTTP_TOKEN", ""),
    )
    found = examine(Session(deployment, os.environ, options.said().profile), evidence)
    if in_json or output == "json":
        findings = list(found)
        click.echo(as_json(findings, only_problems=only_problems))
        return ending(findings)
    report = Report(only_problems=only_problems)
    report.show(found)
    report.conclude()
    return ending(report.seen)
