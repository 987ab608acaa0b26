"""The verb `policies`: its command line. What each role needs is told by `rights`, imported when it runs."""

import json
import logging
import os
from pathlib import Path

import click

from .. import options


@click.command(epilog="\b\nExample:\n  image-export policies operator-read --account 1234567890123456")
@click.argument("role", required=False)
@options.of_deployment
@click.option("--account", type=options.AccountId(), help="The functions' account, so that nobody is asked.")
def command(role: str | None, deployment: Path, account: str | None) -> int:
    """Print the minimal RAM policy of ROLE, or of every role, as JSON.

    Three are for people: `doctor` for whoever runs the doctor; `operator-read` for whoever looks with list, show, plan,
    watch, events, token list, and the doctor with --no-test-event; `operator`, beside it, for whoever acts.

    Without --account your keys tell which account it is. Only the JSON goes to stdout. It ends with 1 where there is no
    such role, or where a file is wrong.
    """
    from ..report import Report
    from ..rights.minimal import minimal_policies
    from ..session import Session

    logging.disable()  # as the doctor does
    session = Session(deployment, os.environ, options.said().profile)
    found = list(session.open(account))
    policies = minimal_policies(session.deployment) if session.deployment else {}
    if not policies:
        Report(stderr=True).show(finding for finding in found if finding.status != "ok")
        return 1
    if role is not None and role not in policies:
        click.echo(f"✗ There is no role {role} here; there are: {', '.join(policies)}.", err=True)
        return 1
    click.echo(json.dumps(policies if role is None else policies[role], indent=2))
    return 0
