"""The calls of an export's life, service by service, and what a client's own models must read of them."""

import hashlib
from typing import Any

from tests.clients.session import Session

REGION, BUCKET, ROLE = "cn-hangzhou", "acme-images-hangzhou", "acs:ram::1234567890123456:role/image-export"
BODY = "golden images ä"
TIMES_OUT = {"outcome": "stall"}


def ecs(session: Session) -> list[str]:
    """See an image, export it, find the task, read it, cancel it."""
    disks = {"DiskDeviceMapping": [{"Type": "system", "Size": "40"}, {"Type": "data", "Size": "100"}]}
    image = session.world.create_image(Status="Available", DiskDeviceMappings=disks, _export=TIMES_OUT)["ImageId"]
    seen = session.fields("DescribeImages", RegionId=REGION, ImageId=image)
    assert seen == {"ImageId": image, "Status": "Available", "Size": 40, "Disks": ["system", "data"]}
    started = session.fields("ExportImage", RegionId=REGION, ImageId=image, OSSBucket=BUCKET, OSSPrefix="a1")
    (task,) = [one for one in session.world.get("state")["tasks"] if one["ImageId"] == image]
    assert started == {"TaskId": task["TaskId"], "RegionId": REGION}
    session.world.advance(60)
    listed = session.fields("DescribeTasks", RegionId=REGION, TaskIds=task["TaskId"])
    assert listed == {"TaskId": task["TaskId"], "TaskAction": "ExportImage", "TotalCount": 1}
    read = session.fields("DescribeTaskAttribute", RegionId=REGION, TaskId=task["TaskId"])
    assert (read["TaskId"], read["TaskAction"]) == (task["TaskId"], "ExportImage")
    assert read["TaskProcess"].endswith("%")
    assert session.fields("CancelTask", RegionId=REGION, TaskId=task["TaskId"]) == {"RequestId": True}
    again = session.outcome("CancelTask", RegionId=REGION, TaskId=task["TaskId"])
    assert again == "403 InvalidTaskId.IncorrectTaskStatus"
    session.fields("DescribeImages", session.session_key("image-export"), RegionId=REGION, ImageId=image)
    return ["DescribeImages", "ExportImage", "DescribeTasks", "DescribeTaskAttribute", "CancelTask"]


def sts(session: Session) -> list[str]:
    """Assume the role, as the administrator and out of a session."""
    wanted: dict[str, Any] = {"RoleArn": ROLE, "RoleSessionName": "conformance", "DurationSeconds": 900}
    for key in (None, session.session_key("image-export-watch")):
        assumed = session.fields("AssumeRole", key, **wanted)
        assert assumed["Keys"]
        assert str(assumed["Arn"]).lower().endswith("image-export/conformance")
    return ["AssumeRole"]


def ecs_and_sts(session: Session) -> list[str]:
    """Both, for a client of both."""
    return [*ecs(session), *sts(session)]


def fc3(session: Session) -> list[str]:
    """Look at a function and its triggers, invoke it and wait, invoke it and do not."""
    deployed = {"Name": "probe", "Runtime": "python3.10", "Handler": "index.handler", "Timeout": 86_400}
    assert session.fields("GetFunction", Function="probe") == deployed
    assert session.fields("ListTriggers", Function="probe") == {"Names": ["http"]}
    assert session.fields("GetTrigger", Function="probe", Trigger="http") == {"Type": "http", "AuthType": "function"}
    waited = session.fields("InvokeFunction (sync)", Function="probe", Body=f'"{BODY}"')
    assert waited == {"Status": 200, "Body": f'"{BODY}"'}
    assert session.fields("InvokeFunction", Function="probe", Body="{}") == {"Status": 202, "Body": ""}
    watcher = session.session_key("image-export-watch")  # its role may invoke what the policy notifies, nothing else
    assert session.outcome("InvokeFunction", watcher, Function="probe", Body="{}") == "403 AccessDenied"
    assert session.outcome("InvokeFunction", Function="nobody", Body="{}") == "404 FunctionNotFound"
    return ["GetFunction", "ListTriggers", "GetTrigger", "InvokeFunction (Sync, Async)"]


def fc2(session: Session) -> list[str]:
    """Invoke a function of FC 2.0 and do not wait."""
    for key in (None, session.session_key("image-export-watch")):
        told = session.fields("InvokeFunction", key, Service="images", Function="after-export", Body=f'"{BODY}"')
        assert told == {"Body": "", "RequestId": True}
    received = session.world.get("state")["received"]
    assert received[-1] == {"target": "fc:images/after-export", "event": BODY}
    missing = session.outcome("InvokeFunction", Service="nobody", Function="f", Body="{}")
    assert missing == "404 ServiceNotFound"
    return ["InvokeFunction (Async)"]


def oss(session: Session) -> list[str]:
    """Write once and not again, read, look, list, look at the bucket, delete."""
    key, etag = "conformance/ä b+c", hashlib.md5(BODY.encode(), usedforsecurity=False).hexdigest().upper()
    there: dict[str, Any] = {"Bucket": BUCKET, "Key": key}
    written = session.fields("PutObject", **there, Body=BODY, ForbidOverwrite=True)
    assert written["ETag"] == etag
    assert session.outcome("PutObject", **there, Body="x", ForbidOverwrite=True) == "409 FileAlreadyExists"
    size = len(BODY.encode())
    assert session.fields("GetObject", **there) == {"Body": BODY, "Size": size}
    assert session.fields("GetObject", session.session_key("image-export"), **there)["Size"] == size
    assert session.fields("HeadObject", **there) == {"ETag": etag, "Size": size, "Crc64": written["Crc64"]}
    listed = session.fields("ListObjectsV2", Bucket=BUCKET, Prefix="conformance/")
    assert listed == {"Keys": [key], "Truncated": False}
    about = session.fields("GetBucketInfo", Bucket=BUCKET)
    assert about == {"Name": BUCKET, "Location": "oss-cn-hangzhou", "StorageClass": "Standard"}
    assert not session.fields("GetBucketVersioning", Bucket=BUCKET)["Status"]
    assert session.fields("DeleteObject", **there) == {"RequestId": True}
    assert session.outcome("GetObject", **there) == "404 NoSuchKey"
    assert session.outcome("GetObject", Bucket="nobodys-bucket", Key="k") == "404 NoSuchBucket"
    return ["PutObject", "GetObject", "HeadObject", "ListObjectsV2", "DeleteObject", "GetBucketInfo, -Versioning"]


def eventbridge(session: Session) -> list[str]:
    """Publish, as the administrator and out of a session; make a bus."""
    for key in (None, session.session_key("image-export-watch")):
        told = session.fields("PutEvents", key, Bus="image-export", Id="e1", Body='{"a": "ä"}')
        assert told == {"Failed": 0, "Ids": ["e1"]}
    event: dict[str, Any] = session.world.get("state")["events"][-1]["event"]
    assert (event["id"], event["data"], event["aliyuneventbusname"]) == ("e1", {"a": "ä"}, "image-export")
    assert session.outcome("PutEvents", Bus="nobody", Id="e1", Body="{}") == "409 EventBusNotExist"
    assert str(session.fields("CreateEventBus", Bus="another")["Arn"]).endswith(":eventbus/another")
    return ["PutEvents", "CreateEventBus"]
