"""The verb `token`: its command lines. The work is done in `desk`, imported when it runs."""

from datetime import timedelta
from pathlib import Path

import click

from .. import options
from ..groups import VerbAnywhere

name = click.argument("name", metavar="NAME")


@click.group(cls=VerbAnywhere, epilog="\b\nExample:\n  image-export token new ci --scope read --scope ask > ci.token")
def command() -> None:
    """Make, list and revoke the named tokens with which callers ask over HTTP.

    A token stands in the ledger by its SHA-256 alone. It uses your own keys, which need to list, read, write and remove
    the ledger's objects below access/.
    """


@command.command(epilog="\b\nExample:\n  image-export token new ci --scope read --scope ask > ci.token")
@options.of_deployment
@name
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["read", "ask", "cancel"]),
    multiple=True,
    default=("read",),
    show_default="read",
    help="What it may do; say it again for more.",
)
@click.option("--expires", type=options.Period(), default="90d", show_default=True, help="When it ends: 12h, 90d.")
def new(deployment: Path, name: str, scopes: tuple[str, ...], expires: timedelta) -> int:
    """Make a token called NAME.

    Its secret is printed once, alone on stdout. Nobody can read it again.
    """
    from .desk import make

    return make(deployment, name, scopes, expires)


@command.command("list", epilog="\b\nExample:\n  image-export token list --output json")
@options.of_deployment
@options.of_output
def list_them(deployment: Path, output: options.Output) -> int:
    """List the tokens, without their secrets.

    Each has its name, its scopes, its expiry, and who made it when.
    """
    from .desk import show

    return show(deployment, output)


@command.command(epilog="\b\nExample:\n  image-export token revoke ci")
@options.of_deployment
@name
def revoke(deployment: Path, name: str) -> int:
    """Remove the token called NAME. It ends with 1 where there is none."""
    from .desk import revoke

    return revoke(deployment, name)
