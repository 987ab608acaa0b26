"""The verb `retry`: its command line. Failures are chosen in `choosing`, imported when it runs."""

from pathlib import Path

import click

from .. import options

EXAMPLE = """\b
Examples:
  image-export retry exp-mwkh3htwuwqi6f7n-0001 --wait
  image-export retry --failed --code Unanswered --since 7d"""


@click.command(epilog=EXAMPLE)
@options.of_deployment
@options.of_output
@click.argument("names", metavar="[NAME]…", nargs=-1)
@click.option("--failed", is_flag=True, help="All exports that failed and that none has followed; the rest narrows it.")
@click.option("--code", metavar="CODE", help="Of those the ones with this error code.")
@click.option("--since", type=options.Since(), help="Of those the ones that failed since then: 7d, 12h, 2026-11-29.")
@click.option("--image-name", metavar="GLOB", help="Of those the ones whose image is called so; capitals matter.")
@options.wait
@options.interval
@options.yes
def command(
    deployment: Path,
    output: options.Output,
    names: tuple[str, ...],
    failed: bool,
    code: str | None,
    since: options.Ago | None,
    image_name: str | None,
    wait: bool,
    interval: float,
    yes: bool,
) -> int:
    """Have exports that failed or were cancelled made again, and say what came of it.

    A NAME is an ExportId, or a name that `image-export events` lists. Each is a new export under the policy of today.
    Asking twice makes one. By --failed it shows what it will do, and asks.

    It uses your own keys. They need to read the ledger's bucket, and fc:InvokeFunction.

    It ends with 0 where each is under way, with --wait where each is Completed; with 1 where one is not, and with 3
    where the cloud did not answer.
    """
    from ..deployed import at
    from .choosing import Wanted
    from .retrying import retry

    if bool(names) == failed:
        raise click.UsageError("Name what is to be retried, or say --failed.")
    if not failed and (code or since or image_name):
        raise click.UsageError("--code, --since and --image-name narrow --failed.")
    wanted = Wanted(code, since, image_name) if failed else None
    return retry(at(deployment), names, wanted, options.Acting(output, yes, wait, interval))
