"""Whole distributions that are pinned and do not ship, since nothing that the functions load ever loads them.

`alibabacloud-tea` requires aiohttp, and aiohttp the others: 11 MB, for the vendor's HTTP client (`Tea.core`). The
signer of `alibabacloud-openapi-util` loads tea's requests and models alone. Two more modules would load what is
omitted: the asynchronous client of `alibabacloud-oss-v2`, which nothing leads to, and msgspec, for a class that attrs
has made. A test holds that there are no others. `Tea.core` and that client do not work from the layer.
"""

import sys
from pathlib import Path

from image_export_cli.artifacts.installed import named, recorded

OMITTED = frozenset(
    {
        "aiohappyeyeballs",
        "aiohttp",
        "aiosignal",
        "async-timeout",
        "attrs",
        "frozenlist",
        "multidict",
        "propcache",
        "yarl",
    }
)


def omit(folder: Path) -> None:
    """Remove them from a folder of installed distributions."""
    for name, info in named(folder).items():
        if name in OMITTED:
            remove(folder, recorded(info))


def remove(folder: Path, files: list[Path]) -> None:
    """Remove files below `folder`, and the folders that become empty by it."""
    for file in (one for one in files if ".." not in one.parts):
        (folder / file).unlink(missing_ok=True)
        for above in (folder / file).parents:
            if above == folder or not above.is_dir() or any(above.iterdir()):
                break
            above.rmdir()


if __name__ == "__main__":
    omit(Path(sys.argv[1]))
