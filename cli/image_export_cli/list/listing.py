"""Finds the exports that are asked for, and prints them as they come. Changes nothing."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from image_export.values.export import Export
from image_export.values.export_query import ExportQuery

from ..deployed import Deployed
from ..exports import COLUMNS
from ..options import Output
from ..reading import Reader
from ..tables import show_json, show_table

NONE = "No export fits."


def show(deployed: Deployed, output: Output, asked: Mapping[str, Any]) -> None:
    """Raises LedgerFault."""
    reader = Reader(deployed)
    found = islice(exports(reader, asked), asked["limit"])
    if output == "json":
        show_json({}, "Exports", found, dict)
    else:
        show_table(COLUMNS, map(reader.row, found), none=NONE)


def exports(reader: Reader, asked: Mapping[str, Any]) -> Iterator[Export]:
    """The newest first. A query knows one status; of several, each fits."""
    reader.ledger.check_readable()
    now = reader.ledger.now
    statuses = asked["status"]
    query = ExportQuery(
        **{name: asked[name] for name in ("region_id", "account_id", "image_id", "image_name", "rule")},
        status=statuses[0] if len(statuses) == 1 else None,
        since=asked["since"] and asked["since"].before(now),
        until=asked["until"] and asked["until"].before(now),
    )
    return (export for export in reader.find(query) if not statuses or export.status in statuses)
