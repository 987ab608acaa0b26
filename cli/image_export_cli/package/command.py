"""The verb `package`: its command line."""

from collections.abc import Iterator
from pathlib import Path

import click

from ..artifacts import uploads
from ..artifacts.runtimes import Interpreter
from ..artifacts.zipping import Size


@click.command(epilog="\b\nExample:\n  image-export package --runtime python3.12")
@uploads.runtimes
@uploads.out
def command(runtimes: tuple[str, ...], out: Path) -> int:
    """Build image-export.zip: the functions as they are uploaded, compiled for each runtime.

    It needs a checkout, and an interpreter of each runtime.
    """
    from ..artifacts.building import build_package

    def built(interpreters: list[Interpreter]) -> Iterator[tuple[Path, Size]]:
        file = out / "image-export.zip"
        if interpreters:
            yield file, build_package(interpreters, file)

    return uploads.build(runtimes, built)
