"""The command `image-export`: its table of verbs, and how it ends. Imports no verb before that verb is asked for."""

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from . import options
from .pipes import until_closed

NAME = "image-export"
COMPLETE = "_IMAGE_EXPORT_COMPLETE"  # what a shell that completes a command line sets
# Each verb and what it does in a few words. The verb itself is `command` of its folder's module `command`.
VERBS = {
    "doctor": "Look at a deployment and name what is wrong.",
    "plan": "Show what a night would do with a policy and the images of now.",
    "policy": "Check a policy file: every fault with its place.",
    "policies": "Print the minimal RAM policy of each role.",
    "export": "Ask for exports of images.",
    "cancel": "Cancel exports.",
    "retry": "Have what failed or was cancelled made again.",
    "restore": "Make images again of what was exported.",
    "drill": "Prove that exports come back, and show what was proved.",
    "events": "List, show or retry what failed or was rejected.",
    "list": "List exports, the newest first.",
    "show": "Show what happened to an export or an image, and what to do now.",
    "watch": "Show what runs and waits, and how it moves.",
    "pause": "Let nothing start; what runs is watched.",
    "resume": "Let exports start again.",
    "token": "Make, list or revoke tokens of HTTP.",
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that a command line names. One that is misspelled is named with the verb that may be meant."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = _near(args[0])
            meant = f"Did you mean '{near}'?" if near else "Those that there are stand in the help."
            raise click.UsageError(f"No such verb '{args[0]}'. {meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


def _near(word: str) -> str | None:
    from difflib import get_close_matches  # whoever spells well need not wait for it

    return next(iter(get_close_matches(word.lower(), VERBS, n=1)), None)


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from image_export import __version__

        click.echo(f"{NAME} {__version__}")
        context.exit()


@click.command(
    cls=Verbs,
    subcommand_metavar="VERB …",
    epilog=f"`{NAME} VERB --help` says what a verb does, with an example.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
@options.deployment()
@options.output()
@options.profile()
@click.pass_context
def command(
    context: click.Context, deployment: Path | None, output: options.Output | None, profile: str | None
) -> None:
    """Get ECS custom images out to OSS, and see that they got there.

    Exit codes: 0 done, or nothing wrong; 1 the answer is no; 2 the command line or a file is wrong; 3 it could not be
    told, for the cloud's or the network's sake.

    \b
    Whose keys, the first that there is of:
      --profile NAME
      ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET and _SECURITY_TOKEN
      ALIBABA_CLOUD_PROFILE
      the current profile of `aliyun`, and what else the vendors' tools find
    """
    context.obj = options.Said(deployment, output, profile)


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
    except Exception as fault:
        from image_export.errors import ImageExportError  # here: help needs none of it

        if not isinstance(fault, ImageExportError):
            raise
        from .deployed import cause_in_words, say, to_the_person
        from .exit_codes import of_fault

        say(f"✗ {cause_in_words(to_the_person(fault.cause))}")
        return of_fault(fault)
