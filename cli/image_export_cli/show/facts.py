"""Every fact of one export, with OSS's own times: more than decides, as much as explains. Reads only."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

from image_export.errors import FactUnreadable
from image_export.use_cases.ledger.fact_store import Found
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.facts import Cancel, Delivered, Doubt, LookedAt
from image_export.values.record import Record

from ..deployed import say

F = TypeVar("F")


class Facts(NamedTuple):
    """The export, the same as it was in each of its attempts, and what a record leaves out."""

    record: Record
    attempts: tuple[Record, ...]
    doubts: Mapping[int, Found[Doubt]]
    cancel: Found[Cancel] | None
    delivered: Mapping[str, Found[Delivered]]  # by <kind>-<target>
    manifest_at: datetime | None
    looked: Found[LookedAt] | None
    followed_by: str | None  # the newest export of the same natural key


def facts_of(ledger: Ledger, export: str) -> Facts | None:
    """None where there is no such export. Raises LedgerFault."""
    record = ledger.load(export)
    if record is None:
        return None
    listed = {entry.key: entry.modified_at for entry in ledger.walk(keys.Requested.below(export))}
    doubts = [doubt for doubt in map(keys.Doubt.read, listed) if doubt]
    told = [one for one in map(keys.Delivered.read, listed) if one]
    read_doubts = {doubt.attempt: _readable(ledger, doubt.key, Doubt) for doubt in doubts}
    read_told = {one.event: _readable(ledger, one.key, Delivered) for one in told}
    return Facts(
        record=record,
        attempts=tuple(ledger.with_attempt(record, number) for number in range(1, record.attempt + 1)),
        doubts={number: found for number, found in read_doubts.items() if found},
        cancel=_readable(ledger, keys.Cancel(export).key, Cancel) if record.cancel_at else None,
        delivered={event: found for event, found in read_told.items() if found},
        manifest_at=listed.get(keys.Manifest(export).key),
        looked=_readable(ledger, keys.LookedAt(export).key, LookedAt) if record.ended else None,
        followed_by=_followed_by(ledger, record),
    )


def _followed_by(ledger: Ledger, record: Record) -> str | None:
    natural_key = record.export_id.split("-")[1]
    names = (keys.Known.read(entry.key) for entry in ledger.walk(keys.Known.below(record.request.place, natural_key)))
    newest = max((name.export_id for name in names if name), default=record.export_id)
    return newest if newest > record.export_id else None


def _readable(ledger: Ledger, key: str, kind: type[F]) -> Found[F] | None:
    """One that cannot be understood hides no other."""
    try:
        return ledger.read(key, kind)
    except FactUnreadable as fault:
        say(f"? {fault.cause.message}")
        return None
