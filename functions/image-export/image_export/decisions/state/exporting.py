"""EXPORTING: a task is known; follow it to its end and prove what it made. Pure. A look that fails is no verdict."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import UNSET

from ...values.cause import Cause
from ...values.export import Verdict
from ...values.facts import Ended, Stalled
from ...values.record import Record
from ...values.steps import (
    CancelTask,
    End,
    LookAtTask,
    Mark,
    MarkMissed,
    MarkStalled,
    Observed,
    Situation,
    Step,
    Unmark,
    Wait,
)
from ...values.task import Task
from ..codes import advised
from . import proof, refused_looks
from .backoff import LOOK_MOST, MINUTE, NOTED_EVERY, REFUSED_LOOK_MOST, UNWATCHED_AFTER, growing
from .stall import stalls_at

VANISHED_AFTER = timedelta(hours=24)


def next_step(situation: Situation) -> Step:
    """Look at the task unless the tick has just seen it running; then what its status says."""
    return _or_stalled(situation, _next_step(situation))


def unseen(situation: Situation) -> Step:
    """A failed look is no verdict (docs/protocol.md#rule-12); but a cancel wants an end, and a fortnight is enough."""
    record, observed, now = situation
    asks = record.cancel_at and refused_looks.is_refusal(observed)
    if asks and not observed.cancel_asked and not observed.is_finished:
        return CancelTask()
    code = observed.failed.code if observed.failed else None
    if refused_looks.is_refusal(observed):
        since = record.refusal.since if record.refusal else now
        until = growing(since, now, most=REFUSED_LOOK_MOST, share=0.25)
        wait = Wait(code, until=until, running=not observed.is_finished)  # no tick need find each minute that it ended
    else:
        wait = Wait(code, until=growing(record.requested_at, now, most=LOOK_MOST, share=0.25), running=True)

    def give_up(cause: Cause) -> Step:
        status: Verdict = "Cancelled" if record.cancel_at else "Failed"
        error = refused_looks.unseen(record, cause, _what_is_known(record, observed))
        return End(Ended(status=status, error=error, reason=record.inferred))

    return _or_stalled(situation, refused_looks.after(situation, wait, give_up))


def _what_is_known(record: Record, observed: Observed) -> str:
    if observed.is_finished:
        return f"the objects of task {record.task_id}, which is Finished,"
    if observed.cancel_refused:
        said = f"CancelTask was refused: {observed.cancel_refused.code}"
    else:
        said = "CancelTask was accepted" if observed.cancel_asked else "it may have ended"
    return f"task {record.task_id} ({said})"


def _or_stalled(situation: Situation, step: Step) -> Step:
    """What takes too long is told once, whatever the last look said."""
    record, observed, now = situation
    if not isinstance(step, Wait) or not _stall_due(record, now) or (observed.is_finished and not observed.failed):
        return step
    task = observed.task if isinstance(observed.task, Task) else None
    reason = step.reason if observed.failed or task is None else None
    return MarkStalled(Stalled(progress=task.progress if task else None, reason=reason))


def _next_step(situation: Situation) -> Step:
    record, observed, now = situation
    if record.vanished_at and (observed.brief if observed.task is UNSET else observed.task):
        return Unmark("vanished")
    if observed.task is UNSET:
        quiet = observed.brief and goes_on(observed.brief.status)
        return _quiet(record, now) if quiet and not _cancel_due(record, observed) else LookAtTask()
    if not isinstance(observed.task, Task):
        return _vanished(record, now)
    return TASK.get(observed.task.status, _go_on)(situation, observed.task)


def _quiet(record: Record, now: datetime) -> Step:
    return LookAtTask() if _stall_due(record, now) else Wait(running=True)


def _go_on(situation: Situation, task: Task) -> Step:
    record, observed, now = situation
    if _cancel_due(record, observed):
        if task.support_cancel is False:
            return Wait("CancelNotSupported", running=True)
        return CancelTask()
    if record.cancel_at:
        return Wait("CancelRequested", running=True, until=now + MINUTE)
    return Wait("Stalled" if record.stalled_at else None, running=True)


def _finished(situation: Situation, task: Task) -> Step:
    return _failed(situation, task) if task.failed_count or task.cause else proof.next_step(situation, task)


def _failed(situation: Situation, task: Task) -> Step:
    cause = task.cause or Cause(
        code="ExportImageFailed", message=f"ECS ended task {task.task_id} as {task.status} without saying why."
    )
    return End(Ended(status="Failed", error=advised(cause), reason=situation.record.inferred))


def _deleted(situation: Situation, task: Task) -> Step:
    record = situation.record
    context = Cause(
        code="TaskCancelled",
        message=f"Task {task.task_id} was cancelled, not by image-export.",
        recommend="Ask for the export again if it is still wanted.",
    )
    return End(Ended(status="Cancelled", error=None if record.cancel_at else context, reason=record.inferred))


# TaskStatus words (docs/cloud-facts.md#fact-2); a word that is not here is a task that goes on.
TASK: dict[str, Callable[[Situation, Task], Step]] = {
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


def _cancel_due(record: Record, observed: Observed) -> bool:
    return bool(record.cancel_at) and not observed.cancel_asked


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
