"""An export as the world sees it: HTTP answer, event data and manifest head are one value (docs/http-api.md)."""

from datetime import datetime
from typing import Literal

from msgspec import field

from .cause import Cause
from .wire import Wire

Status = Literal["Requested", "Exporting", "Verifying", "Completed", "Failed", "Cancelled"]
Verdict = Literal["Completed", "Failed", "Cancelled"]
Trigger = Literal["event", "http", "nightly", "watch", "invoke"]
ImageFormat = Literal["raw", "vhd", "qcow2", "vmdk", "vdi"]


class RequestedBy(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """What asked: the trigger and its own id (event id, request id, run id); and who, where that is told."""

    trigger: Trigger = field(name="Trigger")
    id: str = field(name="Id")
    name: str | None = field(name="Name", default=None)  # over HTTP, of the token
    address: str | None = field(name="Address", default=None)  # over HTTP, from where


class ExportedObject(Wire, frozen=True, kw_only=True):
    """One proven object. `size` in bytes, `crc64` decimal as OSS gives it."""

    key: str = field(name="Key")
    size: int = field(name="Size")
    etag: str = field(name="ETag")
    crc64: str | None = field(name="Crc64")


class Export(Wire, frozen=True, kw_only=True):
    """The one public value. Times are UTC; what is not known yet is null."""

    export_id: str = field(name="ExportId")
    region_id: str = field(name="RegionId")
    account_id: str = field(name="AccountId")
    image_id: str = field(name="ImageId")
    image_name: str | None = field(name="ImageName", default=None)
    oss_bucket: str = field(name="OSSBucket")
    oss_prefix: str | None = field(name="OSSPrefix", default=None)
    image_format: ImageFormat = field(name="ImageFormat")
    rule: str | None = field(name="Rule", default=None)  # of the policy; null: somebody asked for it directly
    status: Status = field(name="Status")
    reason: str | None = field(name="Reason", default=None)
    # counted from 1, among those that wait in the same account and region; null where it is not looked up
    queue_position: int | None = field(name="QueuePosition", default=None)
    task_id: str | None = field(name="TaskId", default=None)
    # the same value under the original page's name
    export_task_id: str | None = field(name="ExportTaskId", default=None)
    progress: str | None = field(name="Progress", default=None)
    estimated_end: datetime | None = field(name="EstimatedEnd", default=None)  # rough; null where nothing can be said
    objects: tuple[ExportedObject, ...] = field(name="Objects", default=())
    # the keys of those that the last look did not find
    missing_objects: tuple[str, ...] = field(name="MissingObjects", default=())
    manifest: str | None = field(name="Manifest", default=None)
    requested_at: datetime = field(name="RequestedAt")
    started_at: datetime | None = field(name="StartedAt", default=None)
    finished_at: datetime | None = field(name="FinishedAt", default=None)
    requested_by: RequestedBy = field(name="RequestedBy")
    error: Cause | None = field(name="Error", default=None)
    # of its last drill: told of one export, not in lists. The level is the highest that was proved
    drilled_at: datetime | None = field(name="DrilledAt", default=None)
    drill_verdict: Literal["Proved", "Unproven", "Failed"] | None = field(name="DrillVerdict", default=None)
    drill_level: int | None = field(name="DrillLevel", default=None)
