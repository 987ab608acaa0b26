"""The calls of an export's life, service by service, and what a client's own models must read of them."""

import base64
import hashlib
from typing import Any

from alibabacloud_oss_v2 import PutObjectRequest

from alicloud_emulator.ecs.disk_files import disk_file
from tests.clients.session import Session

REGION, BUCKET, ROLE = "cn-hangzhou", "acme-images-hangzhou", "acs:ram::1234567890123456:role/image-export"
BODY = "golden images ä"
QCOW2 = "golden.qcow2"
NETWORK = {"vswitch": "vsw-1", "vpc": "vpc-1", "zone": "cn-hangzhou-i", "security_groups": ["sg-1"]}
OF_INSTANCES = [
    *("DescribeImageSupportInstanceTypes", "DescribeAvailableResource", "RunInstances", "DescribeInstances"),
    *("DescribeInstanceStatus", "GetInstanceConsoleOutput", "GetInstanceScreenshot", "DescribeCloudAssistantStatus"),
    *("RunCommand", "DescribeInvocationResults", "StopInstance", "DeleteInstance", "DeleteInstances"),
]
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
    calls = ["DescribeImages", "ExportImage", "DescribeTasks", "DescribeTaskAttribute", "CancelTask"]
    return [*calls, *imports(session), *instances(session)]


def imports(session: Session) -> list[str]:
    """Import a disk once however often it is asked for, change the image, delete it, then what it left."""
    session.world.oss().put_object(PutObjectRequest(bucket=BUCKET, key=QCOW2, body=disk_file("qcow2", "golden", 40)))
    disk = {"OSSBucket": BUCKET, "OSSObject": QCOW2, "Format": "QCOW2"}
    asked: dict[str, Any] = {"RegionId": REGION, "ClientToken": "restore-1", "DiskDeviceMapping": [disk]}
    made = session.fields("ImportImage", **asked, Features={"NvmeSupport": "supported"})
    (task,) = [one for one in session.world.get("state")["tasks"] if one["ImageId"] == made["ImageId"]]
    assert made == {"ImageId": task["ImageId"], "TaskId": task["TaskId"], "RegionId": REGION}
    assert session.fields("ImportImage", **asked, Features={"NvmeSupport": "supported"}) == made
    assert session.outcome("ImportImage", **asked) == "400 IdempotentParameterMismatch"
    session.world.advance(3600)
    image = {"RegionId": REGION, "ImageId": made["ImageId"]}
    seen = session.fields("DescribeImages", **image)
    assert seen == {"ImageId": made["ImageId"], "Status": "Available", "Size": 40, "Disks": ["system"]}
    assert session.fields("ModifyImageAttribute", **image, BootMode="UEFI-Preferred") == {"RequestId": True}
    (mapping,) = shown(session, made["ImageId"])["DiskDeviceMappings"]["DiskDeviceMapping"]
    snapshot = {"SnapshotId": mapping["SnapshotId"]}
    found = session.fields("DescribeSnapshots", RegionId=REGION, SnapshotIds=f'["{mapping["SnapshotId"]}"]')
    assert found == {**snapshot, "Status": "accomplished", "Usage": "image", "SourceDiskSize": "40"}
    assert session.outcome("DeleteSnapshot", **snapshot) == "403 SnapshotCreatedImage"
    assert session.fields("DeleteImage", **image) == {"RequestId": True}
    assert session.fields("DeleteSnapshot", **snapshot) == {"RequestId": True}
    return ["ImportImage", "ModifyImageAttribute", "DescribeSnapshots", "DeleteImage", "DeleteSnapshot"]


