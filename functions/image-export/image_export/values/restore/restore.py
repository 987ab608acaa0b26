"""A restore as the world sees it: HTTP answer and event data are one value (docs/restore.md)."""

from datetime import datetime
from typing import Literal

from msgspec import field

from ..cause import Cause
from ..export import RequestedBy
from ..wire import Wire

RestoreStatus = Literal[
    "Requested", "Unpacking", "Importing", "Copying", "Checking", "Completed", "Failed", "Cancelled"
]
RestoreVerdict = Literal["Completed", "Failed", "Cancelled"]
Origin = Literal["manifest", "asked", "default", "mapped", "lost"]
Unpack = Literal["auto", "always", "never"]
WhichDisks = Literal["all", "system"]


class PlannedField(Wire, frozen=True, kw_only=True):
    """One field of the restored image: its value, where that comes from, and what there is to know about it.

    `lost`: the source has it, and no call brings it back; `value` is what the source has.
    """

    about: str = field(name="Field")
    value: str = field(name="Value")
    origin: Origin = field(name="Origin")
    note: str | None = field(name="Note", default=None)


class Difference(Wire, frozen=True, kw_only=True):
    """What the restored image has otherwise than the manifest says."""

    about: str = field(name="Field")
    wanted: str = field(name="Wanted")
    found: str = field(name="Found")


class ImportSource(Wire, frozen=True, kw_only=True):
    """An object that a disk is imported from; `image_format` in the words of ImportImage."""

    oss_bucket: str = field(name="OSSBucket")
    oss_object: str = field(name="OSSObject")
    image_format: Literal["RAW", "QCOW2", "VHD"] = field(name="Format")
    disk_image_size: int = field(name="DiskImageSize")  # GiB


class Restore(Wire, frozen=True, kw_only=True):
    """The one public value. Times are UTC; what is not known yet is null."""

    restore_id: str = field(name="RestoreId")
    export_id: str = field(name="ExportId")
    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    source_image_id: str = field(name="SourceImageId")
    manifest: str = field(name="Manifest")
    image_name: str = field(name="ImageName")
    image_id: str | None = field(name="ImageId", default=None)
    import_region_id: str | None = field(name="ImportRegionId", default=None)  # where that is not RegionId
    temporary_image_id: str | None = field(name="TemporaryImageId", default=None)  # imported there, to be copied
    status: RestoreStatus = field(name="Status")
    reason: str | None = field(name="Reason", default=None)
    task_id: str | None = field(name="TaskId", default=None)
    progress: str | None = field(name="Progress", default=None)
    sources: tuple[ImportSource, ...] = field(name="Sources", default=())
    differences: tuple[Difference, ...] = field(name="Differences", default=())
    warnings: tuple[str, ...] = field(name="Warnings", default=())
    requested_at: datetime = field(name="RequestedAt")
    started_at: datetime | None = field(name="StartedAt", default=None)  # ImportImage was answered
    finished_at: datetime | None = field(name="FinishedAt", default=None)
    requested_by: RequestedBy = field(name="RequestedBy")
    error: Cause | None = field(name="Error", default=None)


class RestorePlan(Wire, frozen=True, kw_only=True):
    """What a restore would do, before anything is called but reads. `refusal`: why it would not be done."""

    manifest: str = field(name="Manifest")
    export_id: str = field(name="ExportId")
    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    import_region_id: str | None = field(name="ImportRegionId", default=None)  # where that is not RegionId
    image_name: str = field(name="ImageName")
    sources: tuple[ImportSource, ...] = field(name="Sources")
    unpacks: bool = field(name="Unpacks")  # certainly; where it may yet turn out so, a warning says it
    fields: tuple[PlannedField, ...] = field(name="Fields")
    warnings: tuple[str, ...] = field(name="Warnings", default=())
    refusal: Cause | None = field(name="Refusal", default=None)
