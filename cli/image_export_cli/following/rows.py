"""What one look says of one export, in the words of a line or of a table's cells. Pure."""

from datetime import datetime, timezone
from typing import NamedTuple

from image_export.decisions.state.estimate import percent_of
from image_export.values.export import Export

from .. import exports

ENDED = frozenset({"Completed", "Failed", "Cancelled"})


class Row(NamedTuple):
    """An export at a time of the ledger. `where`: its account and region; `size_gib`: of all disks, 0 for unknown."""

    export: Export
    at: datetime
    where: str
    size_gib: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes."""
        return self.export.status in ENDED

    @property
    def percent(self) -> int | None:
        """What the task says; None where it has said nothing yet."""
        return percent_of(self.export.progress)

    @property
    def state(self) -> tuple[object, ...]:
        """What a reader of lines is told of once it differs."""
        return self.export.status, self.export.reason, self.export.progress


def image(row: Row) -> str:
    """The image's name, or its id."""
    return exports.image(row.export)


def status(row: Row) -> str:
    """Status, the percent or the place in the queue, and why it waits or failed."""
    return exports.status(row.export)


def style(row: Row) -> str:
    """The colour of the status."""
    return exports.STYLES[row.export.status]


def gib(row: Row) -> str:
    """How much of how much."""
    if not row.size_gib:
        return ""
    return f"{_done_gib(row):.0f}/{row.size_gib}" if row.percent else f"{row.size_gib}"


def gib_a_minute(row: Row) -> str:
    """The mean since the start."""
    started, until = row.export.started_at, row.export.finished_at or row.at
    minutes = (until - started).total_seconds() / 60 if started else 0
    return f"{_done_gib(row) / minutes:.1f}" if row.percent and row.size_gib and minutes > 0 else ""


def ends(row: Row) -> str:
    """When it may end, in UTC; with `~` where that is learned from other exports and not from its task's percent."""
    at = row.export.estimated_end
    if at is None:
        return ""
    at, now = at.astimezone(timezone.utc), row.at.astimezone(timezone.utc)
    return f"{'' if row.percent else '~'}{at:{'%H:%M' if at.date() == now.date() else '%m-%d %H:%M'}}"


def moved(row: Row) -> tuple[str, ...]:
    """How much, how fast and until when, in words; what is not known is left out."""
    size, pace, end = gib(row), gib_a_minute(row), ends(row)
    said = (
        f"{size} GiB" if size else "",
        f"{pace} GiB/min" if pace else "",
        f"ends {'at' if row.percent else 'about'} {end.removeprefix('~')}" if end else "",
    )
    return tuple(filter(None, said))


def _done_gib(row: Row) -> float:
    return row.size_gib * (row.percent or 0) / 100
