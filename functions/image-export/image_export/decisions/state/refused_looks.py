"""A look was refused: noted, waited for, and after a fortnight of refusals for one cause the end. Pure.

A look that was answered begins the fortnight anew, and so does another cause. So do hours in which nobody looked: it
may have worked in between. A look without an answer, or a throttled one, is none (docs/protocol.md#rule-12).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from ...values.cause import Cause
from ...values.facts import LookRefused
from ...values.record import Record
from ...values.steps import NoteRefusal, Observed, Situation, Step, Wait
from ..codes import WATCH_REFUSED, advised, is_throttling
from .backoff import NOTED_EVERY, UNWATCHED_AFTER

REFUSED_FOR = timedelta(days=14)
CANCELLED_AFTER = timedelta(minutes=10)  # as long as a role that was just mended may take


def after(situation: Situation, wait: Wait, give_up: Callable[[Cause], Step]) -> Step:
    """Note the refusal, wait, or give up: an export that somebody cancels after minutes."""
    record, observed, now = situation
    cause = observed.failed
    if cause is None or not is_refusal(observed):
        return wait
    standing = _standing(record, cause, now)
    if standing is None:
        return NoteRefusal(LookRefused(since=now, cause=cause, finished=observed.is_finished))
    if now - standing.since >= (CANCELLED_AFTER if record.cancel_at else REFUSED_FOR):
        return give_up(cause)
    if record.look_refused_at is None or now - record.look_refused_at >= NOTED_EVERY:
        return NoteRefusal(replace(standing, cause=cause, finished=observed.is_finished))
    return wait


def answered(situation: Situation) -> Step | None:
    """Note that a look was not refused, where the last one was."""
    record, observed, now = situation
    return NoteRefusal(LookRefused(since=now)) if record.refusal and observed.looked else None


def is_refusal(observed: Observed) -> bool:
    """Whether the cloud has said no, and not only that it is busy."""
    return observed.failed is not None and observed.refused and not is_throttling(observed.failed.code)


def _standing(record: Record, cause: Cause, now: datetime) -> LookRefused | None:
    refusal, last = record.refusal, record.look_refused_at
    if refusal is None or refusal.cause is None or last is None:
        return None
    return refusal if refusal.cause.code == cause.code and now - last <= UNWATCHED_AFTER else None


def unseen(record: Record, cause: Cause, what: str) -> Cause:
    """The error of an export that ends without having been looked at; `what` says what is known of it."""
    refusal = f"{cause.code}: {cause.message}" + (f" (RequestId {cause.request_id})" if cause.request_id else "")
    said = "The export was cancelled" if record.cancel_at else "Every look was refused for 14 days"
    return Cause(
        code=WATCH_REFUSED,
        message=f"{said}, and {what} could not be looked at: {refusal}",
        request_id=cause.request_id,
        recommend=f"{advised(cause).recommend or 'Let the role look at tasks and objects.'} Nothing was deleted.",
    )
