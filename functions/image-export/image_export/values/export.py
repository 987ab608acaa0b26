"""An export as the world sees it: HTTP answer, event data and manifest head are one value (docs/http-api.md)."""

from datetime import datetime
from typing import Literal

from .cause import Cause
from .wire import Wire

Status = Literal["Requested", "Exporting", "Verifying", "Completed", "Failed", "Cancelled"]
Verdict = Literal["Completed", "Failed", "Cancelled"]
Trigger = Literal["event", "http", "nightly", "watch", "invoke"]
ImageFormat = Literal["raw", "vhd", "qcow2", "vmdk", "vdi"]


class RequestedBy(Wire, frozen=True, kw_only=True):
    """What asked: the trigger and its own id (event id, request id, run id)."""

    trigger: Trigger
    id: str


class ExportedObject(Wire, frozen=True, kw_only=True):
    """One proven object. `size` in bytes, `crc64` decimal as OSS gives it."""

    key: str
    size: int
    etag: str
    crc64: str | None


class Export(Wire, frozen=True, kw_only=True):
    """The one public value. Times are UTC; what is not known yet is null."""

    export_id: str
    region_id: str
    account_id: str
    image_id: str
    image_name: str | None = None
    oss_bucket: str
    oss_prefix: str | None = None
    image_format: ImageFormat
    status: Status
    reason: str | None = None
    task_id: str | None = None
    export_task_id: str | None = None  # the same value under the original page's name
    progress: str | None = None
    objects: tuple[ExportedObject, ...] = ()
    missing_objects: tuple[str, ...] = ()  # the keys of those that the last look did not find
    manifest: str | None = None
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    requested_by: RequestedBy
    error: Cause | None = None
