"""The verb `list`: its command line. The ledger is searched in `listing`, imported when it runs."""

from pathlib import Path
from typing import Any

import click

from .. import options

STATUSES = ("Requested", "Exporting", "Verifying", "Completed", "Failed", "Cancelled")


EXAMPLES = """\b
Examples:
  image-export list --status Failed --since 7d
  image-export list --image-name 'golden-*' --limit 20 --output json"""


@click.command(epilog=EXAMPLES)
@options.of_deployment
@options.of_output
@click.option(
    "--status", type=click.Choice(STATUSES, case_sensitive=False), multiple=True, help="Of these; may be repeated."
)
@click.option("--image-id", type=options.ImageId(), help="Of this image: fast, however many others there are.")
@click.option("--image-name", metavar="GLOB", help="Of images whose name fits, such as 'golden-*'.")
@click.option("--account", "account_id", type=options.Account(), help="Of this account.")
@click.option("--region", "region_id", metavar="REGION", help="Of this region.")
@click.option("--rule", metavar="NAME", help="That this rule of the policy wanted.")
@click.option("--since", type=options.Since(), help="Requested since then: 12h, 7d, 2026-11-29T18:00Z.")
@click.option("--until", type=options.Since(), help="Requested until then.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N alone.")
def command(deployment: Path, output: options.Output, **asked: Any) -> int:
    """List exports, the newest first, as they are found.

    All that is given must fit. It uses your own keys, which need to read the ledger's bucket; nobody else is asked.
    What it shows is what GET /exports answers.
    """
    from ..deployed import at
    from .listing import show

    deployed = at(deployment)
    show(deployed, output, {**asked, "account_id": deployed.account_id(asked["account_id"])})
    return 0
