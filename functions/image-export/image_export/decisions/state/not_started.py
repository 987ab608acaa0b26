"""READY after a void: an attempt was taken for none, so all is looked at once more before the next is made. Pure.

A task that is listed within the wait of docs/protocol.md#rule-9 was found before. One that is listed later than any
document lets us expect still keeps the export from a second one: by its name, while it runs, and by its objects.
However long the export has waited since: the window is that of the calls.
"""

from msgspec import UNSET

from ...values.facts import Span
from ...values.image import Image
from ...values.record import Record
from ...values.steps import LookForKeys, LookForTasks, Situation, Step, Wait
from ...values.task import Task
from ..codes import FOREIGN
from ..naming import common_prefix, is_under, oss_prefix
from . import claims
from .backoff import growing
from .exporting import goes_on
from .in_doubt import AFTER_CLAIM, BEFORE_CLAIM, GIVE_UP, LOOK_EVERY, REASON, crowded, no_task


def next_step(situation: Situation, image: Image) -> Step | None:
    """Look, adopt, wait, or end; None where there is nothing, so that the next attempt may be made."""
    record, observed, now = situation
    if not isinstance(observed.candidates, tuple):
        calls = record.voided or Span(since=record.requested_at, until=now)  # an earlier version did not note them
        return LookForTasks(calls.since - BEFORE_CLAIM, calls.until + AFTER_CLAIM)
    for prefix in _prefixes(record):
        for task in observed.candidates:
            if any(is_under(record.request, prefix, item.key) for item in task.objects):
                return claims.adopt(record, task, prefix, image)
    return _unnamed(situation, observed.candidates)


def _unnamed(situation: Situation, candidates: tuple[Task, ...]) -> Step | None:
    record, observed, now = situation
    again = Wait(REASON, until=growing(record.settled_at or now, now, most=LOOK_EVERY))
    over = now - (record.settled_at or now) > GIVE_UP
    if observed.unlooked:
        return claims.fail(record, crowded(record, observed)) if over else again
    if _is_exporting(record) and any(not task.objects and goes_on(task.status) for task in candidates):
        return again
    if observed.keys is UNSET:
        return LookForKeys(common_prefix(record.request, record.export_id))
    prefixes = _prefixes(record)
    keys = [key for key in observed.keys or () if any(is_under(record.request, prefix, key) for prefix in prefixes)]
    if not keys:
        return None
    return claims.fail(record, no_task(record, keys)) if over else again


def _prefixes(record: Record) -> list[str]:
    """Those of the void attempts."""
    return [oss_prefix(record.request, record.export_id, voids) for voids in range(record.voids)]


def _is_exporting(record: Record) -> bool:
    """Whether ECS has refused the last attempt because something exports the image already."""
    cause = record.result.cause if record.result else None
    return cause is not None and cause.code in FOREIGN
