"""A restore's facts in the ledger: read whole, and created once each. Decides nothing."""

from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from ...errors import FactUnreadable
from ...values import ledger_keys as keys
from ...values.facts import LookRefused, Since
from ...values.restore.facts import (
    ImportClaim,
    ImportResult,
    NotedReason,
    NotedSnapshots,
    Outcome,
    RestoreEnded,
    RestoreRequested,
    UnpackFailed,
)
from ...values.restore.record import RestoreRecord
from ...values.unpack import Unpacked
from ..ledger.ledger import Ledger

F = TypeVar("F")


def load(ledger: Ledger, restore: str) -> RestoreRecord | None:
    """The restore by its facts; None before `requested` stands. A listing, and a read of each fact that decides."""
    requested = ledger.read(keys.RestoreRequested(restore).key, RestoreRequested)
    if requested is None:
        return None
    ended = ledger.read(keys.RestoreEnded(restore).key, RestoreEnded)  # first: what came before an end stands by then
    times = {entry.key: entry.modified_at for entry in ledger.walk(keys.RestoreRequested.below(restore))}
    record = RestoreRecord(
        restore_id=restore,
        request=requested.fact.request,
        requested_at=requested.at,
        listed=requested.fact.listed,
        unpacking_at=times.get(keys.Unpacking(restore).key),
        cancel_at=times.get(keys.RestoreCancel(restore).key),
        swept_at=times.get(keys.Swept(restore).key),
        delivered=frozenset(one.event for one in map(keys.RestoreDelivered.read, times) if one),
        refused_since={one.event: at for key, at in times.items() if (one := keys.RestoreRefused.read(key))},
    )
    failed = _listed(ledger, keys.UnpackFailed(restore).key, UnpackFailed, times)
    noted = None if ended else _listed(ledger, keys.RestoreReason(restore).key, NotedReason, times)
    unpack_refused, look_refused = keys.UnpackRefused(restore).key, keys.RestoreLookRefused(restore).key
    return _with_attempts(
        ledger,
        replace(
            record,
            ended=ended and ended.fact,
            ended_at=ended and ended.at,
            unpacked=_unpacked(ledger, times),
            unpack_failed=failed.cause if failed else None,
            noted=noted.reason if noted else None,
            unpack_refused=_note(ledger, unpack_refused, times),
            unpack_refused_at=times.get(unpack_refused),
            look_refused=_note(ledger, look_refused, times),
            look_refused_at=times.get(look_refused),
        ),
        max((claim.attempt for claim in map(keys.ImportClaim.read, times) if claim), default=0),
    )


def with_attempt(ledger: Ledger, record: RestoreRecord, attempt: int) -> RestoreRecord:
    """The record with claim n and what came of it; the record itself where there is no claim n."""
    restore = record.restore_id
    claim = ledger.read(keys.ImportClaim(restore, attempt).key, ImportClaim)
    if claim is None:
        return record
    result = ledger.read(keys.ImportResult(restore, attempt).key, ImportResult)
    outcome = ledger.read(keys.Outcome(restore, attempt).key, Outcome) if result else None
    discarded = ledger.read(keys.Discarded(restore, attempt).key, Since) if outcome else None
    undecided = result is not None and result.fact.image_id is not None and outcome is None
    first = claim.fact.temporary
    gone = ledger.read(keys.Discarded(restore, first.attempt).key, Since) if first else None
    named = ledger.read(keys.Snapshots(restore, attempt).key, NotedSnapshots) if undecided else None
    return replace(
        record,
        attempt=attempt,
        claim=claim.fact,
        claimed_at=claim.at,
        result=result and result.fact,
        settled_at=result and result.at,
        snapshot_ids=named.fact.snapshot_ids if named else (),
        outcome=outcome and outcome.fact,
        discarded_at=discarded and discarded.at,
        temporary_gone_at=gone and gone.at,
    )


def _with_attempts(ledger: Ledger, record: RestoreRecord, listed: int) -> RestoreRecord:
    """The newest attempt. A listing may lag, so the next is asked for by name (docs/cloud-facts.md#fact-14)."""
    record = with_attempt(ledger, record, listed) if listed else record
    while (following := with_attempt(ledger, record, record.attempt + 1)) is not record:
        record = following
    return record


def _unpacked(ledger: Ledger, times: dict[str, datetime]) -> dict[int, Unpacked]:
    named = {key: one.number for key in times if (one := keys.Unpacked.read(key))}
    read = {number: ledger.read(key, Unpacked) for key, number in named.items()}
    return {number: found.fact for number, found in read.items() if found}


def _note(ledger: Ledger, key: str, times: dict[str, datetime]) -> LookRefused | None:
    """It is written anew by the next look: one that cannot be understood is none."""
    try:
        return _listed(ledger, key, LookRefused, times)
    except FactUnreadable:
        return None


def _listed(ledger: Ledger, key: str, kind: type[F], times: dict[str, datetime]) -> F | None:
    found = ledger.read(key, kind) if key in times else None
    return found.fact if found else None
