"""The verb `policy`: its command line. A file is judged by the functions' own reader, imported when it runs."""

from pathlib import Path

import click

from .. import options
from ..groups import VerbAnywhere


@click.group(cls=VerbAnywhere, epilog="\b\nExample:\n  image-export policy check policy.yaml")
def command() -> None:
    """Check a policy file before it is deployed."""


@command.command(epilog="\b\nExample:\n  image-export policy check policy.yaml")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), required=False)
@options.deployment(default=lambda: options.said().deployment or options.DEPLOYMENT)
@options.of_output
def check(file: Path | None, deployment: Path, output: options.Output) -> int:
    """Judge FILE as the functions will.

    Every fault stands with its line and column, and so does what its author may not have meant.

    Without FILE it is the policy beside the functions of the deployment; - reads stdin. Nobody is asked and no keys are
    needed. Warnings: a rule that another one before it leaves nothing, an occasion without a rule, a format that a
    region does not have, or that is hard to restore.

    It ends with 0 where the policy is valid, whatever it warns of, and with 2 where it is not or cannot be read.
    """
    from .judging import judge, read

    return judge(read(file, deployment), output)
