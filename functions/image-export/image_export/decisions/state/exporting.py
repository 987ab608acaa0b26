"""EXPORTING: a task is known; follow it to its end and prove what it made. Pure. A look that fails is no verdict."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import UNSET

from ...values.cause import Cause
from ...values.export import Verdict
from ...values.facts import Ended, Stalled
from ...values.record import Record
from ...values.steps import CancelTask, End, LookAtTask, Mark, MarkMissed, MarkStalled, Sight, Step, Unmark, Wait
from ...values.task import Task
from ..codes import advised
from . import proof, refused_looks
from .backoff import LOOK_MOST, MINUTE, NOTED_EVERY, REFUSED_LOOK_MOST, UNWATCHED_AFTER, growing
from .stall import stalls_at

VANISHED_AFTER = timedelta(hours=24)


def next_step(record: Record, sight: Sight, now: datetime) -> Step:
    """Look at the task unless the tick has just seen it running; then what its status says."""
    return _or_stalled(record, sight, now, _next_step(record, sight, now))


def unseen(record: Record, sight: Sight, now: datetime) -> Step:
    """A failed look is no verdict (docs/protocol.md#rule-12); but a cancel wants an end, and a fortnight is enough."""
    asks = record.cancel_at and refused_looks.is_refusal(sight)
    if asks and not sight.cancel_asked and not sight.is_finished:
        return CancelTask()
    code = sight.failed.code if sight.failed else None
    if refused_looks.is_refusal(sight):
        since = record.refusal.since if record.refusal else now
        until = growing(since, now, most=REFUSED_LOOK_MOST, share=0.25)
        wait = Wait(code, until=until, running=not sight.is_finished)  # no tick need find each minute that it ended
    else:
        wait = Wait(code, until=growing(record.requested_at, now, most=LOOK_MOST, share=0.25), running=True)

    def give_up(cause: Cause) -> Step:
        status: Verdict = "Cancelled" if record.cancel_at else "Failed"
        error = refused_looks.unseen(record, cause, _what_is_known(record, sight))
        return End(Ended(status=status, error=error, reason=record.inferred))

    return _or_stalled(record, sight, now, refused_looks.after(record, sight, now, wait, give_up))


def _what_is_known(record: Record, sight: Sight) -> str:
    if sight.is_finished:
        return f"the objects of task {record.task_id}, which is Finished,"
    if sight.cancel_refused:
        said = f"CancelTask was refused: {sight.cancel_refused.code}"
    else:
        said = "CancelTask was accepted" if sight.cancel_asked else "it may have ended"
    return f"task {record.task_id} ({said})"


def _or_stalled(record: Record, sight: Sight, now: datetime, step: Step) -> Step:
    """What takes too long is told once, whatever the last look said."""
    if not isinstance(step, Wait) or not _stall_due(record, now) or (sight.is_finished and not sight.failed):
        return step
    task = sight.task if isinstance(sight.task, Task) else None
    reason = step.reason if sight.failed or task is None else None
    return MarkStalled(Stalled(progress=task.progress if task else None, reason=reason))


def _next_step(record: Record, sight: Sight, now: datetime) -> Step:
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


# TaskStatus words (docs/cloud-facts.md#fact-2); a word that is not here is a task that goes on.
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
        return wait if unlooked < NOTED_EVERY else MarkMissed()
    message = f"ECS has not known task {record.task_id} for a day; nothing says how it ended."
    advice = "Check the objects under the prefix, or ask for the export again; it is a new export."
    return End(Ended(status="Failed", error=Cause(code="TaskNotFound", message=message, recommend=advice)))
