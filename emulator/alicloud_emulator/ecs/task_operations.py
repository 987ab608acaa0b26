"""DescribeTasks, DescribeTaskAttribute, CancelTask (docs/cloud-facts.md#fact-2): all three see one region."""

from datetime import timedelta
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.describe_images import moment
from alicloud_emulator.ecs.paging import numbered, page
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.task import Task
from alicloud_emulator.ecs.task_attributes import attributes, shown_status, summary
from alicloud_emulator.errors import ApiError

# Other statuses are ignored as filters.
FILTERS = frozenset({"Finished", "Processing", "Failed"})
MOST_IDS = 100


async def DescribeTasks(ecs: Ecs, call: Call) -> dict[str, Any]:
    """The tasks of a region that meet every filter, newest first; a new task is not listed at once."""
    region = region_of(call)
    found = [task for task in asked_for(ecs, call, region) if listed(ecs, call, task)]
    shown, pages = page(call, sorted(found, key=lambda task: task.created, reverse=True))
    tasks = {"Task": [summary(ecs.unsure, call.now, task) for task in shown]}
    as_list = ecs.unsure.task_set_shape == "list"
    return {**pages, "RegionId": region, "TaskSet": [tasks] if as_list else tasks}


def asked_for(ecs: Ecs, call: Call, region: str) -> list[Task]:
    """The tasks that TaskIds names, or all of the region and account."""
    tasks, place = ecs.tasks, (region, call.key.account_id)
    ids = call.params.get("TaskIds")
    if not ids:
        return tasks.since(*place, None)
    return [task for task in map(tasks.get, wanted_ids(ids)) if task and task.place == place]


def listed(ecs: Ecs, call: Call, task: Task) -> bool:
    """Whether a task meets the filters of the call and is old enough to be listed."""
    if call.now - task.created < timedelta(seconds=ecs.unsure.task_list_lag_s):
        return False
    status, action = call.params.get("TaskStatus"), call.params.get("TaskAction")
    if status in FILTERS and shown_status(ecs.unsure, call.now, task) != status:
        return False
    if action and action != task.order.action:
        return False
    return of_resources(ecs, call, task) and in_time(call, task)


def wanted_ids(text: str) -> list[str]:
    """TaskIds, at most a hundred, each once."""
    ids = list(dict.fromkeys(text.split(",")))
    if len(ids) > MOST_IDS:
        raise ApiError(400, "InvalidParameter", f"TaskIds has {len(ids)} ids, {MOST_IDS} are allowed.")
    return ids


def of_resources(ecs: Ecs, call: Call, task: Task) -> bool:
    """Whether the task is of one of the images in ResourceIds, where those are heeded."""
    images = numbered(call, "ResourceIds")
    return not images or ecs.unsure.resource_ids == "ignored" or task.order.image.id in images


def in_time(call: Call, task: Task) -> bool:
    """Whether the task was created from StartTime to EndTime."""
    start, end = call.params.get("StartTime"), call.params.get("EndTime")
    return (not start or moment(start) <= task.created) and (not end or task.created <= moment(end))


async def DescribeTaskAttribute(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Everything of one task, as soon as it has an id."""
    return attributes(ecs.unsure, call.now, task_of(ecs, call))


async def CancelTask(ecs: Ecs, call: Call) -> dict[str, Any]:
    """End a task that runs; nothing of it is written."""
    task = task_of(ecs, call)
    if task.end is not None:
        raise ApiError(403, "InvalidTaskId.IncorrectTaskStatus", "The specified task is not running.")
    if not task.order.plan.support_cancel:
        raise ApiError(403, "CancelTaskFailed", "The task cannot be cancelled.")
    ecs.cancel(task)
    return {}


def task_of(ecs: Ecs, call: Call) -> Task:
    """The task that a call names, in its region and account."""
    region, task = region_of(call), ecs.tasks.get(call.params["TaskId"])
    if task is None or task.place != (region, call.key.account_id):
        raise ApiError(400, "InvalidTaskId.NotFound", "The specified TaskId does not exist.")
    return task
