"""Which hints an export leaves as it waits (docs/protocol.md#rule-14), and what a hint's age says. Pure."""

from datetime import datetime, timedelta

from ...values import ledger_keys as keys
from ...values.record import Record
from ...values.steps import Wait
from .stall import next_look

PRIORITY_MAX = 9999
AHEAD = timedelta(minutes=10)


def hints_for(record: Record, wait: Wait, now: datetime) -> set[str]:
    """The hints of an export that waits like this: one by state, and one by time where there is a time."""
    place, export, names = record.request.place, record.export_id, set[str]()
    if wait.running and record.task_id:
        look_at = next_look(record, now) or now
        names.add(keys.Running(place, record.task_id, export, keys.stamp(look_at)).key)
    if wait.queued:
        first = min(max(PRIORITY_MAX - record.request.priority, 0), PRIORITY_MAX)
        names.add(keys.Waiting(place, f"{first:04d}", keys.stamp(record.requested_at), export).key)
    if record.stalled_at and not record.ended:
        names.add(keys.Stalling(place, export).key)
    if wait.until or not names:
        names.add(keys.due(wait.until or record.requested_at, export))
    return names


def may_be_ahead(hint: str, now: datetime) -> bool:
    """Whether what the hint leads to may still be on its way: the hint is written first, and FC kills its writer.

    A sighting, or an export that waits. Where another look at an export comes due, the writer of its hint is gone.
    """
    due, waiting, written = keys.Due.read(hint), keys.Waiting.read(hint), ""
    if due and due.sighting is not None:
        written = due.stamp
    elif waiting:
        written = waiting.since
    return written > keys.stamp(now - AHEAD)
