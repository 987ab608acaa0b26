"""Values with valid defaults, so that a test shows only what matters to it."""

from datetime import datetime, timedelta
from typing import Any

from image_export.decisions.naming import export_id, natural_key, oss_prefix
from image_export.values.account import AssumedRole
from image_export.values.cause import Cause
from image_export.values.export import RequestedBy
from image_export.values.export_request import ExportRequest
from image_export.values.facts import Claim, Result
from image_export.values.image import Disk, Image
from image_export.values.notify_target import EventBus, Function
from image_export.values.record import Record
from image_export.values.stored_object import PROBE_BYTES, StoredObject
from image_export.values.task import ObjectName, Task

from .archives import disk_archive
from .fakes import START

ACCOUNT = "1234567890123456"
REGION = "cn-hangzhou"
IMAGE = "m-bp146shijn7hujkusyst"
BUCKET = "acme-images-hangzhou"
BUS = EventBus(bus="image-export", region=REGION)
FUNCTION = Function(service="images", function="after-export")
TASK = "tsk-bp67acfmxazb4ph0001"


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def a_role() -> AssumedRole:
    """The role of the account of the examples."""
    return AssumedRole(account_id=ACCOUNT, role_arn=f"acs:ram::{ACCOUNT}:role/image-export")


def a_request(**changes: Any) -> ExportRequest:
    """Wanted by the rule `golden`, told to a bus and a function."""
    fields: dict[str, Any] = {
        "role": a_role(),
        "region_id": REGION,
        "image_id": IMAGE,
        "oss_bucket": BUCKET,
        "caller_prefix": "nightly",
        "rule": "golden",
        "requested_by": RequestedBy(trigger="event", id="event-1"),
        "notify": (BUS, FUNCTION),
    }
    return ExportRequest(**{**fields, **changes})


def an_image(**changes: Any) -> Image:
    """An Available image with a system disk and one data disk."""
    fields: dict[str, Any] = {
        "account_id": ACCOUNT,
        "region_id": REGION,
        "image_id": IMAGE,
        "name": "golden-web",
        "status": "Available",
        "created_at": START,
        "size_gib": 40,
        "disks": (
            Disk(device="/dev/xvda", kind="system", size_gib=40),
            Disk(device="/dev/xvdb", kind="data", size_gib=100),
        ),
    }
    return Image(**{**fields, **changes})


def a_record(**changes: Any) -> Record:
    """Requested just now, nothing attempted."""
    request = changes.pop("request", a_request())
    fields: dict[str, Any] = {
        "export_id": export_id(natural_key(request), 1),
        "request": request,
        "requested_at": START,
    }
    return Record(**{**fields, **changes})


def a_claimed_record(**changes: Any) -> Record:
    """Attempt 1 was claimed, and nothing is known of it."""
    record = a_record(request=changes.pop("request", a_request()))
    claim = Claim(kind="start", oss_prefix=oss_prefix(record.request, record.export_id, 0), image=an_image())
    return a_record(request=record.request, **{"attempt": 1, "claim": claim, "claimed_at": START, **changes})


def a_started_record(**changes: Any) -> Record:
    """Attempt 1 has a task."""
    result = Result(outcome="started", task_id=TASK)
    return a_claimed_record(**{"result": result, "settled_at": START, **changes})


def a_refused_record(code: str, at: datetime = START, **changes: Any) -> Record:
    """Attempt 1 was refused with this code."""
    result = Result(outcome="refused", cause=Cause(code=code, message="no", request_id="R-1"))
    return a_claimed_record(**{"result": result, "settled_at": at, **changes})


def a_task(status: str = "Processing", **changes: Any) -> Task:
    """A task as DescribeTaskAttribute tells it."""
    fields: dict[str, Any] = {"task_id": TASK, "status": status, "created_at": START, "support_cancel": True}
    return Task(**{**fields, **changes})


def keys_of(record: Record) -> tuple[str, str]:
    """The two keys that the export of `an_image` writes."""
    stem = f"{record.oss_prefix}_{record.request.image_id}"
    return f"{stem}_data_xvdb.raw.tar.gz", f"{stem}_system.raw.tar.gz"


def a_finished_task(record: Record, **changes: Any) -> Task:
    """Finished, naming both objects."""
    objects = tuple(ObjectName(oss_bucket=record.request.oss_bucket, key=key) for key in keys_of(record))
    return a_task("Finished", **{"objects": objects, "finished_at": START + minutes(10), **changes})


def an_object(key: str, body: bytes | None = None, **changes: Any) -> StoredObject:
    """A whole object of a disk of `an_image`, written ten minutes after the start."""
    body = disk_archive(100 if "_data_" in key else 40) if body is None else body
    fields: dict[str, Any] = {
        "key": key,
        "size_bytes": len(body),
        "etag": "0F343B0931126A20F133D67C2B018A3B",
        "crc64": "10428885402303182417",
        "modified_at": START + minutes(10),
        "head": body[:PROBE_BYTES],
        "tail": body[-PROBE_BYTES:],
    }
    return StoredObject(**{**fields, **changes})
