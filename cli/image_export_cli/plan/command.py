"""The verb `plan`: its command line. Images are read and planned over in `planning`, imported when it runs."""

from pathlib import Path
from typing import Literal

import click

from .. import options


@click.command(epilog="\b\nExample:\n  image-export plan --policy policy.yaml --diff --wanted")
@options.of_deployment
@options.of_output
@click.option(
    "--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy.  [default: the deployed one]"
)
@click.option("--diff", is_flag=True, help="Only what differs from the deployed policy; the rest is counted.")
@click.option("--when", type=click.Choice(["nightly", "image-created"]), default="nightly", show_default=True)
@click.option("--account", "accounts", multiple=True, metavar="ID|NAME", help="Only of this account.")
@click.option("--region", "regions", multiple=True, metavar="ID", help="Only of this region.")
@click.option("--rule", "rules", multiple=True, metavar="NAME", help="Only where this rule matches.")
@click.option("--image-name", metavar="GLOB", help="Only images with a name like this.")
@click.option("--wanted", is_flag=True, help="Only what would start.")
def command(
    deployment: Path,
    output: options.Output,
    policy: Path | None,
    when: Literal["nightly", "image-created"],
    accounts: tuple[str, ...],
    regions: tuple[str, ...],
    rules: tuple[str, ...],
    image_name: str | None,
    *,
    diff: bool,
    wanted: bool,
) -> int:
    """Show what a night would do with a policy and the images of now, and change nothing.

    Each image stands with the rule that wants it and where it would go, or with the reason why not; at the end stands
    what would start. On a terminal an image takes two lines; what is cut there stands whole in a pipe and in JSON.

    It is the night's own plan, made here with your own keys: they need to read the ledger, and ecs:DescribeImages.
    Other accounts are read through the policy's roles, where these let you in. With --policy the deployed policy need
    not be valid, unless --diff compares with it.

    It ends with 0 where nothing would start, with 1 where something would, with 2 where a file or the keys are wrong,
    and with 3 where an account or region could not be read, so that the plan is not whole.
    """
    from ..deployed import at
    from .filters import Filters
    from .showing import show
    from .sources import read, sources

    filters = Filters(accounts, regions, rules, image_name, wanted)
    given = read(policy) if policy else None
    deployed = at(deployment, instead=None if diff else given and given.policy)
    return show(deployed, sources(deployed, given, filters, diff=diff), when, filters, output)
