"""What the control calls take: read strictly, once, at the door, so that a slip is named and has changed nothing.

An image's fields are those of DescribeImages (SDK alibabacloud-ecs20140526). The values come out as they came in.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, defstruct, field

from emulator.ecs.plan import Plan
from emulator.errors import ApiError
from emulator.faults import Fault

Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0, le=3_200_000_000)]
Text = Annotated[str, Meta(min_length=1)]
Id = int | str
Encryption = Literal["AES256", "KMS", "SM4"]
StorageClass = Literal["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]
ImageStatus = Literal["Creating", "Waiting", "Available", "UnAvailable", "CreateFailed", "Deprecated", "Deleted"]


def _mapping(name: str, needed: Mapping[str, Any], **others: Any) -> Any:
    """A type of a JSON object with these members and no others."""
    fields: list[Any] = [*needed.items(), *((key, kind, UNSET) for key, kind in others.items())]
    return defstruct(name, fields, forbid_unknown_fields=True, kw_only=True)


class Tag(Struct, rename="pascal", forbid_unknown_fields=True):
    """A tag, as either generation of the API names it."""

    tag_key: str | UnsetType = UNSET
    tag_value: str | UnsetType = UNSET
    key: str | UnsetType = UNSET
    value: str | UnsetType = UNSET


class Disk(Struct, rename="pascal", forbid_unknown_fields=True):
    """A row of DiskDeviceMapping."""

    device: str | UnsetType = UNSET
    type: Literal["system", "data"] | UnsetType = UNSET
    size: Id | UnsetType = UNSET
    format: str | UnsetType = UNSET
    encrypted: bool | UnsetType = UNSET
    snapshot_id: str | UnsetType = UNSET
    progress: str | UnsetType = UNSET
    remain_time: int | UnsetType = UNSET
    import_oss_bucket: str | UnsetType = field(default=UNSET, name="ImportOSSBucket")
    import_oss_object: str | UnsetType = field(default=UNSET, name="ImportOSSObject")


class Role(Struct, forbid_unknown_fields=True):
    """What may be said of a role."""

    trust: dict[str, Any] | UnsetType = UNSET
    policies: list[str] | UnsetType = UNSET


IMAGE = {
    **dict.fromkeys(("ImageId", "ImageName"), Text),
    **dict.fromkeys(("Description", "ImageFamily", "ImageVersion", "OSName", "OSNameEn", "Platform", "Progress"), str),
    **dict.fromkeys(("ProductCode", "ResourceGroupId", "SupplierName", "IsSelfShared"), str),
    **dict.fromkeys(("IsCopied", "IsPublic", "IsSubscribed", "IsSupportCloudinit", "IsSupportIoOptimized"), bool),
    **dict.fromkeys(("EncryptedSnapshots", "LoginAsNonRootSupported"), bool),
    **dict.fromkeys(("Features", "DetectionOptions"), dict[str, Any]),
    "Architecture": Literal["x86_64", "i386", "arm64"],
    "BootMode": Literal["BIOS", "UEFI", "UEFI-Preferred"],
    "CreationTime": Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$")],
    "DiskDeviceMappings": _mapping("Disks", {"DiskDeviceMapping": list[Disk]}),
    "ImageOwnerAlias": Literal["self", "system", "others", "marketplace"],
    "ImageOwnerId": Id,
    "OSType": Literal["linux", "windows"],
    "Size": int,
    "Status": ImageStatus,
    "Tags": _mapping("Tags", {"Tag": list[Tag]}),
    "Usage": Literal["instance", "none"],
    "_export": Plan,
}
NEW_IMAGE = _mapping("Image", {"RegionId": Text}, **IMAGE)
CHANGED_IMAGE = _mapping("Image", {}, **IMAGE)
TASK = _mapping(
    "Task", dict.fromkeys(("RegionId", "ImageId", "OSSBucket"), Text), OSSPrefix=str, ImageFormat=str, _export=Plan
)
QUOTAS = _mapping(
    "Quotas",
    {},
    **dict.fromkeys(("concurrent_exports", "weekly_exports", "api_qps", "instances"), Count),
    exports_enabled=bool,
)
CLOCK = _mapping("Clock", {"advance_s": Seconds})
FAULTS = list[Fault]
READINGS = dict[str, Any]
BUCKET = _mapping(
    "Bucket",
    {"name": Text},
    region=Text,
    account_id=Text,
    storage_class=StorageClass,
    encryption=Encryption | None,
    versioning=Literal["Enabled", "Suspended"] | None,
)
RAM = _mapping("Ram", {}, policies=dict[str, dict[str, Any]], roles=dict[str, Role | None])


def read(text: bytes, kind: Any) -> Any:
    """The JSON, if it is of that kind. Raises ApiError 400 with the place."""
    try:
        tree = json.loads(text or b"{}")
    except ValueError as cause:
        raise ApiError(400, "InvalidBody", f"the body is no JSON: {cause}") from cause
    try:
        convert(tree, kind)
    except ValidationError as cause:
        raise ApiError(400, "InvalidBody", str(cause)) from cause
    return tree
