"""READY after a void: an attempt was taken for none, so all is looked at once more before the next is made. Pure.

A task that is listed within PROTOCOL's wait was found before. One that is listed later than any document lets us expect
still keeps the export from a second one: by its name, while it runs, and by its objects. However long the export has
waited since: the window is that of the calls.
"""

from datetime import datetime

from msgspec import UNSET

from ..values.facts import Span
from ..values.image import Image
from ..values.record import Record
from ..values.steps import LookForKeys, LookForTasks, Sight, Step, Wait
from . import claims
from .doubt import AFTER_CLAIM, BEFORE_CLAIM, GIVE_UP, LOOK_EVERY, REASON, no_task
from .exporting import goes_on
from .identity import common_prefix, is_under, oss_prefix
from .refusals import FOREIGN
from .waiting import growing


def next_step(record: Record, image: Image, sight: Sight, now: datetime) -> Step | None:
    """Look, adopt, wait, or end; None where there is nothing, so that the next attempt may be made."""
    if not isinstance(sight.candidates, tuple):
        calls = record.voided or Span(since=record.requested_at, until=now)  # an earlier version did not note them
        return LookForTasks(calls.since - BEFORE_CLAIM, calls.until + AFTER_CLAIM)
    request = record.request
    prefixes = [oss_prefix(request, record.export_id, voids) for voids in range(record.voids)]
    for prefix in prefixes:
        for task in sight.candidates:
            if any(is_under(request, prefix, item.key) for item in task.objects):
                return claims.adopt(record, task, prefix, image)
    again = Wait(REASON, until=growing(record.settled_at or now, now, most=LOOK_EVERY))
    if _is_exporting(record) and any(not task.objects and goes_on(task.status) for task in sight.candidates):
        return again
    if sight.keys is UNSET:
        return LookForKeys(common_prefix(request, record.export_id))
    keys = [key for key in sight.keys or () if any(is_under(request, prefix, key) for prefix in prefixes)]
    if not keys:
        return None
    return claims.fail(record, no_task(keys)) if now - (record.settled_at or now) > GIVE_UP else again


def _is_exporting(record: Record) -> bool:
    """Whether ECS has refused the last attempt because something exports the image already."""
    cause = record.result.cause if record.result else None
    return cause is not None and cause.code in FOREIGN
