"""EXPORTING: a task is known; follow it to its end and prove what it made. Pure. A look that fails is no verdict."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import UNSET

from ..values.cause import Cause
from ..values.facts import Ended, Stalled
from ..values.record import Record
from ..values.steps import CancelTask, End, LookAtTask, Mark, MarkMissed, MarkStalled, Sight, Step, Unmark, Wait
from ..values.task import Task
from . import proof
from .refusals import advised
from .stall import stalls_at
from .waiting import LOOK_MOST, MINUTE, growing

VANISHED_AFTER = timedelta(hours=24)
MISSED_EVERY = timedelta(minutes=30)
UNWATCHED_AFTER = timedelta(hours=2)


def next_step(record: Record, sight: Sight, now: datetime) -> Step:
    """Look at the task unless the tick has just seen it running; then what its status says."""
    if record.vanished_at and (sight.brief if sight.task is UNSET else sight.task):
        return Unmark("vanished")
    if sight.task is UNSET:
        quiet = sight.brief and goes_on(sight.brief.status)
        return _quiet(record, now) if quiet and not _cancel_due(record, sight) else LookAtTask()
    if not isinstance(sight.task, Task):
        return _vanished(record, now)
    return TASK.get(sight.task.status, _go_on)(record, sight.task, sight, now)


def _quiet(record: Record, now: datetime) -> Step:
    return LookAtTask() if _stall_due(record, now) else Wait(running=True)


def _go_on(record: Record, task: Task, sight: Sight, now: datetime) -> Step:
    if _cancel_due(record, sight):
        if task.support_cancel is False:
            return Wait("CancelNotSupported", running=True)
        return CancelTask()
    if _stall_due(record, now):
        return MarkStalled(Stalled(progress=task.progress))
    if record.cancel_at:
        return Wait("CancelRequested", running=True, until=now + MINUTE)
    return Wait("Stalled" if record.stalled_at else None, running=True)


def _finished(record: Record, task: Task, sight: Sight, now: datetime) -> Step:
    if task.failed_count or task.cause:
        return _failed(record, task, sight, now)
    return proof.next_step(record, task, sight, now)


def _failed(record: Record, task: Task, _sight: Sight, _now: datetime) -> Step:
    cause = task.cause or Cause(
        code="ExportImageFailed", message=f"ECS ended task {task.task_id} as {task.status} without saying why."
    )
    return End(Ended(status="Failed", error=advised(cause), reason=record.inferred))


def _deleted(record: Record, task: Task, _sight: Sight, _now: datetime) -> Step:
    outside = Cause(
        code="TaskCancelled",
        message=f"Task {task.task_id} was cancelled, not by image-export.",
        recommend="Ask for the export again if it is still wanted.",
    )
    return End(Ended(status="Cancelled", error=None if record.cancel_at else outside, reason=record.inferred))


# TaskStatus words (facts §2); a word that is not here is a task that goes on.
TASK: dict[str, Callable[[Record, Task, Sight, datetime], Step]] = {
    "Waiting": _go_on,
    "Pending": _go_on,
    "Processing": _go_on,
    "Paused": _go_on,
    "Finished": _finished,
    "Failed": _failed,
    "Deleted": _deleted,
}


def goes_on(status: str) -> bool:
    """Whether a task with this status has not ended; a word that nobody has met yet has not."""
    return TASK.get(status, _go_on) is _go_on


def _cancel_due(record: Record, sight: Sight) -> bool:
    return bool(record.cancel_at) and not sight.cancel_asked


def _stall_due(record: Record, now: datetime) -> bool:
    at = stalls_at(record)
    return at is not None and now > at


def _vanished(record: Record, now: datetime) -> Step:
    """One answer that does not know the task may be a lagging one; a day of them is not, if somebody looked all day."""
    if record.vanished_at is None:
        return Mark("vanished")
    unlooked = now - max(record.vanished_at, record.missed_at or record.vanished_at)
    if unlooked > UNWATCHED_AFTER:  # it may have been known in between: the day begins anew
        return Unmark("vanished")
    if now - record.vanished_at < VANISHED_AFTER:
        wait = Wait("TaskNotVisible", until=growing(record.vanished_at, now, most=LOOK_MOST))
        return wait if unlooked < MISSED_EVERY else MarkMissed()
    message = f"ECS has not known task {record.task_id} for a day; nothing says how it ended."
    advice = "Check the objects under the prefix, or ask for the export again; it is a new export."
    return End(Ended(status="Failed", error=Cause(code="TaskNotFound", message=message, recommend=advice)))
