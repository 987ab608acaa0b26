"""Restores as rows of a table, and in words. Pure."""

from datetime import datetime
from typing import NamedTuple

from image_export.values.restore.restore import Restore, RestoreStatus

from ..deployed import cause_in_words
from ..exports import WITHOUT_YEAR
from ..tables import Column, name_column

ENDED = frozenset({"Completed", "Failed", "Cancelled"})
STYLES: dict[RestoreStatus, str] = {
    "Requested": "yellow",
    "Unpacking": "cyan",
    "Importing": "cyan",
    "Copying": "cyan",
    "Checking": "cyan",
    "Completed": "green",
    "Failed": "red",
    "Cancelled": "red",
}


class Row(NamedTuple):
    """A restore, its account and region as the policy names them, and the ledger's time."""

    restore: Restore
    where: str
    now: datetime

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes."""
        return self.restore.status in ENDED


def status(restore: Restore) -> str:
    """Status and percent, and why it waits or failed."""
    why = restore.error.code if restore.error else restore.reason if restore.reason != restore.status else None
    percent = f" {restore.progress}" if restore.status == "Importing" and restore.progress else ""
    return f"{restore.status}{percent}: {why}" if why else f"{restore.status}{percent}"


def in_words(restore: Restore) -> str:
    """How it stands, with the image that came of it or the whole cause."""
    if restore.error:
        return f"{restore.status}: {cause_in_words(restore.error)}"
    if restore.status != "Completed":
        return status(restore)
    count = len(restore.differences)
    other = f", with {count} {'difference' if count == 1 else 'differences'} from the manifest" if count else ""
    return f"Completed: {restore.image_id} {restore.image_name}{other}"


def _requested(row: Row) -> str:
    at = row.restore.requested_at
    return f"{at:%m-%d %H:%M}" if row.now - at < WITHOUT_YEAR else f"{at:%Y-%m-%d}"


COLUMNS = (
    Column("RESTORE", lambda row: row.restore.restore_id),
    Column("REQUESTED", _requested),
    name_column(lambda row: row.restore.image_name),
    Column("WHERE", lambda row: row.where, folds=True),
    Column("STATUS", lambda row: status(row.restore), lambda row: STYLES[row.restore.status], folds=True),
)
