"""`make mutate`: single changes of the emulator and of the package, each of which some test must notice."""

import argparse
import os
import sys

from tests.mutations.changes import ROOT
from tests.mutations.emulator import try_emulator
from tests.mutations.package import try_package


def main(arguments: list[str] | None = None) -> int:
    """1 where a refusal of the emulator, or more than one change in twenty of the package, goes unnoticed."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("what", choices=("emulator", "package", "both"), nargs="?", default="both")
    parser.add_argument("files", nargs="*", help="these alone, such as functions/image-export/index.py")
    parser.add_argument("--sample", type=int, default=300, help="how many changes of the package (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (%(default)s)")
    asked = parser.parse_args(arguments)
    os.chdir(ROOT)
    codes = []
    if asked.what in ("emulator", "both"):
        codes.append(try_emulator(asked.files))
    if asked.what in ("package", "both"):
        codes.append(try_package(asked.sample, asked.seed, asked.files))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
