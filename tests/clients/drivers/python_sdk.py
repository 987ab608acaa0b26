"""aliyun-python-sdk-core, -ecs and -sts, signing with HMAC-SHA1, by GET or POST, in JSON or XML."""

import json
import xml.etree.ElementTree as ET
from typing import Any

from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdkecs.request.v20140526.CancelTaskRequest import CancelTaskRequest
from aliyunsdkecs.request.v20140526.DeleteImageRequest import DeleteImageRequest
from aliyunsdkecs.request.v20140526.DeleteInstanceRequest import DeleteInstanceRequest
from aliyunsdkecs.request.v20140526.DeleteInstancesRequest import DeleteInstancesRequest
from aliyunsdkecs.request.v20140526.DeleteSnapshotRequest import DeleteSnapshotRequest
from aliyunsdkecs.request.v20140526.DescribeAvailableResourceRequest import DescribeAvailableResourceRequest
from aliyunsdkecs.request.v20140526.DescribeCloudAssistantStatusRequest import DescribeCloudAssistantStatusRequest
from aliyunsdkecs.request.v20140526.DescribeImagesRequest import DescribeImagesRequest
from aliyunsdkecs.request.v20140526.DescribeImageSupportInstanceTypesRequest import (
    DescribeImageSupportInstanceTypesRequest,
)
from aliyunsdkecs.request.v20140526.DescribeInstancesRequest import DescribeInstancesRequest
from aliyunsdkecs.request.v20140526.DescribeInstanceStatusRequest import DescribeInstanceStatusRequest
from aliyunsdkecs.request.v20140526.DescribeInvocationResultsRequest import DescribeInvocationResultsRequest
from aliyunsdkecs.request.v20140526.DescribeSnapshotsRequest import DescribeSnapshotsRequest
from aliyunsdkecs.request.v20140526.DescribeTaskAttributeRequest import DescribeTaskAttributeRequest
from aliyunsdkecs.request.v20140526.DescribeTasksRequest import DescribeTasksRequest
from aliyunsdkecs.request.v20140526.ExportImageRequest import ExportImageRequest
from aliyunsdkecs.request.v20140526.GetInstanceConsoleOutputRequest import GetInstanceConsoleOutputRequest
from aliyunsdkecs.request.v20140526.GetInstanceScreenshotRequest import GetInstanceScreenshotRequest
from aliyunsdkecs.request.v20140526.ImportImageRequest import ImportImageRequest
from aliyunsdkecs.request.v20140526.ModifyImageAttributeRequest import ModifyImageAttributeRequest
from aliyunsdkecs.request.v20140526.RunCommandRequest import RunCommandRequest
from aliyunsdkecs.request.v20140526.RunInstancesRequest import RunInstancesRequest
from aliyunsdkecs.request.v20140526.StopInstanceRequest import StopInstanceRequest
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest
from asking import Asked, host, serve


def send(asked: Asked, request: Any) -> dict[str, Any]:
    """The answer, in either format, as one mapping."""
    for name, value in asked["params"].items():
        plural = "s" if isinstance(value, list) else ""  # as the client calls what the API repeats
        given = getattr(request, f"set_{name}{plural}", lambda value, name=name: request.add_query_param(name, value))
        given(value)
    name, _, port = host(asked).partition(":")
    request.set_endpoint(name)
    request.set_protocol_type("http")
    request.set_method(asked["method"])
    key = {"ak": asked["key_id"], "secret": asked["secret"], "region_id": asked["region"]}
    if asked["token"]:
        credential = StsTokenCredential(asked["key_id"], asked["secret"], asked["token"])
        key = {"region_id": asked["region"], "credential": credential}
    client = AcsClient(**key, auto_retry=False, port=int(port))
    if asked["format"] == "JSON":
        return json.loads(client.do_action_with_exception(request))
    request.set_accept_format("XML")  # the call above would ask for JSON whatever was set
    answer = ET.fromstring(client.do_action(request))  # noqa: S314 - the emulator's own
    if answer.tag == "Error":
        raise RefusedInXml(answer.findtext("Code"))
    return tree(answer)


class RefusedInXml(Exception):
    """The client hands XML on as it came; the first argument is the code."""


def tree(element: ET.Element) -> Any:
    """An XML element as a mapping; names that are repeated make a list."""
    found: dict[str, Any] = {}
    for child in element:
        value = tree(child)
        found[child.tag] = (
            [*found[child.tag], value]
            if isinstance(found.get(child.tag), list)
            else ([found[child.tag], value] if child.tag in found else value)
        )
    return found or (element.text or "")


def listed(value: Any) -> list[Any]:
    """XML does not tell one from a list of one."""
    return value if isinstance(value, list) else [value]


def describe_images(asked: Asked) -> dict[str, Any]:
    """The first image of the answer."""
    (image,) = listed(send(asked, DescribeImagesRequest())["Images"]["Image"])
    disks = listed(image["DiskDeviceMappings"]["DiskDeviceMapping"])
    return {
        "ImageId": image["ImageId"],
        "Status": image["Status"],
        "Size": int(image["Size"]),
        "Disks": [disk["Type"] for disk in disks],
    }


def export_image(asked: Asked) -> dict[str, Any]:
    """The task."""
    answer = send(asked, ExportImageRequest())
    return {"TaskId": answer["TaskId"], "RegionId": answer["RegionId"]}


def describe_tasks(asked: Asked) -> dict[str, Any]:
    """The first task of the answer."""
    answer = send(asked, DescribeTasksRequest())
    (task,) = listed(answer["TaskSet"]["Task"])
    return {"TaskId": task["TaskId"], "TaskAction": task["TaskAction"], "TotalCount": int(answer["TotalCount"])}


