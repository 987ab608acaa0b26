"""Exports as rows of a table: the newest state of each. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from image_export.values.export import Export, Status

from .tables import Column, name_column

WITHOUT_YEAR = timedelta(days=300)
STYLES: dict[Status, str] = {
    "Requested": "yellow",
    "Exporting": "cyan",
    "Verifying": "cyan",
    "Completed": "green",
    "Failed": "red",
    "Cancelled": "red",
}


class Shown(NamedTuple):
    """An export, its account and region as the policy names them, and the ledger's time."""

    export: Export
    where: str
    now: datetime


def image(export: Export) -> str:
    """The image's name, or its id."""
    return export.image_name or export.image_id


def status(export: Export) -> str:
    """Status, the percent or the place in the queue, and why it waits or failed."""
    why = export.error.code if export.error else export.reason
    percent = f" {export.progress}" if export.status == "Exporting" and export.progress else ""
    place = f", place {export.queue_position}" if export.queue_position else ""
    return f"{export.status}{percent}{place}: {why}" if why else f"{export.status}{percent}{place}"


def requested(row: Shown) -> str:
    """When it was asked for, in UTC: with the time of day, or long after that with the year."""
    at = row.export.requested_at
    return f"{at:%m-%d %H:%M}" if row.now - at < WITHOUT_YEAR else f"{at:%Y-%m-%d}"


COLUMNS = (
    Column("EXPORT", lambda row: row.export.export_id),
    Column("REQUESTED", requested, folds=True),
    name_column(lambda row: image(row.export)),
    Column("WHERE", lambda row: row.where, folds=True),
    Column("STATUS", lambda row: status(row.export), lambda row: STYLES[row.export.status], folds=True),
)
