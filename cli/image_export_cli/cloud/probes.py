"""Calls that change nothing, whose refusal tells that a right is missing: for accounts whose policies cannot be read.

Each names something that is not there. Without the right the answer is a denial; with it, "not found" or an empty list.
ExportImage is a DryRun of an image that does not exist (ExportImage page of 2025).
"""

from collections.abc import Callable, Iterator
from functools import partial

from aliyunsdkcore.request import CommonRequest
from aliyunsdkecs.endpoint import endpoint_data

from image_export.edges.aliyun.rpc import Rpc
from image_export.errors import Refused

from .buckets import Buckets

NO_IMAGE, NO_TASK, NO_KEY = "m-doctor00000000000000", "t-doctor00000000000000", "doctor-was-never-here"
DENIALS = frozenset({"Forbidden.RAM", "Forbidden", "Forbidden.SubUser", "NoPermission", "AccessDenied"})
ON_ECS: dict[str, dict[str, str]] = {
    "DescribeImages": {"ImageId": NO_IMAGE},
    "ExportImage": {"ImageId": NO_IMAGE, "DryRun": "true"},
    "DescribeTasks": {"TaskIds": NO_TASK},
    "DescribeTaskAttribute": {"TaskId": NO_TASK},
    "CancelTask": {"TaskId": NO_TASK},
}


def denied(rpc: Rpc, buckets: Buckets, region: str, bucket: str) -> Iterator[str]:
    """The actions that were denied; those that only writing could tell are not among them. Raises CloudFault."""
    host = endpoint_data.getEndpointMap().get(region) or f"ecs.{region}.aliyuncs.com"
    for action, parameters in ON_ECS.items():
        request = CommonRequest(domain=host, version="2014-05-26", action_name=action, product="Ecs")
        request.set_method("POST")
        for name, value in {"RegionId": region, "OSSBucket": bucket, **parameters}.items():
            request.add_query_param(name, value)
        if _is_denied(partial(rpc.call, request, host)):
            yield f"ecs:{action}"
    if _is_denied(lambda: list(buckets.keys(bucket, NO_KEY))):
        yield "oss:ListObjects"
    if _is_denied(lambda: buckets.get(bucket, NO_KEY)):
        yield "oss:GetObject"


def _is_denied(call: Callable[[], object]) -> bool:
    """Whatever else the service itself said is no denial; no answer is none. Raises CloudFault."""
    try:
        call()
    except Refused as fault:
        return fault.code in DENIALS
    return False
