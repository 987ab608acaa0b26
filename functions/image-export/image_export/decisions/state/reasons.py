"""The `Reason` that an export shows where nobody looks at it just now, by its facts and its group's hold. Pure."""

from ...values.facts import Hold, Waits
from ...values.record import Record
from ...values.steps import Wait
from ...values.task import Task
from ..codes import PAUSED, Handling, handling, reason
from .exporting import goes_on
from .in_doubt import REASON as IN_DOUBT
from .table import Phase, phase


def reason_of(
    record: Record, *, hold: Hold | None = None, paused: bool = False, task: Task | None = None
) -> str | None:
    """Why it waits. `task`: as it has just been seen, which is an answer where the last one was a refusal."""
    at = phase(record)
    if at is Phase.ENDED:
        return None
    if record.refusal and record.refusal.cause and not (task and goes_on(task.status)):
        return reason(record.refusal.cause.code)
    if record.cancel_at:
        return "CancelRequested"
    if at is Phase.EXPORTING:
        return "Stalled" if record.stalled_at else None
    if at is Phase.IN_DOUBT:
        return IN_DOUBT
    return _before_the_start(record) or (PAUSED if paused else reason(hold.code) if hold else None)


def _before_the_start(record: Record) -> str | None:
    waits = standing_wait(record)
    if waits and waits.reason:
        return waits.reason
    cause = record.result.cause if record.result else None
    if cause:
        return reason(cause.code) if handling(cause.code) is not Handling.FINAL else None
    return IN_DOUBT if record.voids else None


def standing_wait(record: Record) -> Waits | None:
    """What it was written to wait for, unless it has been tried to start since then."""
    if record.waits_at is None or (record.settled_at and record.waits_at < record.settled_at):
        return None
    return record.waits


def to_note(record: Record, wait: Wait, image_name: str | None) -> Waits | None:
    """What is to be written of this wait; None where other facts say it, which most do. A queue says it by itself."""
    if phase(record) is not Phase.READY or record.cancel_at:
        return None
    standing = standing_wait(record)
    if wait.queued:
        return Waits(image_name=image_name) if standing and standing.reason else None
    if wait.reason == reason_of(record):
        return None
    return Waits(reason=wait.reason, image_name=image_name)
