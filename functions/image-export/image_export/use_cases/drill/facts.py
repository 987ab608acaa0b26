"""A drill's facts in the ledger: read whole, and created once each. Decides nothing."""

from datetime import datetime

from msgspec.structs import replace

from ...values import ledger_keys as keys
from ...values.drill.facts import CleanUp, DrillEnded, DrillRequested, LevelFact, Ran, StartClaim, StartResult
from ...values.drill.record import DrillRecord
from ..ledger.fact_store import Found
from ..ledger.ledger import Ledger


def load(ledger: Ledger, drill: str) -> DrillRecord | None:
    """The drill by its facts; None before `requested` stands."""
    requested = ledger.read(keys.DrillRequested(drill).key, DrillRequested)
    if requested is None:
        return None
    # First these two: what came before the end, or before the clean-up, stands by the time of the listing.
    ended = ledger.read(keys.DrillEnded(drill).key, DrillEnded)
    clean_up = ledger.read(keys.DrillCleanUp(drill).key, CleanUp)
    listed = {entry.key: entry.modified_at for entry in ledger.walk(keys.DrillRequested.below(drill))}
    times = {key: at for key, at in listed.items() if _counts(key, at, ended, clean_up)}
    levels = {level.number: key for key in times if (level := keys.DrillLevel.read(key))}
    said = {number: found for number, key in levels.items() if (found := ledger.read(key, LevelFact))}
    ran = ledger.read(keys.DrillRan(drill).key, Ran) if keys.DrillRan(drill).key in times else None
    record = DrillRecord(
        drill_id=drill,
        request=requested.fact.request,
        requested_at=requested.at,
        listed=requested.fact.listed,
        levels={number: found.fact for number, found in said.items()},
        levelled_at={number: found.at for number, found in said.items()},
        ran=ran.fact if ran else None,
        ran_at=ran.at if ran else None,
        clean_up=clean_up.fact if clean_up else None,
        cleaned_at=times.get(keys.DrillCleaned(drill).key),
        cancel_at=times.get(keys.DrillCancel(drill).key),
        ended=ended.fact if ended else None,
        ended_at=ended.at if ended else None,
        delivered=frozenset(one.event for one in map(keys.DrillDelivered.read, times) if one),
        refused_since={one.event: at for key, at in times.items() if (one := keys.DrillRefused.read(key))},
    )
    attempt = max((start.attempt for start in map(keys.DrillStart.read, times) if start), default=0)
    record = with_start(ledger, record, attempt) if attempt else record
    while ended is None and (following := with_start(ledger, record, record.attempt + 1)) is not record:
        record = following
    return record


def _counts(key: str, at: datetime, ended: Found[DrillEnded] | None, clean_up: Found[CleanUp] | None) -> bool:
    """A level that arrives after the clean-up changes no verdict, and a start after the end nothing that was told."""
    if keys.DrillLevel.read(key):
        return clean_up is None or at <= clean_up.at
    return ended is None or at <= ended.at or keys.DrillStart.read(key) is None


def with_start(ledger: Ledger, record: DrillRecord, attempt: int) -> DrillRecord:
    """The record with start n and what came of it; the record itself where there is no start n."""
    start = ledger.read(keys.DrillStart(record.drill_id, attempt).key, StartClaim)
    if start is None:
        return record
    started = ledger.read(keys.DrillStarted(record.drill_id, attempt).key, StartResult)
    return replace(
        record,
        attempt=attempt,
        start=start.fact,
        start_at=start.at,
        started=started.fact if started else None,
        started_at=started.at if started else None,
    )