def describe_task_attribute(asked: Asked) -> dict[str, Any]:
    """The task."""
    answer = send(asked, DescribeTaskAttributeRequest())
    return {name: answer[name] for name in ("TaskId", "TaskAction", "TaskProcess")}


def cancel_task(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    return {"RequestId": bool(send(asked, CancelTaskRequest())["RequestId"])}


def import_image(asked: Asked) -> dict[str, Any]:
    """Image and task."""
    answer = send(asked, ImportImageRequest())
    return {name: answer[name] for name in ("ImageId", "TaskId", "RegionId")}


def modify_image_attribute(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    return {"RequestId": bool(send(asked, ModifyImageAttributeRequest())["RequestId"])}


def delete_image(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    return {"RequestId": bool(send(asked, DeleteImageRequest())["RequestId"])}


def describe_snapshots(asked: Asked) -> dict[str, Any]:
    """The first snapshot of the answer."""
    (one,) = listed(send(asked, DescribeSnapshotsRequest())["Snapshots"]["Snapshot"])
    return {name: one[name] for name in ("SnapshotId", "Status", "Usage", "SourceDiskSize")}


def delete_snapshot(asked: Asked) -> dict[str, Any]:
    """Nothing but the request's id."""
    return {"RequestId": bool(send(asked, DeleteSnapshotRequest())["RequestId"])}


def image_types(asked: Asked) -> dict[str, Any]:
    """The ids."""
    found = send(asked, DescribeImageSupportInstanceTypesRequest())["InstanceTypes"]["InstanceType"]
    return {"Types": [one["InstanceTypeId"] for one in listed(found)]}


def available_resource(asked: Asked) -> dict[str, Any]:
    """The first zone, and the first type there."""
    zone = listed(send(asked, DescribeAvailableResourceRequest())["AvailableZones"]["AvailableZone"])[0]
    resource = listed(zone["AvailableResources"]["AvailableResource"])[0]
    return {
        "Zone": zone["ZoneId"],
        "Value": listed(resource["SupportedResources"]["SupportedResource"])[0]["Value"],
    }


def run_instances(asked: Asked) -> dict[str, Any]:
    """The ids."""
    return {"Ids": listed(send(asked, RunInstancesRequest())["InstanceIdSets"]["InstanceIdSet"])}


def describe_instances(asked: Asked) -> dict[str, Any]:
    """The first instance of the answer."""
    (one,) = listed(send(asked, DescribeInstancesRequest())["Instances"]["Instance"])
    return {
        "InstanceId": one["InstanceId"],
        "Status": one["Status"],
        "Tags": [tag["TagKey"] for tag in listed(one["Tags"]["Tag"])],
        "VSwitchId": one["VpcAttributes"]["VSwitchId"],
    }


def describe_instance_status(asked: Asked) -> dict[str, Any]:
    """The first of the answer."""
    (one,) = listed(send(asked, DescribeInstanceStatusRequest())["InstanceStatuses"]["InstanceStatus"])
    return {"InstanceId": one["InstanceId"], "Status": one["Status"]}


def console_output(asked: Asked) -> dict[str, Any]:
    """The text in Base64."""
    return {"Output": send(asked, GetInstanceConsoleOutputRequest())["ConsoleOutput"]}


def screenshot(asked: Asked) -> dict[str, Any]:
    """The picture in Base64."""
    return {"Screenshot": send(asked, GetInstanceScreenshotRequest())["Screenshot"]}


def assistant_status(asked: Asked) -> dict[str, Any]:
    """The first of the answer."""
    found = send(asked, DescribeCloudAssistantStatusRequest())["InstanceCloudAssistantStatusSet"]
    (one,) = listed(found["InstanceCloudAssistantStatus"])
    return {"InstanceId": one["InstanceId"], "Status": one["CloudAssistantStatus"]}


def run_command(asked: Asked) -> dict[str, Any]:
    """What to ask for later."""
    return {"InvokeId": send(asked, RunCommandRequest())["InvokeId"]}


def invocation_results(asked: Asked) -> dict[str, Any]:
    """The first of the answer."""
    found = send(asked, DescribeInvocationResultsRequest())["Invocation"]["InvocationResults"]["InvocationResult"]
    (one,) = listed(found)
    return {"Status": one["InvocationStatus"], "ExitCode": int(one["ExitCode"]), "Output": one["Output"]}


def done(request: Any) -> Any:
    """A call of which nothing but the request's id is read."""
    return lambda asked: {"RequestId": bool(send(asked, request())["RequestId"])}


def assume_role(asked: Asked) -> dict[str, Any]:
    """The session."""
    answer = send(asked, AssumeRoleRequest())
    names = ("AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration")
    return {"Keys": all(answer["Credentials"][name] for name in names), "Arn": answer["AssumedRoleUser"]["Arn"]}


def unknown(asked: Asked) -> dict[str, Any]:
    """An action that ECS does not have."""
    return send(asked, CommonRequest(domain=host(asked), version="2014-05-26", action_name="NoSuchAction"))


def code_of(fault: Exception) -> str:
    """The cloud's code in an exception of the client."""
    if isinstance(fault, RefusedInXml):
        return str(fault)
    return str(getattr(fault, "error_code", None) or type(fault).__name__)


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
    "StopInstance": done(StopInstanceRequest),
    "DeleteInstance": done(DeleteInstanceRequest),
    "DeleteInstances": done(DeleteInstancesRequest),
    "AssumeRole": assume_role,
    "NoSuchAction": unknown,
}

if __name__ == "__main__":
    serve(CALLS, code_of)
