"""Requests of the ECS and STS SDKs, with the parameters that a test leaves out."""

from typing import Any

from aliyunsdkcore.request import AcsRequest
from aliyunsdkecs.request.v20140526.CancelTaskRequest import CancelTaskRequest
from aliyunsdkecs.request.v20140526.DescribeImagesRequest import DescribeImagesRequest
from aliyunsdkecs.request.v20140526.DescribeTaskAttributeRequest import DescribeTaskAttributeRequest
from aliyunsdkecs.request.v20140526.DescribeTasksRequest import DescribeTasksRequest
from aliyunsdkecs.request.v20140526.ExportImageRequest import ExportImageRequest
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest

REGION = "cn-hangzhou"
BUCKET = "acme-images-hangzhou"
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


def describe_tasks(**params: Any) -> AcsRequest:
    """DescribeTasks."""
    return filled(DescribeTasksRequest(), **{"RegionId": REGION, **params})


def describe_task(task_id: str | None, **params: Any) -> AcsRequest:
    """DescribeTaskAttribute."""
    return filled(DescribeTaskAttributeRequest(), **{"RegionId": REGION, "TaskId": task_id, **params})


def cancel_task(task_id: str, **params: Any) -> AcsRequest:
    """CancelTask."""
    return filled(CancelTaskRequest(), **{"RegionId": REGION, "TaskId": task_id, **params})


def assume_role(**params: Any) -> AcsRequest:
    """AssumeRole of the role that the demo's policy names."""
    return filled(AssumeRoleRequest(), **{"RoleArn": ROLE, "RoleSessionName": "image-export", **params})
