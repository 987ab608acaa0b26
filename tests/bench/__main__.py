"""`python -m tests.bench [ROW…]`: measure, print a table for each row, and exit 1 where a bar is broken.

Each row that is measured at its full size is written into docs/numbers.md as well, with the date and the machine.
"""

import argparse
import gc
import importlib
import sys
import time

from tests.bench.line import table
from tests.bench.numbers import DOCUMENT, Machine, kept
from tests.documents import ROOT

CODE = ROOT / "functions" / "image-export"
SIZES = (1_000, 10_000, 100_000)
# A row is a module of this package with a function `rows`, which is told the sizes and yields measured lines.
ROWS = {
    "watch": "a tick of the watcher: 1,000 running and 10,000 waiting in one region",
    "nightly": "a night over 20 regions, 99 of 100 images exported already",
    "listing": "GET /exports beside a history that grows",
    "makespan": "80 exports of mixed length in two regions, 4 at a time in each",
    "an-export": "API calls of one export, beyond the shared ticks",
    "unpack": "an exported archive to a qcow2, beside tar and qemu-img",
    "help": "what a person waits for `image-export --help`",
    "cold-start": "from the start of a process to its first answer, from the zips that are uploaded",
}


def main() -> int:
    """Measure the rows that were asked for."""
    options = _arguments().parse_args()
    sys.path.insert(0, str(CODE))
    gc.disable()  # millions of small objects are laid, none in a cycle; looking for one would take most of the time
    broken = 0
    for name in options.rows or ROWS:
        began, machine = time.monotonic(), Machine.here()
        module = importlib.import_module(f"tests.bench.{name.replace('-', '_')}")
        lines = list(module.rows(options.sizes))
        print(f"{name}: {ROWS[name]}  [{time.monotonic() - began:.0f} s]", *table(lines), "", sep="\n", flush=True)  # noqa: T201 - a command's output
        broken += sum(not line.kept for line in lines)
        if options.sizes == SIZES:
            file = ROOT / DOCUMENT
            file.write_text(kept(file.read_text(encoding="utf-8"), name, lines, machine), encoding="utf-8")
    if broken:
        print(f"{broken} bars are broken", file=sys.stderr)  # noqa: T201 - the same
    return 1 if broken else 0


def _arguments() -> argparse.ArgumentParser:
    rows = "\n".join(f"  {name:12} {what}" for name, what in ROWS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        epilog=f"rows:\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], metavar="ROW", help="all, if none is named")
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="done exports and images: 1000,10000,100000")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in text.split(","))
    if not sizes or min(sizes) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of sizes from 1 on")
    return tuple(sorted(sizes))


if __name__ == "__main__":
    sys.exit(main())
