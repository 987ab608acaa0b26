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


def import_image(asked: Asked) -> dict[str, Any]:
    """Image and task."""
    body = Client(tea.config(asked)).import_image(models.ImportImageRequest().from_map(asked["params"])).body
    return {"ImageId": body.image_id, "TaskId": body.task_id, "RegionId": body.region_id}


def modify_image_attribute(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    request = models.ModifyImageAttributeRequest().from_map(asked["params"])
    return {"RequestId": bool(Client(tea.config(asked)).modify_image_attribute(request).body.request_id)}


def delete_image(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    body = Client(tea.config(asked)).delete_image(models.DeleteImageRequest().from_map(asked["params"])).body
    return {"RequestId": bool(body.request_id)}


def describe_snapshots(asked: Asked) -> dict[str, Any]:
    """The first snapshot of the answer."""
    request = models.DescribeSnapshotsRequest().from_map(asked["params"])
    (one,) = Client(tea.config(asked)).describe_snapshots(request).body.snapshots.snapshot
    return {
        "SnapshotId": one.snapshot_id,
        "Status": one.status,
        "Usage": one.usage,
        "SourceDiskSize": one.source_disk_size,
    }


def delete_snapshot(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    body = Client(tea.config(asked)).delete_snapshot(models.DeleteSnapshotRequest().from_map(asked["params"])).body
    return {"RequestId": bool(body.request_id)}


def image_types(asked: Asked) -> dict[str, Any]:
    """The ids."""
    request = models.DescribeImageSupportInstanceTypesRequest().from_map(asked["params"])
    body = Client(tea.config(asked)).describe_image_support_instance_types(request).body
    return {"Types": [one.instance_type_id for one in body.instance_types.instance_type]}


def available_resource(asked: Asked) -> dict[str, Any]:
    """The first zone, and the first type there."""
    request = models.DescribeAvailableResourceRequest().from_map(asked["params"])
    zone = Client(tea.config(asked)).describe_available_resource(request).body.available_zones.available_zone[0]
    resource = zone.available_resources.available_resource[0]
    return {"Zone": zone.zone_id, "Value": resource.supported_resources.supported_resource[0].value}


def run_instances(asked: Asked) -> dict[str, Any]:
    """The ids."""
    body = Client(tea.config(asked)).run_instances(models.RunInstancesRequest().from_map(asked["params"])).body
    return {"Ids": body.instance_id_sets.instance_id_set}


def describe_instances(asked: Asked) -> dict[str, Any]:
    """The first instance of the answer."""
    request = models.DescribeInstancesRequest().from_map(asked["params"])
    (one,) = Client(tea.config(asked)).describe_instances(request).body.instances.instance
    return {
        "InstanceId": one.instance_id,
        "Status": one.status,
        "Tags": [tag.tag_key for tag in one.tags.tag],
        "VSwitchId": one.vpc_attributes.v_switch_id,
    }


def describe_instance_status(asked: Asked) -> dict[str, Any]:
    """The first of the answer."""
    request = models.DescribeInstanceStatusRequest().from_map(asked["params"])
    (one,) = Client(tea.config(asked)).describe_instance_status(request).body.instance_statuses.instance_status
    return {"InstanceId": one.instance_id, "Status": one.status}


def console_output(asked: Asked) -> dict[str, Any]:
    """The text in Base64."""
    request = models.GetInstanceConsoleOutputRequest().from_map(asked["params"])
    return {"Output": Client(tea.config(asked)).get_instance_console_output(request).body.console_output}


def screenshot(asked: Asked) -> dict[str, Any]:
    """The picture in Base64."""
    request = models.GetInstanceScreenshotRequest().from_map(asked["params"])
    return {"Screenshot": Client(tea.config(asked)).get_instance_screenshot(request).body.screenshot}


def assistant_status(asked: Asked) -> dict[str, Any]:
    """The first of the answer."""
    request = models.DescribeCloudAssistantStatusRequest().from_map(asked["params"])
    body = Client(tea.config(asked)).describe_cloud_assistant_status(request).body
    (one,) = body.instance_cloud_assistant_status_set.instance_cloud_assistant_status
    return {"InstanceId": one.instance_id, "Status": one.cloud_assistant_status}


def run_command(asked: Asked) -> dict[str, Any]:
    """What to ask for later."""
    request = models.RunCommandRequest().from_map(asked["params"])
    return {"InvokeId": Client(tea.config(asked)).run_command(request).body.invoke_id}


def invocation_results(asked: Asked) -> dict[str, Any]:
    """The first of the answer."""
    request = models.DescribeInvocationResultsRequest().from_map(asked["params"])
    results = Client(tea.config(asked)).describe_invocation_results(request).body.invocation.invocation_results
    (one,) = results.invocation_result
    return {"Status": one.invocation_status, "ExitCode": one.exit_code, "Output": one.output}


def stop_instance(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    body = Client(tea.config(asked)).stop_instance(models.StopInstanceRequest().from_map(asked["params"])).body
    return {"RequestId": bool(body.request_id)}


def delete_instance(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    body = Client(tea.config(asked)).delete_instance(models.DeleteInstanceRequest().from_map(asked["params"])).body
    return {"RequestId": bool(body.request_id)}


def delete_instances(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    body = Client(tea.config(asked)).delete_instances(models.DeleteInstancesRequest().from_map(asked["params"])).body
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
    "ImportImage": import_image,
    "ModifyImageAttribute": modify_image_attribute,
    "DeleteImage": delete_image,
    "DescribeSnapshots": describe_snapshots,
    "DeleteSnapshot": delete_snapshot,
    "DescribeImageSupportInstanceTypes": image_types,
    "DescribeAvailableResource": available_resource,
    "RunInstances": run_instances,
    "DescribeInstances": describe_instances,
    "DescribeInstanceStatus": describe_instance_status,
    "GetInstanceConsoleOutput": console_output,
    "GetInstanceScreenshot": screenshot,
    "DescribeCloudAssistantStatus": assistant_status,
    "RunCommand": run_command,
    "DescribeInvocationResults": invocation_results,
    "StopInstance": stop_instance,
    "DeleteInstance": delete_instance,
    "DeleteInstances": delete_instances,
    "NoSuchAction": unknown,
}

if __name__ == "__main__":
    serve(CALLS, tea.code_of)
