"""How each look of `values/steps.py` is taken: a read of the cloud or the ledger. Changes nothing."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal

from msgspec import field

from ...errors import FactUnreadable, Unreadable
from ...values import ledger_keys as keys
from ...values.record import Record
from ...values.steps import (
    LookAtHold,
    LookAtImage,
    LookAtObjects,
    LookAtPrefix,
    LookAtTask,
    LookForKeys,
    LookForTasks,
)
from ...values.task import Task
from ...values.wire import Wire
from ..context import Context
from . import verbatim_prefix
from .either_role import cloud_of
from .look import Look

CANDIDATES_MAX = 50  # of one look; each costs a call
CANDIDATES_S = 60.0  # in which no further one is begun with
SECONDS_FOR_A_CALL = 30.0  # which are left for one, and for what follows from it


class TaskOwner(Wire, frozen=True, kw_only=True):
    """The export that a task belongs to."""

    export_id: str = field(name="ExportId")


def _look_at_image(context: Context, look: Look, _step: LookAtImage) -> Look:
    return look.with_observed(image=cloud_of(context, look.record).image(look.record.request.image_id))


def _look_at_hold(context: Context, look: Look, _step: LookAtHold) -> Look:
    """Of the pause only what starts now need know: what queues up is looked at again in its turn."""
    paused = look.observed.in_turn and context.is_paused
    return look.with_observed(hold=context.hold(look.record.request.place), paused=paused)


def _look_at_prefix(context: Context, look: Look, _step: LookAtPrefix) -> Look:
    return look.with_observed(prefix_taken=verbatim_prefix.taken(context, look.record.request, look.record.export_id))


def _look_at_task(context: Context, look: Look, _step: LookAtTask) -> Look:
    return look.with_observed(task=cloud_of(context, look.record).task(look.record.task_id or ""))


def _look_for_tasks(context: Context, look: Look, step: LookForTasks) -> Look:
    """The tasks that could be ours, whole: made in the window, of the image as far as that is said, of no other export.

    Where ECS does not say of which image they are there may be many: then some, and others at the next look. One that
    is listed, and that ECS does not know when asked for it, is left out as well: the list does not say what it names.
    """
    cloud, request = cloud_of(context, look.record), look.record.request
    listed = cloud.export_tasks(request.image_id, since=step.since, until=step.until)
    context.unreadable_entries(listed.unread, account_id=request.account_id, region_id=request.region_id)
    found = [
        task
        for task in listed.tasks
        if step.since <= task.created_at <= step.until
        and (task.image_id == request.image_id or not (task.image_id or "").startswith("m-"))
    ]
    rest = iter(_in_another_order(found, context.ledger.now))
    looked_at = [_candidate(context, look.record, task) for task in _while_time(context, rest)]
    candidates = tuple(task for task in looked_at if isinstance(task, Task))
    unlooked = looked_at.count("unknown") + len(list(rest)) + len(listed.unread)
    if unlooked:
        context.log.warning("tasks.left_out", looked=len(candidates), unlooked=unlooked)
    return look.with_observed(candidates=candidates, unlooked=unlooked)


def _candidate(context: Context, record: Record, brief: Task) -> Task | Literal["another's", "unknown"]:
    """The whole task; one that nobody can tell of now, or whose owner cannot be read, may be anybody's."""
    try:
        if _belongs_to_another(context, record, brief):
            return "another's"
        return cloud_of(context, record).task(brief.task_id) or "unknown"
    except (FactUnreadable, Unreadable) as fault:
        context.log.warning("look.failed", task=brief.task_id, code=fault.code, error=fault.cause.message)
        return "unknown"


def _while_time(context: Context, tasks: Iterator[Task]) -> Iterator[Task]:
    """Those for which there is time in this look: it leaves the rest of the invocation to others."""
    until_s = max(context.remaining_s() - CANDIDATES_S, SECONDS_FOR_A_CALL)
    for _ in range(CANDIDATES_MAX):
        if context.remaining_s() < until_s:
            return
        task = next(tasks, None)
        if task is None:
            return
        yield task


def _in_another_order(tasks: list[Task], now: datetime) -> list[Task]:
    """Another one at each look, so that in time each task is among the first."""
    return sorted(tasks, key=lambda task: hashlib.sha256(f"{task.task_id} {now}".encode()).digest())


def _belongs_to_another(context: Context, record: Record, task: Task) -> bool:
    owner = context.ledger.read(keys.Task(record.request.place, task.task_id).key, TaskOwner)
    return owner is not None and owner.fact.export_id != record.export_id


def _look_for_keys(context: Context, look: Look, step: LookForKeys) -> Look:
    return look.with_observed(
        keys=tuple(cloud_of(context, look.record).object_keys(look.record.request.oss_bucket, step.prefix))
    )


def _look_at_objects(context: Context, look: Look, step: LookAtObjects) -> Look:
    cloud, bucket = cloud_of(context, look.record), look.record.request.oss_bucket
    return look.with_observed(objects={key: cloud.object(bucket, key) for key in context.in_time(step.keys)})


LOOK: dict[type[Any], Callable[[Context, Look, Any], Look]] = {
    LookAtImage: _look_at_image,
    LookAtHold: _look_at_hold,
    LookAtPrefix: _look_at_prefix,
    LookAtTask: _look_at_task,
    LookForTasks: _look_for_tasks,
    LookForKeys: _look_for_keys,
    LookAtObjects: _look_at_objects,
}
