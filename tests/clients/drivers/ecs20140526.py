"""alibabacloud-ecs20140526, signing with ACS3-HMAC-SHA256."""

from typing import Any

import tea
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from asking import Asked, serve


def describe_images(asked: Asked) -> dict[str, Any]:
    """The first image of the answer."""
    (image,) = (
        Client(tea.config(asked))
        .describe_images(models.DescribeImagesRequest().from_map(asked["params"]))
        .body.images.image
    )
    disks = image.disk_device_mappings.disk_device_mapping
    return {
        "ImageId": image.image_id,
        "Status": image.status,
        "Size": image.size,
        "Disks": [disk.type for disk in disks],
    }


def export_image(asked: Asked) -> dict[str, Any]:
    """The task."""
    body = Client(tea.config(asked)).export_image(models.ExportImageRequest().from_map(asked["params"])).body
    return {"TaskId": body.task_id, "RegionId": body.region_id}


def describe_tasks(asked: Asked) -> dict[str, Any]:
    """The first task of the answer."""
    body = Client(tea.config(asked)).describe_tasks(models.DescribeTasksRequest().from_map(asked["params"])).body
    (task,) = body.task_set.task
    return {"TaskId": task.task_id, "TaskAction": task.task_action, "TotalCount": body.total_count}


def describe_task_attribute(asked: Asked) -> dict[str, Any]:
    """The task."""
    request = models.DescribeTaskAttributeRequest().from_map(asked["params"])
    body = Client(tea.config(asked)).describe_task_attribute(request).body
    return {"TaskId": body.task_id, "TaskAction": body.task_action, "TaskProcess": body.task_process}


def cancel_task(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    body = Client(tea.config(asked)).cancel_task(models.CancelTaskRequest().from_map(asked["params"])).body
    return {"RequestId": bool(body.request_id)}


def unknown(asked: Asked) -> dict[str, Any]:
    """An action that ECS does not have."""
    return tea.unknown_action(Client(tea.config(asked)), "2014-05-26")


CALLS = {
    "DescribeImages": describe_images,
    "ExportImage": export_image,
    "DescribeTasks": describe_tasks,
    "DescribeTaskAttribute": describe_task_attribute,
    "CancelTask": cancel_task,
    "NoSuchAction": unknown,
}

if __name__ == "__main__":
    serve(CALLS, tea.code_of)
