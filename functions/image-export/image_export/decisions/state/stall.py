"""How long a task may take before that is worth telling (docs/protocol.md#rule-12). Pure."""

from datetime import datetime, timedelta

from ...values.record import Record

BASE = timedelta(hours=1)
A_DAY = timedelta(days=1)
PER_GIB = timedelta(minutes=2)


def bound(record: Record) -> datetime | None:
    """When the task is older than its disks explain; None for an export that has not started."""
    if record.started_at is None:
        return None
    size_gib = record.claim.image.disks_gib if record.claim and record.claim.image else 0
    return record.started_at + BASE + PER_GIB * size_gib


def next_look(record: Record, now: datetime) -> datetime | None:
    """When a running task is looked at by itself, whatever is seen of it among others: as it stalls, then once a day.

    The same for a whole day, so that hints of one name meet.
    """
    if record.stalled_at is None:
        return bound(record)
    return record.stalled_at + A_DAY * ((now - record.stalled_at) // A_DAY + 1)


def stalls_at(record: Record) -> datetime | None:
    """The same; None once it has been told."""
    return None if record.stalled_at else bound(record)
