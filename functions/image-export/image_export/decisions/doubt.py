"""IN_DOUBT: ExportImage was called, or perhaps not; is there a task of ours? (PROTOCOL 9.) Pure.

Names decide at once, absence only after the wait. Where certainty is impossible the attempt is settled as refused with
StartUnconfirmed or TaskNotFound, which is final: no second call.
"""

from datetime import datetime, timedelta

from msgspec import UNSET

from ..values.cause import Cause
from ..values.facts import Result
from ..values.record import Record
from ..values.steps import LookForKeys, LookForTasks, Settle, Sight, Step, Wait
from ..values.task import Task
from .identity import is_under
from .waiting import MINUTE, VISIBLE_WITHIN, growing

REASON = "StartInDoubt"
CALLER_MAY_LIVE = MINUTE  # the worker that holds the claim answers by then, or is late and finds its result taken
BEFORE_CLAIM = timedelta(minutes=2)  # task times have minutes, clocks differ
AFTER_CLAIM = timedelta(minutes=10)  # FC kills a caller after 5 minutes (PROTOCOL 7): no later task can be ours
LISTED_WITHIN = timedelta(minutes=25)
GIVE_UP = timedelta(hours=24)
LOOK_EVERY = timedelta(minutes=5)
ENDED_WITHOUT_OBJECTS = frozenset({"Failed", "Deleted"})


def next_step(record: Record, sight: Sight, now: datetime) -> Step:
    """Look for the task; settle as started, void or refused; or wait."""
    claimed_at = record.claimed_at or now
    if record.claim and record.claim.kind == "adopt":
        return Settle(Result(outcome="started", task_id=record.claim.task_id))
    if now - claimed_at < CALLER_MAY_LIVE:
        return Wait(REASON, until=claimed_at + CALLER_MAY_LIVE)
    if not isinstance(sight.candidates, tuple):
        return LookForTasks(claimed_at - BEFORE_CLAIM, claimed_at + AFTER_CLAIM)
    named = [task for task in sight.candidates if _names_ours(record, task)]
    if named:
        return Settle(Result(outcome="started", task_id=named[0].task_id))
    if sight.unlooked:  # ours may be among them, so that only names tell
        over = now - claimed_at > GIVE_UP
        return Settle(Result(outcome="refused", cause=crowded(sight))) if over else _again(claimed_at, now)
    return _without_names([task for task in sight.candidates if not task.objects], record, sight, now)


def _without_names(nameless: list[Task], record: Record, sight: Sight, now: datetime) -> Step:
    claimed_at = record.claimed_at or now
    over = [task for task in nameless if task.status in ENDED_WITHOUT_OBJECTS]
    finished = [task for task in nameless if task.status == "Finished"]
    if now - claimed_at < LISTED_WITHIN or len(over) + len(finished) < len(nameless):
        return _again(claimed_at, now)
    if len(over) > 1 or (over and finished):
        return Settle(Result(outcome="refused", cause=_unconfirmed(over + finished)))
    if over:
        return Settle(Result(outcome="started", task_id=over[0].task_id, inferred=True))
    if sight.keys is UNSET:
        return LookForKeys(record.oss_prefix or "")
    return _by_objects(finished, record, sight, now)


def _by_objects(finished: list[Task], record: Record, sight: Sight, now: datetime) -> Step:
    claimed_at = record.claimed_at or now
    keys = [key for key in sight.keys or () if is_under(record.request, record.oss_prefix or "", key)]
    if not keys and not finished:
        return Settle(Result(outcome="void"))
    if not keys:  # it may be ours all the same: its objects come late, or it wrote none
        return _without_objects(finished, claimed_at, now)
    if len(finished) == 1:
        return Settle(Result(outcome="started", task_id=finished[0].task_id, inferred=True))
    if len(finished) > 1:
        return Settle(Result(outcome="refused", cause=_unconfirmed(finished)))
    if now - claimed_at > GIVE_UP:
        return Settle(Result(outcome="refused", cause=no_task(keys)))
    return _again(claimed_at, now)


def _without_objects(finished: list[Task], claimed_at: datetime, now: datetime) -> Step:
    """Looked for again for as long as after any Finished (PROTOCOL 12); then nothing is certain."""
    latest = max(task.finished_at or claimed_at for task in finished)
    if now - latest < VISIBLE_WITHIN:
        return _again(claimed_at, now)
    return Settle(Result(outcome="refused", cause=_unconfirmed(finished)))


def _again(claimed_at: datetime, now: datetime) -> Wait:
    return Wait(REASON, until=growing(claimed_at, now, most=LOOK_EVERY))


def _names_ours(record: Record, task: Task) -> bool:
    bucket, prefix = record.request.oss_bucket, record.oss_prefix or "-"
    return any(item.oss_bucket in ("", bucket) and is_under(record.request, prefix, item.key) for item in task.objects)


def _unconfirmed(tasks: list[Task]) -> Cause:
    return Cause(
        code="StartUnconfirmed",
        message="The answer to ExportImage was lost, and these tasks could each be ours: "
        + ", ".join(f"{task.task_id} ({task.status})" for task in tasks),
        recommend="Look at the tasks, then ask for the export again; it is a new export.",
    )


def crowded(sight: Sight) -> Cause:
    """Tasks that could not be looked at, too many or not known when asked for: none has named us in a day."""
    looked = len(sight.candidates) if isinstance(sight.candidates, tuple) else 0
    return Cause(
        code="StartUnconfirmed",
        message=f"The answer to ExportImage was lost, and any of {looked + sight.unlooked} tasks could be ours.",
        recommend="Look at the tasks and at the bucket, then ask for the export again; it is a new export.",
    )


def no_task(keys: list[str]) -> Cause:
    """Objects of ours, and no task that ECS would tell."""
    return Cause(
        code="TaskNotFound",
        message="The answer to ExportImage was lost; there are objects but no task to confirm them: "
        + ", ".join(keys[:10]),
        recommend="Check the objects, or ask for the export again; it is a new export with objects of its own.",
    )
