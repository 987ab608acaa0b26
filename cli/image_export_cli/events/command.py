"""The verb `events`: its command lines. The work is done in `desk`, imported when it runs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import options

if TYPE_CHECKING:
    from .desk import Desk

names = click.argument("names", metavar="NAME…", nargs=-1, required=True)


class ListUnlessSaid(click.Group):
    """A group whose first verb is `list` where none is said."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`events --functions FILE` is `events list --functions FILE`."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListUnlessSaid, epilog="\b\nExample:\n  image-export events retry exp-mwkh3htwuwqi6f7n-0001")
def command() -> None:
    """List what failed, was rejected or could not be told; show one; or have it retried.

    It uses your own keys (ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET, _SECURITY_TOKEN). They need to read the ledger's
    bucket; `retry` also needs fc:InvokeFunction. Nothing is written from here: the function decides by its policy of
    today.

    It ends with 1 where one of them was not done, and with 2 where the keys or a file are wrong.
    """


@command.command("list")
@options.functions
def list_them(functions: Path) -> int:
    """List what can be retried, with the reason, the latest last."""
    from .desk import list_items

    return at_desk(functions, list_items)


@command.command()
@options.functions
@names
def show(functions: Path, names: tuple[str, ...]) -> int:
    """Show all that the ledger keeps of each NAME.

    The beginning of a name that begins with rejected- is enough, if no other name begins so.
    """
    from .desk import each, show

    return at_desk(functions, lambda desk: each(desk, names, show))


@command.command()
@options.functions
@names
def retry(functions: Path, names: tuple[str, ...]) -> int:
    """Have image-export-event do each NAME once more, and say what came of it.

    Asking twice is one new export, or one event told.
    """
    from .desk import each, retry

    return at_desk(functions, lambda desk: each(desk, names, retry))


def at_desk(functions: Path, work: "Callable[[Desk], bool]") -> int:
    """0: done. 1: one of them was not. 2: the keys or the deployment's files are wrong."""
    from image_export.errors import ImageExportError

    from ..session import Session
    from .desk import desk_of, say

    session = Session(functions, os.environ)
    findings = list(session.open())
    if session.deployment is None:
        for finding in findings:
            if finding.status != "ok":
                say(f"✗ {finding.subject}: {finding.message}")
        return 2
    try:
        return int(not work(desk_of(session, session.deployment)))
    except ImageExportError as fault:
        say(f"✗ {fault.code}: {fault.cause.message}")
        return 1
