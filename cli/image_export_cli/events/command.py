"""The verb `events`: its command lines. The work is done in `desk`, imported when it runs."""

from pathlib import Path

import click

from .. import options
from ..groups import VerbAnywhere

names = click.argument("names", metavar="NAME…", nargs=-1, required=True)


class ListUnlessSaid(VerbAnywhere):
    """A group whose first verb is `list` where none is said."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`events --deployment FILE` is `events list --deployment FILE`."""
        is_option = bool(args) and args[0].startswith("-") and args[0] not in ctx.help_option_names
        if not args or (is_option and self.verb_at(args) is None):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListUnlessSaid, epilog="\b\nExample:\n  image-export events retry rejected-6286")
def command() -> None:
    """List what failed, was rejected or could not be delivered; show one; or have it retried.

    It uses your own keys. They need to read the ledger's bucket; `retry` also needs fc:InvokeFunction. Nothing is
    written from here: the function decides by its policy of today.

    Of exports that failed, `image-export list --status Failed` tells more, and for many of them at once there
    is `image-export retry --failed`.

    It ends with 1 where one of them was not done, with 2 where the keys or a file are wrong, and with 3 where the cloud
    did not answer.
    """


@command.command("list", epilog="\b\nExample:\n  image-export events list --output json")
@options.of_deployment
@options.of_output
def list_them(deployment: Path, output: options.Output) -> int:
    """List what can be retried, with the reason, the latest last."""
    from ..deployed import at
    from .desk import list_items

    return list_items(at(deployment), output)


@command.command(epilog="\b\nExample:\n  image-export events show rejected-6286")
@options.of_deployment
@names
def show(deployment: Path, names: tuple[str, ...]) -> int:
    """Show all that the ledger keeps of each NAME, as JSON.

    The beginning of a name that begins with rejected- is enough, if no other name begins so.
    """
    from ..deployed import at
    from .desk import show

    return show(at(deployment), names)


@command.command(epilog="\b\nExample:\n  image-export events retry rejected-6286")
@options.of_deployment
@options.of_output
@names
def retry(deployment: Path, output: options.Output, names: tuple[str, ...]) -> int:
    """Have each NAME done once more.

    The function image-export-event does it; what came of it is said. Asking twice is one new export, or one event told.
    """
    from ..deployed import at
    from .desk import retry

    return retry(at(deployment), names, output)
