"""Finds the drills that are asked for, and prints them as they come. Changes nothing."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from image_export.values.drill.drill import Drill
from image_export.values.drill.query import DrillQuery

from ..deployed import Deployed
from ..options import Output
from ..tables import show_json, show_table
from .reading import DrillReader
from .rows import COLUMNS

NONE = "No drill fits."
SAME = ("region_id", "account_id", "export_id", "image_name", "name")


def show(deployed: Deployed, output: Output, asked: Mapping[str, Any]) -> None:
    """Raises LedgerFault."""
    reader = DrillReader(deployed)
    found = islice(_found(reader, asked), asked["limit"])
    if output == "json":
        show_json({}, "Drills", found, dict)
    else:
        show_table(COLUMNS, map(reader.row, found), none=NONE)


def _found(reader: DrillReader, asked: Mapping[str, Any]) -> Iterator[Drill]:
    """The newest first. Of several verdicts each fits; what goes on has none."""
    reader.ledger.check_readable()
    now, verdicts = reader.ledger.now, asked["verdict"]
    query = DrillQuery(
        **{name: asked[name] for name in SAME},
        since=asked["since"] and asked["since"].before(now),
        until=asked["until"] and asked["until"].before(now),
    )
    return (drill for drill in reader.find(query) if not verdicts or drill.verdict in verdicts)
