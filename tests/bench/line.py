"""A measured line of the bench, and how a table shows it. Measures nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

RATIO = "x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was measured, and the bar that it must not exceed, if it has one. `unit` RATIO: so many times."""

    what: str
    value: float
    unit: str = "calls"
    bar: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool:
        """Whether the bar holds; what has none cannot break it."""
        return self.bar is None or self.value <= self.bar


def table(lines: Iterable[Line]) -> list[str]:
    """The lines as text, ratios first."""
    ordered = sorted(lines, key=lambda line: line.unit != RATIO)
    shown = [(_mark(line), line.what, _figure(line.value, line.unit), _bar(line), line.note) for line in ordered]
    widths = [max(len(cells[column]) for cells in shown) for column in range(4)]
    return ["  ".join(_padded(cells, widths)).rstrip() for cells in shown]


def _padded(cells: tuple[str, ...], widths: list[int]) -> list[str]:
    mark, what, figure, bar, note = cells
    return [f"  {mark:{widths[0]}}", f"{what:{widths[1]}}", f"{figure:>{widths[2]}}", f"{bar:{widths[3]}}", note]


def _mark(line: Line) -> str:
    return " " if line.bar is None else "✓" if line.kept else "✗"


def _bar(line: Line) -> str:
    return "" if line.bar is None else f"bar {_figure(line.bar, line.unit)}"


def _figure(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value == int(value) and unit != RATIO else f"{value:,.2f}"
    return f"{number} {unit}"
