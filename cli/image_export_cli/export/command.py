"""The verb `export`: its command line. Requests are made in `requests`, sent in `exporting`, imported when it runs."""

from pathlib import Path
from typing import Any

import click

from .. import options

EXAMPLE = """\b
Examples:
  image-export export m-bp1readme --wait
  image-export export m-bp1readme m-bp2readme --format qcow2 --dry-run
  image-export export --rule golden --image-name 'golden-web-*'"""


@click.command(epilog=EXAMPLE)
@options.of_deployment
@options.of_output
@click.argument("images", metavar="[IMAGE]…", nargs=-1)
@click.option("--image-name", metavar="GLOB", help="All images of now that are called so; capitals matter.")
@click.option("--rule", metavar="NAME", help="All images of now that this rule of the policy chooses, in its format.")
@click.option("--bucket", metavar="BUCKET", help="Where to.  [default: the policy's destination]")
@click.option("--prefix", metavar="PREFIX", help="1 to 30 letters or digits.  [default: the destination's]")
@click.option(
    "--format",
    "image_format",
    type=click.Choice(["raw", "vhd", "qcow2", "vmdk", "vdi"], case_sensitive=False),
    help="The format of the disk files.  [default: raw]",
)
@click.option("--account", type=options.Account(), help="Whose images.  [default: the policy's only account]")
@click.option("--region", metavar="REGION", help="Where the images are.  [default: where the functions are]")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@options.wait
@options.interval
@options.yes
def command(
    deployment: Path,
    output: options.Output,
    images: tuple[str, ...],
    image_name: str | None,
    rule: str | None,
    dry_run: bool,
    wait: bool,
    interval: float,
    yes: bool,
    **said: Any,
) -> int:
    """Have each IMAGE exported, or those that --image-name and --rule choose, and say what came of it.

    The function decides by its policy, and first says what would happen: what it would refuse is not asked for. Of
    several images, and of any that were chosen, that is shown, and you are asked.

    It uses your own keys, which need fc:InvokeFunction; --wait also needs to read the ledger's bucket. To choose images
    it reads that, too, and needs ecs:DescribeImages. --account and --region narrow the choice. What has been exported
    already in the same format, or is on its way, is left out.

    It ends with 0 where each export is under way, with --wait where each is Completed; with 1 where one is not, and
    with 3 where the cloud did not answer, or an account or region could not be read.
    """
    from ..deployed import at
    from .choosing import Wanted, requests_by
    from .exporting import export, rehearse
    from .requests import Choice, requests_of

    by_choice = image_name is not None or rule is not None
    if bool(images) == by_choice:
        raise click.UsageError("Name images, or choose them by --image-name or --rule.")
    if by_choice and said["bucket"]:
        raise click.UsageError("--bucket is for images that you name; others go where the policy sends them.")
    deployed = at(deployment, instead=None)
    choice = Choice(**{**said, "account": deployed.account_id(said["account"])})
    if by_choice:
        asked = requests_by(deployed, Wanted(image_name, rule), choice)
    else:
        asked = requests_of(deployed.deployment, images, choice)
    if dry_run:
        return rehearse(deployed, asked, output)
    return export(deployed, asked, options.Acting(output, yes, wait, interval))
