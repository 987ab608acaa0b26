"""The verb `layer`: its command line."""

from collections.abc import Iterator
from pathlib import Path

import click

from ..artifacts import uploads
from ..artifacts.runtimes import Interpreter
from ..artifacts.zipping import Size


@click.command(epilog="\b\nExample:\n  image-export layer --runtime python3.12")
@uploads.runtimes
@uploads.out
def command(runtimes: tuple[str, ...], out: Path) -> int:
    """Build layer-RUNTIME.zip, which Function Compute unpacks to /opt: the SDKs, pinned, hash-checked and compiled.

    It needs a checkout, the package index, and an interpreter of each runtime.
    """
    from ..artifacts.building import build_layer

    def built(interpreters: list[Interpreter]) -> Iterator[tuple[Path, Size]]:
        for one in interpreters:
            file = out / f"layer-{one.runtime}.zip"
            yield file, build_layer(one, file)

    return uploads.build(runtimes, built)
