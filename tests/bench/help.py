"""How long a person waits for `image-export --help`, beside an interpreter that does nothing."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from tests.bench.line import RATIO, Line
from tests.commands import CODE, ROOT

RUNS = 21


def rows(_sizes: Sequence[int]) -> Iterator[Line]:
    """The median of runs that take turns, so that what else the machine does counts for both."""
    nothing, helped = [], []
    for _ in range(RUNS):
        nothing.append(_seconds("-c", "pass"))
        helped.append(_seconds("-m", "image_export_cli", "--help"))
    idle_s, help_s = sorted(nothing)[RUNS // 2], sorted(helped)[RUNS // 2]
    yield Line(what="image-export --help, against python -c pass", value=help_s / idle_s, unit=RATIO, bar=8)
    yield Line(what="image-export --help", value=help_s, unit="s", bar=0.25)
    yield Line(what="python -c pass", value=idle_s, unit="s")


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=CODE, capture_output=True, check=True)  # noqa: S603 - our own program
    return time.perf_counter() - began
