"""A task as DescribeTasks and DescribeTaskAttribute show it. Sources: samples of both pages."""

import re
from datetime import datetime
from typing import Any

from alicloud_emulator.ecs.task import Task
from alicloud_emulator.unsure import Unsure

CAPITALS = re.compile(r"(?<=.)([A-Z])")


def summary(unsure: Unsure, now: datetime, task: Task) -> dict[str, Any]:
    """What both answers have."""
    cancellable = task.order.plan.support_cancel
    return {
        "TaskId": task.id,
        "TaskAction": spelled(unsure, task.order.action),
        "TaskStatus": shown_status(unsure, now, task),
        "CreationTime": moment(unsure, task.created),
        "FinishedTime": moment(unsure, task.ended_at),
        "SupportCancel": str(cancellable).lower() if unsure.support_cancel_type == "string" else cancellable,
        **({"ResourceId": task.order.image.id} if unsure.resource_id_in_tasks else {}),
    }


def spelled(unsure: Unsure, action: str) -> str:
    """TaskAction, as the request spells it or as some samples do."""
    in_capitals = unsure.task_action_spelling == "EXPORT_IMAGE"
    return CAPITALS.sub(r"_\1", action).upper() if in_capitals else action


def shown_status(unsure: Unsure, now: datetime, task: Task) -> str:
    """TaskStatus; whether a failure is called one is read either way."""
    status = task.status(now)
    return unsure.failed_task_status if status == "Failed" else status


def attributes(unsure: Unsure, now: datetime, task: Task) -> dict[str, Any]:
    """The whole of a task: progress, counts, and objects once they are named."""
    done, failed = task.end == "Finished", task.end == "Failed"
    shown = {name: value for name, value in summary(unsure, now, task).items() if name != "ResourceId"}
    return {
        **shown,
        "RegionId": task.order.image.region,
        "TaskProcess": f"{task.progress(now)}%",
        "TotalCount": len(task.objects),
        "SuccessCount": len(task.objects) if done else 0,
        "FailedCount": len(task.objects) if failed else 0,
        "OperationProgressSet": {"OperationProgress": progress(unsure, task)},
    }


def progress(unsure: Unsure, task: Task) -> list[dict[str, Any]]:
    """An entry for each object (or one for all), when they are named; the cause of a failure, with or without."""
    named = task.end == "Finished" or unsure.task_named == "at_once"
    if task.end == "Failed":
        return [entry(task, task.objects if named else [], "Failed", *task.cause)]
    if not named:
        return []
    status = "Success" if task.end == "Finished" else ""
    together = unsure.operation_progress == "one_for_all"
    groups = [task.objects] if together else [[key] for key in task.objects]
    return [entry(task, keys, status) for keys in groups]


def entry(task: Task, keys: list[str], status: str, code: str = "", message: str = "") -> dict[str, Any]:
    """One OperationProgress; its items say where the objects are."""
    return {
        "OperationStatus": status,
        "ErrorCode": code,
        "ErrorMsg": message,
        "RelatedItemSet": {"RelatedItem": task.order.related(keys)},
    }


def moment(unsure: Unsure, when: datetime | None) -> str:
    """A time, without seconds as in the samples, or with them; empty while there is none."""
    form = "%Y-%m-%dT%H:%MZ" if unsure.task_times == "minutes" else "%Y-%m-%dT%H:%M:%SZ"
    return when.strftime(form) if when else ""
