"""The CloudEvents of a restore, and to whom they are owed. Pure: of facts alone (docs/protocol.md#rule-13)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from ...values.notify_target import EventKind, target_slug, targets_of, wants
from ...values.restore.facts import ImportResult
from ...values.restore.record import RestoreRecord
from ..results.delivery import Pending
from ..results.notifications import cloud_event
from .view import restore_of

WORD = "Restore"


def happenings(record: RestoreRecord) -> Iterator[tuple[EventKind, datetime]]:
    """What has happened so far, as event kind and time. The first image alone is told as started: it is one event."""
    if record.started_at and not (record.claim and record.claim.discarded):
        yield "RestoreStarted", record.started_at
    if record.ended and record.ended_at:
        ends: dict[str, EventKind] = {"Completed": "RestoreCompleted", "Failed": "RestoreFailed"}
        yield ends.get(record.ended.status, "RestoreCancelled"), record.ended_at


def _begun(record: RestoreRecord) -> RestoreRecord:
    """As it was when ImportImage had answered: whoever is told late is told the same."""
    begun = replace(record, ended=None, ended_at=None, outcome=None, discarded_at=None)
    first = record.temporary
    if first is None or record.claim is None:
        return begun
    result = ImportResult(outcome="imported", image_id=first.image_id, task_id=first.task_id)
    claim = replace(record.claim, kind="import", temporary=None)
    return replace(begun, attempt=first.attempt, claim=claim, result=result, settled_at=first.started_at)


def pending(record: RestoreRecord) -> list[Pending]:
    """What is to be told to whom, in the order in which it is delivered."""
    found = [
        Pending(kind=kind, happened_at=at, refused_since=record.refused_since.get(fact), target=target, fact=fact)
        for kind, at in happenings(record)
        for target in targets_of(record.request)
        if wants(target, kind)
        if (fact := f"{kind.lower()}-{target_slug(target)}") not in record.delivered
    ]
    return sorted(found, key=lambda one: one.order)


def restore_event(record: RestoreRecord, kind: str) -> dict[str, Any]:
    """The event of that kind; the same facts always give the same one."""
    seen = _begun(record) if kind == "RestoreStarted" else record
    shown = restore_of(seen)
    since = next(at for one, at in happenings(record) if one == kind)
    subject = f"acs:ecs:{shown.region_id}:{shown.account_id}:image/{shown.image_id}" if shown.image_id else None
    said = kind.removeprefix(WORD)
    return cloud_event(f"{record.restore_id}.{said}", f"{WORD}:{said}", since, subject, shown.wire())
