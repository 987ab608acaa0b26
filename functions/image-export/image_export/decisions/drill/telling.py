"""The CloudEvents of a drill, and to whom they are owed. Pure: of facts alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ...values.drill.record import DrillRecord
from ...values.notify_target import EventKind, target_slug, targets_of, wants
from ..results.delivery import Pending
from ..results.notifications import cloud_event
from .view import drill_of

KINDS: dict[str, EventKind] = {"Proved": "DrillProved", "Unproven": "DrillUnproven", "Failed": "DrillFailed"}
WORD = "Drill"


def happenings(record: DrillRecord) -> Iterator[tuple[EventKind, datetime]]:
    """Its end, once it has come."""
    if record.ended and record.ended_at:
        yield KINDS[record.ended.verdict], record.ended_at


def pending(record: DrillRecord) -> list[Pending]:
    """What is to be told to whom."""
    return [
        Pending(kind=kind, happened_at=at, refused_since=record.refused_since.get(fact), target=target, fact=fact)
        for kind, at in happenings(record)
        for target in targets_of(record.request)
        if wants(target, kind)
        if (fact := f"{kind.lower()}-{target_slug(target)}") not in record.delivered
    ]


def drill_event(record: DrillRecord, kind: str) -> dict[str, Any]:
    """The event of that kind."""
    shown = drill_of(record)
    since = next(at for one, at in happenings(record) if one == kind)
    said = kind.removeprefix(WORD)
    subject = f"acs:ecs:{shown.region_id}:{shown.account_id}:image/{shown.source_image_id}"
    return cloud_event(f"{record.drill_id}.{said}", f"{WORD}:{said}", since, subject, shown.wire())
