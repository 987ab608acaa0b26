"""The verb `doctor`: its command line. What it finds is found in `examination`, imported when it runs."""

import logging
import os
from pathlib import Path
from typing import TextIO

import click

from .. import checkout, options


@click.command(epilog="\b\nExample:\n  image-export doctor --json --no-test-event")
@options.functions
@click.option("--json", "in_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--no-test-event", is_flag=True, help="Send nothing to the buses of policy.yaml.")
@click.option("--log", type=click.File(), metavar="FILE", help="Lines of the functions' log; - reads stdin.")
def command(functions: Path, *, in_json: bool, no_test_event: bool, log: TextIO | None) -> int:
    """Look at a deployment and name what is wrong.

    It reads only, but sends one test event to each bus. It uses the keys of whoever deploys
    (ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET, _SECURITY_TOKEN). With an accepted token in IMAGE_EXPORT_HTTP_TOKEN it
    asks /healthz which SDKs are loaded.

    It ends with 1 where something is wrong, and with 0 where nothing is, as far as can be told.
    """
    from ..report import Report, as_json, is_healthy
    from ..session import Session
    from .examination import examine
    from .examined import Evidence

    logging.disable()  # the SDKs log refusals with details of the request; findings say what came of it
    pins = checkout.pins()
    evidence = Evidence(
        test_event=not no_test_event,
        requirements=pins.read_text() if pins else "",
        log=tuple(log or ()),
        token=os.environ.get("IMAGE_EXPORT_HTTP_TOKEN", ""),
    )
    found = examine(Session(functions, os.environ), evidence)
    if in_json:
        findings = list(found)
        click.echo(as_json(findings))
        return int(not is_healthy(findings))
    report = Report()
    report.show(found)
    report.conclude()
    return int(not report.healthy)
