"""Drills as rows of a table, and in words. Pure."""

from datetime import datetime
from typing import NamedTuple

from image_export.values.drill.drill import Drill, Level, LevelVerdict

from ..deployed import cause_in_words
from ..exports import WITHOUT_YEAR
from ..outcomes import Result
from ..tables import Column, name_column

STYLES: dict[LevelVerdict, str] = {"Proved": "green", "Unproven": "yellow", "Failed": "red"}
RESULTS: dict[LevelVerdict, Result] = {"Proved": "Done", "Unproven": "Unknown", "Failed": "NotDone"}
TOO_SLOW = "the restore took longer than the policy's restore_within"
NOT_ALL = "it ended before every level was tried"


class Row(NamedTuple):
    """A drill, its account and region as the policy names them, and the ledger's time."""

    drill: Drill
    where: str
    now: datetime

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes."""
        return self.drill.verdict is not None


def decisive(drill: Drill) -> Level | None:
    """The level that gave a drill its verdict, which is not Proved; None where no level did."""
    return next((level for level in drill.levels if level.verdict == drill.verdict), None)


def status(drill: Drill) -> str:
    """The verdict and the level that gave it, or what is being done."""
    if drill.verdict is None:
        return f"{drill.status}: {drill.reason}" if drill.reason not in (None, drill.status) else drill.status
    if drill.verdict == "Proved":
        return "Proved"
    level = decisive(drill)
    return f"{drill.verdict}: {level.name}" if level else f"{drill.verdict}: {_of_no_level(drill)}"


def in_words(drill: Drill) -> str:
    """How it stands, with why."""
    if drill.verdict is None:
        return status(drill)
    if drill.error:
        return f"{drill.verdict}: {cause_in_words(drill.error)}"
    if drill.verdict == "Proved":
        return f"Proved: level {drill.levels[-1].number} {drill.levels[-1].name}, {drill.levels[-1].why}"
    level = decisive(drill)
    return f"{drill.verdict}: level {level.number} {level.name}, {level.why}" if level else status(drill)


def _of_no_level(drill: Drill) -> str:
    return TOO_SLOW if drill.verdict == "Failed" else NOT_ALL


def style(drill: Drill) -> str:
    """How its status looks."""
    return STYLES[drill.verdict] if drill.verdict else "cyan"


def _requested(row: Row) -> str:
    at = row.drill.requested_at
    return f"{at:%m-%d %H:%M}" if row.now - at < WITHOUT_YEAR else f"{at:%Y-%m-%d}"


COLUMNS = (
    Column("DRILL", lambda row: row.drill.drill_id),
    Column("REQUESTED", _requested),
    name_column(lambda row: row.drill.source_image_name or row.drill.source_image_id),
    Column("WHERE", lambda row: row.where, folds=True),
    Column("STATUS", lambda row: status(row.drill), lambda row: style(row.drill), folds=True),
)
