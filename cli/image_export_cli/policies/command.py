"""The verb `policies`: its command line. What each role needs is told by `rights`, imported when it runs."""

import json
import logging
import os
from pathlib import Path

import click

from .. import options


@click.command(epilog="\b\nExample:\n  image-export policies image-export --account 1234567890123456")
@click.argument("role", required=False)
@options.functions
@click.option("--account", type=options.AccountId(), help="The functions' account, so that nobody is asked.")
def command(role: str | None, functions: Path, account: str | None) -> int:
    """Print the minimal RAM policy of ROLE, or of every role, as JSON.

    The role `doctor` is whoever runs the doctor. Without --account your keys tell which account it is. Only the JSON
    goes to stdout. It ends with 1 where there is no such role, or where a file is wrong.
    """
    from ..report import Report
    from ..rights.minimal import minimal_policies
    from ..session import Session

    logging.disable()  # as the doctor does
    session = Session(functions, os.environ)
    found = list(session.open(account))
    policies = minimal_policies(session.deployment) if session.deployment else {}
    if not policies:
        Report(stderr=True).show(finding for finding in found if finding.status != "ok")
        return 1
    if role is not None and role not in policies:
        click.echo(f"{role!r} is none of {', '.join(policies)}", err=True)
        return 1
    click.echo(json.dumps(policies if role is None else policies[role], indent=2))
    return 0
