"""How exports are shown that move: a table that redraws itself on a terminal, elsewhere a line for each change."""

from collections.abc import Sequence
from datetime import datetime, timezone
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.text import Text
from typing_extensions import Self

from image_export.values.cause import Cause

from ..deployed import say
from ..tables import Column, name_column, table_of
from . import rows as cells
from .rows import Row

BESIDE = 4  # lines of the screen that are not rows
COLUMNS = (
    name_column(cells.image),
    Column("WHERE", lambda row: row.where, folds=True),
    Column("STATUS", cells.status, cells.style, folds=True),
    Column("GIB", cells.gib, right=True),
    Column("/MIN", cells.gib_a_minute, right=True),
    Column("ENDS", cells.ends, right=True),
)


class Live:
    """On a terminal. An export that ends while it is shown is said above the table, for good."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = RichLive(console=console, auto_refresh=False)
        self._ended: set[str] | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, rows: Sequence[Row], trouble: Cause | None) -> None:
        """Draw it anew."""
        ended = {row.export.export_id: row for row in rows if row.has_ended}
        for name in sorted(ended.keys() - self._ended) if self._ended is not None else ():
            self._console.print(Text(line(ended[name]), style=cells.style(ended[name])), soft_wrap=True)
        self._ended = set(ended)
        self._live.update(self._screen(list(rows), trouble), refresh=True)

    def _screen(self, rows: list[Row], trouble: Cause | None) -> Group:
        shown = self._that_fit(rows)
        parts: list[object] = [table_of(COLUMNS, shown, self._console.width)] if rows else []
        parts.append(Text(foot(rows, len(shown)), style="dim"))
        if trouble:
            parts.append(Text(f"? {in_trouble(trouble)}", style="yellow"))
        return Group(*parts)  # type: ignore[arg-type]

    def _that_fit(self, rows: list[Row]) -> list[Row]:
        """The first ones, of which some take several lines; what the screen has no room for would hide the foot."""
        room = max(self._console.height - BESIDE, 1)
        shown = rows[:room]
        while len(shown) > 1:
            table = table_of(COLUMNS, shown, self._console.width)
            if len(self._console.render_lines(table)) - 1 <= room:  # but for the titles
                break
            shown.pop()
        return shown


class Lines:
    """Anywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: dict[str, object] = {}
        self._idle = False
        self._trouble: Cause | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is left to do."""

    def show(self, rows: Sequence[Row], trouble: Cause | None) -> None:
        """Say what has changed."""
        for row in rows:
            if self._said.get(row.export.export_id) != row.state:
                self._said[row.export.export_id] = row.state
                self._print(line(row))
        idle = all(row.has_ended for row in rows)
        if idle and not rows and not self._idle and not trouble:
            say(foot([], 0))
        self._idle = idle
        if trouble and trouble != self._trouble:
            self._print(f"? {in_trouble(trouble)}")
        self._trouble = trouble

    def _print(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)


def line(row: Row) -> str:
    """A change, whole."""
    who = (_clock(row.at), row.export.export_id, cells.image(row), row.where, cells.status(row))
    return "  ".join((*who, *cells.moved(row)))


def foot(rows: list[Row], room: int) -> str:
    """What stands below the table: how many there are, and when that was so."""
    if not rows:
        return "Nothing runs and nothing waits."
    going = [row for row in rows if not row.has_ended]
    running = sum(row.export.started_at is not None for row in going)
    counted = f"{running} running, {len(going) - running} waiting, {len(rows) - len(going)} ended"
    more = f"; {len(rows) - room} more are not shown" if len(rows) > room else ""
    return f"{counted}{more}. {_clock(rows[0].at)} UTC"


def in_trouble(cause: Cause) -> str:
    """Why this look has no answer."""
    return f"{cause.code}: {cause.message} It is tried again."


def _clock(at: datetime) -> str:
    return f"{at.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S}"
