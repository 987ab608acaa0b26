"""Requests of the ECS and STS SDKs, with the parameters that a test leaves out."""

from typing import Any

from aliyunsdkcore.request import AcsRequest
from aliyunsdkecs.request.v20140526.CancelTaskRequest import CancelTaskRequest
from aliyunsdkecs.request.v20140526.CopyImageRequest import CopyImageRequest
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

REGION = "cn-hangzhou"
BUCKET = "acme-images-hangzhou"
AWAY = "ap-southeast-1"
ROLE = "acs:ram::1234567890123456:role/image-export"


def filled(request: AcsRequest, **params: Any) -> AcsRequest:
    """Set query parameters as the SDK's setters do; None leaves one out."""
    for name, value in params.items():
        if value is not None:
            request.add_query_param(name, value)
    return request


def describe_images(**params: Any) -> AcsRequest:
    """DescribeImages."""
    return filled(DescribeImagesRequest(), **{"RegionId": REGION, **params})


def export_image(image_id: str | None, **params: Any) -> AcsRequest:
    """ExportImage to the bucket of the demo."""
    return filled(ExportImageRequest(), **{"RegionId": REGION, "ImageId": image_id, "OSSBucket": BUCKET, **params})


def import_image(key: str, **params: Any) -> AcsRequest:
    """ImportImage of one disk, whose file is in the bucket of the demo."""
    disk = {"DiskDeviceMapping.1.OSSBucket": BUCKET, "DiskDeviceMapping.1.OSSObject": key}
    return filled(ImportImageRequest(), **{"RegionId": REGION, **disk, **params})


def copy_image(image_id: str | None, **params: Any) -> AcsRequest:
    """CopyImage to another region."""
    return filled(
        CopyImageRequest(), **{"RegionId": REGION, "ImageId": image_id, "DestinationRegionId": AWAY, **params}
    )


def modify_image(image_id: str | None, **params: Any) -> AcsRequest:
    """ModifyImageAttribute."""
    return filled(ModifyImageAttributeRequest(), **{"RegionId": REGION, "ImageId": image_id, **params})


def delete_image(image_id: str | None, **params: Any) -> AcsRequest:
    """DeleteImage."""
    return filled(DeleteImageRequest(), **{"RegionId": REGION, "ImageId": image_id, **params})


def describe_snapshots(**params: Any) -> AcsRequest:
    """DescribeSnapshots."""
    return filled(DescribeSnapshotsRequest(), **{"RegionId": REGION, **params})


def delete_snapshot(snapshot_id: str | None, **params: Any) -> AcsRequest:
    """DeleteSnapshot, of no region."""
    return filled(DeleteSnapshotRequest(), **{"SnapshotId": snapshot_id, **params})


def describe_tasks(**params: Any) -> AcsRequest:
    """DescribeTasks."""
    return filled(DescribeTasksRequest(), **{"RegionId": REGION, **params})


def describe_task(task_id: str | None, **params: Any) -> AcsRequest:
    """DescribeTaskAttribute."""
    return filled(DescribeTaskAttributeRequest(), **{"RegionId": REGION, "TaskId": task_id, **params})


def cancel_task(task_id: str, **params: Any) -> AcsRequest:
    """CancelTask."""
    return filled(CancelTaskRequest(), **{"RegionId": REGION, "TaskId": task_id, **params})


NETWORK = {
    "vswitch": "vsw-bp1docs",
    "vpc": "vpc-bp1docs",
    "zone": "cn-hangzhou-i",
    "security_groups": ["sg-bp1docs", "sg-bp1more"],
}


def numbered(ids: tuple[str, ...]) -> dict[str, str]:
    """InstanceId.1, InstanceId.2 and so on."""
    return {f"InstanceId.{n}": one for n, one in enumerate(ids, 1)}


def run_instances(image_id: str | None, **params: Any) -> AcsRequest:
    """RunInstances of one small instance in the network of the tests."""
    usual = {"InstanceType": "ecs.g6.large", "VSwitchId": "vsw-bp1docs", "SecurityGroupId": "sg-bp1docs"}
    return filled(RunInstancesRequest(), **{"RegionId": REGION, "ImageId": image_id, **usual, **params})


def describe_instances(**params: Any) -> AcsRequest:
    """DescribeInstances."""
    return filled(DescribeInstancesRequest(), **{"RegionId": REGION, **params})


def describe_instance_status(**params: Any) -> AcsRequest:
    """DescribeInstanceStatus."""
    return filled(DescribeInstanceStatusRequest(), **{"RegionId": REGION, **params})


def delete_instance(instance_id: str | None, **params: Any) -> AcsRequest:
    """DeleteInstance, of no region."""
    return filled(DeleteInstanceRequest(), **{"InstanceId": instance_id, **params})


def delete_instances(*ids: str, **params: Any) -> AcsRequest:
    """DeleteInstances."""
    return filled(DeleteInstancesRequest(), **{"RegionId": REGION, **numbered(ids), **params})


def stop_instance(instance_id: str | None, **params: Any) -> AcsRequest:
    """StopInstance, of no region."""
    return filled(StopInstanceRequest(), **{"InstanceId": instance_id, **params})


def console_output(instance_id: str | None, **params: Any) -> AcsRequest:
    """GetInstanceConsoleOutput."""
    return filled(GetInstanceConsoleOutputRequest(), **{"RegionId": REGION, "InstanceId": instance_id, **params})


def screenshot(instance_id: str | None, **params: Any) -> AcsRequest:
    """GetInstanceScreenshot."""
    return filled(GetInstanceScreenshotRequest(), **{"RegionId": REGION, "InstanceId": instance_id, **params})


def assistant_status(*ids: str, **params: Any) -> AcsRequest:
    """DescribeCloudAssistantStatus."""
    return filled(DescribeCloudAssistantStatusRequest(), **{"RegionId": REGION, **numbered(ids), **params})


def run_command(*ids: str, **params: Any) -> AcsRequest:
    """RunCommand of a shell script."""
    usual = {"Type": "RunShellScript", "CommandContent": "uptime"}
    return filled(RunCommandRequest(), **{"RegionId": REGION, **usual, **numbered(ids), **params})


def invocation_results(**params: Any) -> AcsRequest:
    """DescribeInvocationResults, with the output as it is."""
    return filled(DescribeInvocationResultsRequest(), **{"RegionId": REGION, "ContentEncoding": "PlainText", **params})


def image_types(image_id: str | None, **params: Any) -> AcsRequest:
    """DescribeImageSupportInstanceTypes."""
    return filled(DescribeImageSupportInstanceTypesRequest(), **{"RegionId": REGION, "ImageId": image_id, **params})


def available_resource(**params: Any) -> AcsRequest:
    """DescribeAvailableResource of instance types."""
    usual = {"RegionId": REGION, "DestinationResource": "InstanceType"}
    return filled(DescribeAvailableResourceRequest(), **{**usual, **params})


def assume_role(**params: Any) -> AcsRequest:
    """AssumeRole of the role that the demo's policy names."""
    return filled(AssumeRoleRequest(), **{"RoleArn": ROLE, "RoleSessionName": "image-export", **params})