def instances(session: Session) -> list[str]:
    """Choose a type, start an instance once however often it is asked for, hear it, prove it, release it."""
    session.world.post("networks", NETWORK)
    session.world.post("guests", {"output": "running\n"})
    image = session.world.create_image(Status="Available")["ImageId"]
    place: dict[str, Any] = {"RegionId": REGION}
    types = session.fields("DescribeImageSupportInstanceTypes", **place, ImageId=image)["Types"]
    wanted: dict[str, Any] = {**place, "DestinationResource": "InstanceType", "InstanceType": types[0]}
    assert session.fields("DescribeAvailableResource", **wanted) == {"Zone": "cn-hangzhou-i", "Value": types[0]}
    asked: dict[str, Any] = {**place, "ImageId": image, "InstanceType": types[0], "ClientToken": "drill-1"}
    asked |= {"VSwitchId": "vsw-1", "SecurityGroupId": "sg-1", "Tag": [{"Key": "drill", "Value": "d-1"}]}
    assert session.outcome("RunInstances", **asked, DryRun="true") == "400 DryRunOperation"
    (one,) = session.fields("RunInstances", **asked, Amount=1)["Ids"]
    assert session.fields("RunInstances", **asked, Amount=1) == {"Ids": [one]}
    session.world.advance(90)
    found = session.fields("DescribeInstances", **place, InstanceIds=f'["{one}"]')
    assert found == {"InstanceId": one, "Status": "Running", "Tags": ["drill"], "VSwitchId": "vsw-1"}
    named: dict[str, Any] = {**place, "InstanceId": one}
    several: dict[str, Any] = {**place, "InstanceId": [one]}
    assert session.fields("DescribeInstanceStatus", **several) == {"InstanceId": one, "Status": "Running"}
    console = session.fields("GetInstanceConsoleOutput", **named)["Output"]
    assert base64.b64decode(console).endswith(b"login: ")
    assert base64.b64decode(session.fields("GetInstanceScreenshot", **named)["Screenshot"]).startswith(b"\xff\xd8")
    assert session.fields("DescribeCloudAssistantStatus", **several) == {"InstanceId": one, "Status": "true"}
    command: dict[str, Any] = {"Type": "RunShellScript", "CommandContent": "systemctl is-system-running"}
    sent = session.fields("RunCommand", **several, **command)["InvokeId"]
    session.world.advance(10)
    ended = session.fields("DescribeInvocationResults", **place, InvokeId=sent, ContentEncoding="PlainText")
    assert ended == {"Status": "Success", "ExitCode": 0, "Output": "running\n"}
    assert session.fields("StopInstance", InstanceId=one) == {"RequestId": True}
    session.world.advance(11)
    assert session.fields("DeleteInstance", InstanceId=one) == {"RequestId": True}
    assert session.outcome("DeleteInstances", **several) == "404 InvalidInstanceId.NotFound"
    (other,) = session.fields("RunInstances", **{**asked, "ClientToken": "drill-2"})["Ids"]
    session.world.advance(90)
    gone = session.fields("DeleteInstances", **place, InstanceId=[other], Force=True)
    assert gone == {"RequestId": True}
    return OF_INSTANCES


def shown(session: Session, image: str) -> dict[str, Any]:
    """The image as the emulator has it."""
    images = session.world.get("state?only=images")["images"]
    return next(one for one in images if one["ImageId"] == image)


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
    multipart(session)
    thaw(session)
    simple = ["PutObject", "GetObject", "HeadObject", "ListObjectsV2", "DeleteObject", "GetBucketInfo, -Versioning"]
    return [*simple, "multipart uploads", "RestoreObject"]


def multipart(session: Session) -> None:
    """An object of a part and of a copied one, seen on its way; another upload is aborted."""
    there: dict[str, Any] = {"Bucket": BUCKET, "Key": "conformance/ä parts"}
    session.fields("PutObject", Bucket=BUCKET, Key="source", Body=BODY)
    made = session.fields("Multipart", **there, Source="source", Body="x" * 102_400)
    assert made == {"Parts": [1, 2], "Uploads": [there["Key"]], "Aborted": True}
    assert session.fields("HeadObject", **there)["Size"] == 102_400 + len(BODY.encode())
    assert session.world.get("state?only=uploads")["uploads"] == []
    assert session.fields("GetObject", **there)["Body"] == "x" * 102_400 + BODY


def thaw(session: Session) -> None:
    """An archived object is read once it is restored."""
    there: dict[str, Any] = {"Bucket": BUCKET, "Key": "conformance/cold"}
    session.world.post("buckets", {"name": BUCKET, "storage_class": "Archive"})
    session.fields("PutObject", **there, Body=BODY)
    session.world.post("buckets", {"name": BUCKET, "storage_class": "Standard"})
    assert session.outcome("GetObject", **there) == "403 InvalidObjectState"
    assert session.fields("RestoreObject", **there) == {"Status": 202}
    assert session.outcome("RestoreObject", **there) == "409 RestoreAlreadyInProgress"
    session.world.advance(61)
    assert session.fields("GetObject", **there)["Body"] == BODY


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
