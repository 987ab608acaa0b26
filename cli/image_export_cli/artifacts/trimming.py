"""What never runs in FC and therefore does not ship: an explicit rule by name, nothing guessed from use.

All code of the vendors' SDKs stays, whether these functions call it or not; what of it needs a distribution that
`omitting.py` names does not work.
"""

import shutil
from pathlib import Path

FOLDERS = frozenset({"tests", "test", "SelfTest", "bin", "__pycache__"})
SUFFIXES = frozenset({".pyi", ".typed", ".c", ".h", ".pyx", ".pxd", ".a", ".so.debug"})
OF_DIST_INFO = ("METADATA", "LICEN", "COPYING", "NOTICE", "AUTHORS")  # what says whose it is; LICENSE and LICENCE


def trim(folder: Path) -> None:
    """Remove it from a folder of installed distributions."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what lies in a folder comes before the folder
        if path.is_dir() and path.name in FOLDERS:
            shutil.rmtree(path)
        elif path.is_file() and not ships(path.relative_to(folder)):
            path.unlink()


def ships(file: Path) -> bool:
    """Whether a file, named from the folder of the distributions, goes with the layer."""
    if file.parts[0].endswith(".dist-info"):
        return file.name.upper().startswith(OF_DIST_INFO)
    return file.suffix not in SUFFIXES and not FOLDERS & set(file.parts)
