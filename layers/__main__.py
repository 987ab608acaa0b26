"""`python -m layers layer` and `python -m layers package`: build into dist/, and say how large it is."""

import argparse
import subprocess
import sys
from pathlib import Path

from layers.building import build_layer, build_package
from layers.fetching import NotForFcError
from layers.runtimes import RUNTIMES, Interpreter, MissingInterpreterError, interpreter


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m layers", description=__doc__)
    parser.add_argument("what", choices=["layer", "package"], nargs="+")
    parser.add_argument("--runtime", choices=RUNTIMES, action="append", help="one or more; both unless said")
    parser.add_argument("--out", type=Path, default=Path("dist"))
    return parser


def main() -> int:
    """0 where everything was built; otherwise 1, with the reason, and what could be built is there."""
    options = arguments().parse_args()
    found, missing = interpreters(options.runtime or RUNTIMES)
    try:
        if "layer" in options.what:
            for one in found:
                tell(file := options.out / f"layer-{one.runtime}.zip", build_layer(one, file))
        if "package" in options.what and found:
            tell(file := options.out / "image-export.zip", build_package(found, file))
    except (NotForFcError, subprocess.CalledProcessError) as fault:
        missing.append(str(fault))
    for reason in missing:
        print(reason, file=sys.stderr)  # noqa: T201 - a command's word
    return 1 if missing else 0


def interpreters(runtimes: tuple[str, ...]) -> tuple[list[Interpreter], list[str]]:
    """Those that are here, and why the others are not."""
    found, missing = [], []
    for runtime in runtimes:
        try:
            found.append(interpreter(runtime))
        except MissingInterpreterError as fault:
            missing.append(str(fault))
    return found, missing


def tell(file: Path, size: object) -> None:
    """One line for what was built."""
    print(f"{file}: {size}")  # noqa: T201 - a command's word


if __name__ == "__main__":
    sys.exit(main())
