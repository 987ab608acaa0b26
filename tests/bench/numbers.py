"""What was measured, as docs/numbers.md keeps it: a table for each row of the bench, with when and on what. Pure."""

import os
import platform
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import NamedTuple

from tests.bench.line import Line, ratios_first
from tests.documents import filled, markdown_table

DOCUMENT = "docs/numbers.md"
HEADS = ("measured", "value", "bar", "note")


class Machine(NamedTuple):
    """When and on what a row was measured. `load`: how many processes wanted a core in the minute before."""

    date: str
    python: str
    cores: int
    load: float

    @classmethod
    def here(cls) -> "Machine":
        """This one, now."""
        today = datetime.now(timezone.utc).date().isoformat()
        return cls(today, platform.python_version(), os.cpu_count() or 0, os.getloadavg()[0])

    def __str__(self) -> str:
        return f"{self.date}, Python {self.python}, {self.cores} cores, load {self.load:.1f} before it"


def kept(text: str, name: str, lines: Iterable[Line], machine: Machine) -> str:
    """The document with this row's table. Raises ValueError where it has no place for it."""
    rows = [(_plain(line.what), line.figure, _bar(line), _plain(line.note)) for line in ratios_first(lines)]
    return filled(text, name, [f"Measured {machine}.", "", *markdown_table(HEADS, rows), ""])


def _bar(line: Line) -> str:
    if line.bar is None:
        return ""
    return f"{line.shown(line.bar)}{'' if line.kept else ', broken'}"


def _plain(text: str) -> str:
    return text.replace("|", "\\|")
