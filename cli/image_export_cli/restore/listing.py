"""Finds the restores that are asked for, and prints them as they come. Changes nothing."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from image_export.values.restore.query import RestoreQuery
from image_export.values.restore.restore import Restore

from ..deployed import Deployed
from ..options import Output
from ..tables import show_json, show_table
from .reading import RestoreReader
from .rows import COLUMNS

NONE = "No restore fits."


def show(deployed: Deployed, output: Output, asked: Mapping[str, Any]) -> None:
    """Raises LedgerFault."""
    reader = RestoreReader(deployed)
    found = islice(_found(reader, asked), asked["limit"])
    if output == "json":
        show_json({}, "Restores", found, dict)
    else:
        show_table(COLUMNS, map(reader.row, found), none=NONE)


def _found(reader: RestoreReader, asked: Mapping[str, Any]) -> Iterator[Restore]:
    """The newest first. A query knows one status; of several, each fits."""
    reader.ledger.check_readable()
    now, statuses = reader.ledger.now, asked["status"]
    query = RestoreQuery(
        **{name: asked[name] for name in ("region_id", "account_id", "image_name")},
        status=statuses[0] if len(statuses) == 1 else None,
        since=asked["since"] and asked["since"].before(now),
        until=asked["until"] and asked["until"].before(now),
    )
    return (restore for restore in reader.find(query) if not statuses or restore.status in statuses)
