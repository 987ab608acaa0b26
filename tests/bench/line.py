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

    @property
    def figure(self) -> str:
        """The value with its unit."""
        return self.shown(self.value)

    def shown(self, value: float) -> str:
        """A value in this line's unit."""
        number = f"{value:,.0f}" if value == int(value) and self.unit != RATIO else f"{value:,.2f}"
        return f"{number} {self.unit}"


def ratios_first(lines: Iterable[Line]) -> list[Line]:
    """The order in which lines are shown."""
    return sorted(lines, key=lambda line: line.unit != RATIO)


def table(lines: Iterable[Line]) -> list[str]:
    """The lines as text."""
    shown = [(_mark(line), line.what, line.figure, _bar(line), line.note) for line in ratios_first(lines)]
    widths = [max(len(cells[column]) for cells in shown) for column in range(4)]
    return ["  ".join(_padded(cells, widths)).rstrip() for cells in shown]


def _padded(cells: tuple[str, ...], widths: list[int]) -> list[str]:
    mark, what, figure, bar, note = cells
    return [f"  {mark:{widths[0]}}", f"{what:{widths[1]}}", f"{figure:>{widths[2]}}", f"{bar:{widths[3]}}", note]


def _mark(line: Line) -> str:
    return " " if line.bar is None else "✓" if line.kept else "✗"


def _bar(line: Line) -> str:
    return "" if line.bar is None else f"bar {line.shown(line.bar)}"
