"""The verb `restore`: its command lines. The work is done in the modules beside it, imported when it runs."""

from pathlib import Path
from typing import Any

import click

from .. import options
from ..groups import VerbAnywhere

STATUSES = ("Requested", "Unpacking", "Importing", "Copying", "Checking", "Completed", "Failed", "Cancelled")
EXAMPLES = """\b
Examples:
  image-export restore exp-mwkh3htwuwqi6f7n-0001 --plan
  image-export restore exp-mwkh3htwuwqi6f7n-0001 --name web-again --wait
  image-export restore exp-mwkh3htwuwqi6f7n-0001 --region ap-southeast-1
  image-export restore oss://acme-images/nightlyk7q2_m-bp1.manifest.json
  image-export restore web.manifest.json --print-command"""


class AskUnlessSaid(VerbAnywhere):
    """A group whose verb is `ask` where none is said."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`restore EXPORT` is `restore ask EXPORT`."""
        if args and args[0] not in ctx.help_option_names and self.verb_at(args) is None:
            args = ["ask", *args]
        return super().parse_args(ctx, args)


@click.group(cls=AskUnlessSaid, subcommand_metavar="EXPORT|MANIFEST|VERB …", epilog=EXAMPLES)
def command() -> None:
    """Make an image again of what an export has left in OSS; list, show or cancel such restores.

    `restore EXPORT` is `restore ask EXPORT`, whose --help has all options.
    """


@command.command("ask", short_help="Make an image of what was exported.", epilog=EXAMPLES)
@options.of_deployment
@options.of_output
@click.argument("what", metavar="EXPORT|MANIFEST")
@click.option("--name", metavar="NAME", help="The new image's name.  [default: the old one, -restored- and more]")
@click.option("--region", metavar="REGION", help="Where the image is wanted.  [default: the region of the bucket]")
@click.option("--disks", type=click.Choice(["all", "system"]), default="all", show_default=True, help="Which disks.")
@click.option(
    "--unpack",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether disks are unpacked before ECS reads them; auto: where it refuses the archive.",
)
@click.option("--role-name", metavar="ROLE", help="The role with which ECS reads OSS.  [default: ECS's own]")
@click.option("--client-token", metavar="TOKEN", help="The same again is the same restore.  [default: a new one]")
@click.option("--plan", is_flag=True, help="Say field by field what would be restored, and change nothing.")
@click.option("--print-command", is_flag=True, help="Print what makes the image without us, and change nothing.")
@click.option("--wait", is_flag=True, help="Follow the restore to its end.")
@options.interval
def ask(
    deployment: Path,
    output: options.Output,
    what: str,
    *,
    plan: bool,
    print_command: bool,
    wait: bool,
    interval: float,
    **said: Any,
) -> int:
    """Make an image of what EXPORT has left in OSS, or of what MANIFEST names: oss://bucket/key.

    The function decides by its policy, which must allow restores of the account. There is one image, whatever is
    repeated. Each disk of it has a snapshot, which costs for as long as there is the image. With --region an image is
    imported where the bucket is, copied to that region, and deleted again.

    It uses your own keys, which need fc:InvokeFunction; --wait also needs to read the ledger's bucket.
    --print-command asks no function: it reads the manifest with your keys. A manifest that is a file needs no keys.

    It ends with 0 where the restore is under way, with --wait where it is Completed, and with --plan where it would
    begin; with 1 where it is not, and with 3 where the cloud did not answer.
    """
    from .asking import Asked, of_what

    if plan + print_command + wait > 1:
        raise click.UsageError("Of --plan, --print-command and --wait one can be said.")
    asked = Asked(of_what(what, files=print_command), **said)
    if print_command:
        from .printing import print_commands

        return print_commands(deployment, asked)
    from ..deployed import at
    from .asking import begin, rehearse

    if plan:
        return rehearse(at(deployment), asked, output)
    return begin(at(deployment), asked, options.Acting(output, wait=wait, every_s=interval))


@command.command(
    "list",
    short_help="List restores, the newest first.",
    epilog="\b\nExample:\n  image-export restore list --status Failed --since 7d",
)
@options.of_deployment
@options.of_output
@click.option(
    "--status",
    type=click.Choice(STATUSES, case_sensitive=False),
    metavar="STATUS",
    multiple=True,
    help=f"Of these; may be repeated: {', '.join(STATUSES)}.",
)
@click.option("--image-name", metavar="GLOB", help="Whose new image's name fits, such as 'golden-*'.")
@click.option("--account", "account_id", type=options.Account(), help="Of this account.")
@click.option("--region", "region_id", metavar="REGION", help="Of this region.")
@click.option("--since", type=options.Since(), help="Requested since then: 12h, 7d, 2026-11-29T18:00Z.")
@click.option("--until", type=options.Since(), help="Requested until then.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N alone.")
def list_them(deployment: Path, output: options.Output, **asked: Any) -> int:
    """List restores, the newest first.

    All that is given must fit. It uses your own keys, which need to read the ledger's bucket; nobody else is asked.
    What it shows is what GET /restores answers.
    """
    from ..deployed import at
    from .listing import show

    deployed = at(deployment)
    show(deployed, output, {**asked, "account_id": deployed.account_id(asked["account_id"])})
    return 0


@command.command(
    "show",
    short_help="Show how a restore stands.",
    epilog="\b\nExample:\n  image-export restore show res-k7q2m4x6p3wzab5c",
)
@options.of_deployment
@options.of_output
@click.argument("restore", metavar="ID", type=options.RestoreId())
def show_one(deployment: Path, output: options.Output, restore: str) -> int:
    """Show how a restore stands, what its image has otherwise than the manifest says, and what to do now.

    It uses your own keys, which need to read the ledger's bucket. The progress of an import needs
    ecs:DescribeTaskAttribute; without it the ledger alone tells.

    It ends with 1 where there is no such restore.
    """
    from ..deployed import at
    from .showing import show

    show(at(deployment), output, restore)
    return 0


@command.command(
    "cancel", short_help="Call restores off.", epilog="\b\nExample:\n  image-export restore cancel res-k7q2m4x6p3wzab5c"
)
@options.of_deployment
@options.of_output
@click.argument("ids", metavar="ID…", nargs=-1, required=True, type=options.RestoreId())
@options.yes
def cancel(deployment: Path, output: options.Output, ids: tuple[str, ...], yes: bool) -> int:
    """Call restores off: what each has made is deleted, the image and its snapshots.

    It shows them, and asks. It uses your own keys. They need to read the ledger's bucket, and fc:InvokeFunction.
    Your ARN is noted in the ledger.

    It ends with 0 where each is Cancelled or is being cancelled, with 1 where one had ended otherwise before, and with
    3 where the cloud did not answer.
    """
    from ..deployed import at
    from .cancelling import cancel as call_off

    return call_off(at(deployment), ids, options.Acting(output, yes=yes))
