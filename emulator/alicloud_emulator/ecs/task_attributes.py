"""A task as DescribeTasks and DescribeTaskAttribute show it. Sources: samples of both pages."""

from datetime import datetime
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.tasks import Task


def summary(call: Call, task: Task) -> dict[str, Any]:
    """What both answers have."""
    unsure = call.cloud.unsure
    cancellable = task.order.plan.support_cancel
    return {
        "TaskId": task.id,
        "TaskAction": unsure.task_action_spelling,
        "TaskStatus": shown_status(call, task),
        "CreationTime": moment(call, task.created),
        "FinishedTime": moment(call, task.ended_at),
        "SupportCancel": str(cancellable).lower() if unsure.support_cancel_type == "string" else cancellable,
        **({"ResourceId": task.order.image.id} if unsure.resource_id_in_tasks else {}),
    }


def shown_status(call: Call, task: Task) -> str:
    """TaskStatus; whether a failure is called one is read either way."""
    status = task.status(call.now)
    return call.cloud.unsure.failed_task_status if status == "Failed" else status


def attributes(call: Call, task: Task) -> dict[str, Any]:
    """The whole of a task: progress, counts, and objects once they are named."""
    done, failed = task.end == "Finished", task.end == "Failed"
    shown = {name: value for name, value in summary(call, task).items() if name != "ResourceId"}
    return {
        **shown,
        "RegionId": task.order.image.region,
        "TaskProcess": f"{task.progress(call.now)}%",
        "TotalCount": len(task.objects),
        "SuccessCount": len(task.objects) if done else 0,
        "FailedCount": len(task.objects) if failed else 0,
        "OperationProgressSet": {"OperationProgress": progress(call, task)},
    }


def progress(call: Call, task: Task) -> list[dict[str, Any]]:
    """An entry for each object (or one for all), when they are named; the cause of a failure, with or without."""
    named = task.end == "Finished" or call.cloud.unsure.task_named == "at_once"
    if task.end == "Failed":
        return [entry(task, task.objects if named else [], "Failed", task.order.plan.code, task.order.plan.message)]
    if not named:
        return []
    status = "Success" if task.end == "Finished" else ""
    together = call.cloud.unsure.operation_progress == "one_for_all"
    groups = [task.objects] if together else [[key] for key in task.objects]
    return [entry(task, keys, status) for keys in groups]


def entry(task: Task, keys: list[str], status: str, code: str = "", message: str = "") -> dict[str, Any]:
    """One OperationProgress; its items say where the objects are."""
    items = [{"Name": "OSSBucket", "Value": task.order.bucket}] if keys else []
    items += [{"Name": "OSSObject", "Value": key} for key in keys]
    items += [{"Name": "ImageFormat", "Value": task.order.image_format}] if keys else []
    return {
        "OperationStatus": status,
        "ErrorCode": code,
        "ErrorMsg": message,
        "RelatedItemSet": {"RelatedItem": items},
    }


def moment(call: Call, when: datetime | None) -> str:
    """A time, without seconds as in the samples, or with them; empty while there is none."""
    form = "%Y-%m-%dT%H:%MZ" if call.cloud.unsure.task_times == "minutes" else "%Y-%m-%dT%H:%M:%SZ"
    return when.strftime(form) if when else ""
