"""The verb `show`: its command line. The ledger is read in `showing`, imported when it runs."""

from pathlib import Path

import click

from .. import options

EXAMPLES = """\b
Examples:
  image-export show exp-mwkh3htwuwqi6f7n-0001
  image-export show golden-web-2026-11
  image-export show m-bp146shijn7hujku3w8z --output json"""


@click.command(epilog=EXAMPLES)
@options.of_deployment
@options.of_output
@click.argument("what", metavar="ID|IMAGE")
def command(deployment: Path, output: options.Output, what: str) -> int:
    """Show what happened to an export, when and why, and what to do now.

    With an image's id or its exact name: since when it is known, what the last nights decided of it and why, and its
    exports.

    It uses your own keys, which need to read the ledger's bucket. What a task says now needs ecs:DescribeTaskAttribute,
    and whether objects are still there oss:ListObjects of their bucket; without these the ledger alone tells.

    It ends with 1 where there is no such thing.
    """
    from ..deployed import at
    from .showing import show

    deployed = at(deployment)
    show(deployed, output, what)
    return 0
