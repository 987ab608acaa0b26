"""The command `image-export`: its table of verbs, and how it ends. Imports no verb before that verb is asked for."""

import os
import sys
from importlib import import_module

import click

from .pipes import until_closed

NAME = "image-export"
COMPLETE = "_IMAGE_EXPORT_COMPLETE"  # what a shell that completes a command line sets
# Each verb and what it does in a few words. The verb itself is `command` of its folder's module `command`.
VERBS = {
    "doctor": "Look at a deployment and name what is wrong.",
    "policies": "Print the minimal RAM policy of each role.",
    "events": "List, show or retry what failed or was rejected.",
    "demo": "Show the main job end to end on the emulator.",
    "layer": "Build the layer with the SDKs, for /opt.",
    "package": "Build the package with the functions.",
    "schemas": "Write the OpenAPI document and the JSON schemas.",
}
NOT_HERE = "The demo runs on the emulator, which is not installed here: pip install ./emulator, in a checkout."


class Verbs(click.Group):
    """The verbs in the table's order. Their help is read from the table, so that `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every verb."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The verb, imported now."""
        if cmd_name not in VERBS:
            return None
        try:
            found: click.Command = import_module(f"{__package__}.{cmd_name}.command").command
        except ModuleNotFoundError as missing:
            if missing.name != "alicloud_emulator":
                raise
            raise click.UsageError(NOT_HERE) from None
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.command(
    cls=Verbs,
    subcommand_metavar="VERB …",
    epilog=f"`{NAME} VERB --help` says what a verb does, with an example.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def command() -> None:
    """Get ECS custom images out to OSS, and see that they got there.

    Exit codes: 0 done, or nothing wrong; 1 the answer is no; 2 the command line or a file is wrong.
    """


def main() -> int:
    """The exit code. Whoever stops it, or reads no more of it, ends it without a traceback."""
    if asked := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(command, {}, NAME, COMPLETE, asked)
    return until_closed(run)


def run() -> int:
    """Do what the command line says."""
    try:
        with command.make_context(NAME, sys.argv[1:]) as context:
            return int(command.invoke(context) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
