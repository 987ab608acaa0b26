"""The verb `cancel`: its command line. Exports are chosen in `choosing`, imported when it runs."""

from pathlib import Path
from typing import Any

import click

from .. import options

EXAMPLE = """\b
Examples:
  image-export cancel exp-mwkh3htwuwqi6f7n-0001
  image-export cancel --night 2026-11-29T18:00:00Z --status Requested"""


@click.command(epilog=EXAMPLE)
@options.of_deployment
@options.of_output
@click.argument("ids", metavar="[ID]…", nargs=-1, type=options.ExportId())
@click.option(
    "--status",
    type=click.Choice(["Requested", "Exporting", "Verifying"], case_sensitive=False),
    help="Those that stand so.",
)
@click.option("--image-name", metavar="GLOB", help="Those whose image is called so; capitals matter.")
@click.option("--region", "region_id", metavar="REGION", help="Those of images there.")
@click.option("--account", "account_id", type=options.Account(), help="Those of images of this account.")
@click.option("--rule", metavar="RULE", help="Those that this rule of the policy wanted.")
@click.option("--since", type=options.Since(), help="Those asked for since then: 30m, 7d, 2026-11-29.")
@click.option("--night", metavar="RUN_ID", help="Those that this night recorded.")
@options.yes
def command(
    deployment: Path,
    output: options.Output,
    ids: tuple[str, ...],
    since: options.Ago | None,
    night: str | None,
    yes: bool,
    **said: Any,
) -> int:
    """Cancel exports: those with these IDs, or all open ones that fit every option.

    It shows them, and asks. One that has not started is Cancelled at once. Of one that runs the task is cancelled, and
    the task's own end decides: it may still be Completed. Asking twice is one.

    It uses your own keys. They need to read the ledger's bucket, and fc:InvokeFunction. Your ARN is noted in the
    ledger.

    It ends with 0 where each is cancelled or is being cancelled, with 1 where one had ended before or cannot be
    cancelled, and with 3 where the cloud did not answer.
    """
    from image_export.values.export_query import ExportQuery

    from ..deployed import at
    from .cancelling import cancel
    from .choosing import Wanted

    if bool(ids) != Wanted(ExportQuery(**said), since, night).is_all:
        raise click.UsageError("Name the exports, or say which ones by options.")
    deployed = at(deployment)
    wanted = Wanted(ExportQuery(**{**said, "account_id": deployed.account_id(said["account_id"])}), since, night)
    return cancel(deployed, ids, wanted, options.Acting(output, yes=yes))
