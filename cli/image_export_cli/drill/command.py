"""The verb `drill`: its command lines. The work is done in the modules beside it, imported when it runs."""

from pathlib import Path
from typing import Any

import click

from .. import options
from ..groups import VerbAnywhere

VERDICTS = ("Proved", "Unproven", "Failed")
EXAMPLES = """\b
Examples:
  image-export drill plan
  image-export drill run exp-mwkh3htwuwqi6f7n-0001 --wait
  image-export drill list --verdict Failed --since 30d"""


@click.group(cls=VerbAnywhere, epilog=EXAMPLES)
def command() -> None:
    """Prove that exports come back: restore one, see that it works, and delete it again.

    The policy says which exports are drilled how often; a function begins those each hour. A drill costs a snapshot of
    each disk and, with boot, an instance, until it ends.
    """


@command.command("plan", short_help="Say what is drilled now.", epilog="\b\nExample:\n  image-export drill plan")
@options.of_deployment
@options.of_output
def plan(deployment: Path, output: options.Output) -> int:
    """Say of each series of images whether it is drilled now, and why or why not. Begins nothing.

    The function decides by its policy. It uses your own keys, which need fc:InvokeFunction.
    """
    from ..deployed import at
    from .planning import show_plan

    return show_plan(at(deployment), output)


@command.command(
    "run",
    short_help="Drill an export now.",
    epilog="\b\nExample:\n  image-export drill run exp-mwkh3htwuwqi6f7n-0001 --wait",
)
@options.of_deployment
@options.of_output
@click.argument("export", metavar="EXPORT", type=options.ExportId())
@click.option("--name", metavar="ENTRY", help="By this entry of the policy's drills.  [default: the first that fits]")
@click.option("--wait", is_flag=True, help="Follow the drill to its end.")
@options.interval
def run(deployment: Path, output: options.Output, export: str, *, name: str | None, wait: bool, interval: float) -> int:
    """Drill EXPORT now, whatever hours and budget the policy has.

    One drill runs at a time in an account and region. Whatever comes of it, what it has made is deleted.

    It uses your own keys, which need fc:InvokeFunction; --wait also needs to read the ledger's bucket.

    It ends with 0 where the drill is under way, with --wait where it is Proved; with 1 where it is refused or Failed,
    and with 3 where it is Unproven or the cloud did not answer.
    """
    from ..deployed import at
    from .running import run as begin

    return begin(at(deployment), export, name, options.Acting(output, wait=wait, every_s=interval))


@command.command(
    "list",
    short_help="List drills, the newest first.",
    epilog="\b\nExample:\n  image-export drill list --verdict Failed --since 30d",
)
@options.of_deployment
@options.of_output
@click.option(
    "--verdict", type=click.Choice(VERDICTS, case_sensitive=False), multiple=True, help="Of these; may be repeated."
)
@click.option("--export", "export_id", type=options.ExportId(), help="Of this export.")
@click.option("--image-name", metavar="GLOB", help="Whose exported image's name fits, such as 'golden-*'.")
@click.option("--name", metavar="ENTRY", help="Of this entry of the policy's drills.")
@click.option("--account", "account_id", type=options.Account(), help="Of this account.")
@click.option("--region", "region_id", metavar="REGION", help="Of this region.")
@click.option("--since", type=options.Since(), help="Requested since then: 12h, 7d, 2026-11-29T18:00Z.")
@click.option("--until", type=options.Since(), help="Requested until then.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N alone.")
def list_them(deployment: Path, output: options.Output, **asked: Any) -> int:
    """List drills, the newest first.

    All that is given must fit. It uses your own keys, which need to read the ledger's bucket; nobody else is asked.
    What it shows is what GET /drills answers.
    """
    from ..deployed import at
    from .listing import show

    deployed = at(deployment)
    show(deployed, output, {**asked, "account_id": deployed.account_id(asked["account_id"])})
    return 0


@command.command(
    "show",
    short_help="Show how far a drill came, and why.",
    epilog="\b\nExample:\n  image-export drill show dri-m4x6p3wzab5ck7q2",
)
@options.of_deployment
@options.of_output
@click.argument("drill", metavar="ID", type=options.DrillId())
def show_one(deployment: Path, output: options.Output, drill: str) -> int:
    """Show each level of a drill with its verdict and why, the seconds of each part, and what to do now.

    It uses your own keys, which need to read the ledger's bucket.

    It ends with 0 where the drill is Proved or goes on, with 1 where it is Failed or there is none, and with 3 where it
    is Unproven.
    """
    from ..deployed import at
    from .showing import show

    return show(at(deployment), output, drill)


@command.command(
    "cancel", short_help="Call drills off.", epilog="\b\nExample:\n  image-export drill cancel dri-m4x6p3wzab5ck7q2"
)
@options.of_deployment
@options.of_output
@click.argument("ids", metavar="ID…", nargs=-1, required=True, type=options.DrillId())
@options.yes
def cancel(deployment: Path, output: options.Output, ids: tuple[str, ...], yes: bool) -> int:
    """Call drills off: what each has made is deleted, instance, image and snapshots.

    It shows them, and asks. It uses your own keys. They need to read the ledger's bucket, and fc:InvokeFunction.
    Your ARN is noted in the ledger.

    It ends with 0 where each is called off, with 1 where one had ended before, and with 3 where the cloud did not
    answer.
    """
    from ..deployed import at
    from .cancelling import cancel as call_off

    return call_off(at(deployment), ids, options.Acting(output, yes=yes))
