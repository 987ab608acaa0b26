"""The verb `demo`: its command line. It is shown by `showing`, imported when it runs."""

from pathlib import Path
from typing import Any

import click

from alicloud_emulator.ecs.plan import OUTCOMES
from alicloud_emulator.ending import ending

from ..artifacts.runtimes import RUNTIMES


class Fault(click.ParamType[Any]):
    """An order for `POST /_emulator/faults`."""

    name = "JSON"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The order, if the emulator takes it."""
        from alicloud_emulator import bodies
        from alicloud_emulator.errors import ApiError

        try:
            return bodies.read(value.encode(), bodies.FAULT)
        except ApiError as wrong:
            self.fail(wrong.message, param, ctx)


@click.command(epilog="\b\nExample:\n  image-export demo --outcome missing_disk")
@click.option("--seconds", type=float, default=120.0, show_default=True, help="How long the whole may take.")
@click.option("--outcome", type=click.Choice(OUTCOMES), default="finish", help="What becomes of the task.")
@click.option("--events", default="actiontrail", show_default=True, help="Which events tell of the image, or none.")
@click.option("--package", metavar="ZIP", help="Run the functions from this zip instead of their folder.")
@click.option("--runtime", type=click.Choice(RUNTIMES), help="As the layer's zip is; s.yaml says it otherwise.")
@click.option("--layer", metavar="ZIP", help="A zip of the verb `layer`; otherwise what `make setup` unpacked.")
@click.option("--log", type=click.Path(path_type=Path), help="Keep what the functions and the emulator log, here.")
@click.option(
    "--fault",
    "faults",
    type=Fault(),
    multiple=True,
    help='May be repeated; such as {"service": "sts", "action": "AssumeRole", "kind": "throttle", "times": 3}.',
)
def command(**options: Any) -> int:
    """Show every way to an export, on the emulator, with the functions of s.yaml.

    It needs a checkout, and no cloud account. It ends with 1 and the reason where a part is missing. --fault, --outcome
    and --events break one on purpose.
    """
    with ending():  # before the imports, which take a while
        from .showing import Showing, show

        return show(Showing(**options))
