"""CreateImage and CopyImage (ECS 2014-05-26): images made by calls, and told of by ActionTrail.

Sources: pages of both actions for parameters and refusals; an id of an instance or a snapshot stands for
one, with a system disk of 40 GiB.
"""

import re
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.client_tokens import asked
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.image_events import ApiCall
from alicloud_emulator.ecs.image_names import check_description, check_name, check_quota, new_tags, with_defaults
from alicloud_emulator.ecs.regions import checked, region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.tags import tags_asked_for
from alicloud_emulator.errors import ApiError, missing_parameter

COPIED = ("OSType", "OSName", "Platform", "Architecture", "Size", "ProductCode", "BootMode")
SOURCES = (("InstanceId", re.compile(r"i-[a-z0-9]+")), ("SnapshotId", re.compile(r"s-[a-z0-9]+")))


async def CreateImage(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Make an image of an instance or a snapshot; it becomes Available in its time."""
    region = region_of(call)
    check_source(call)
    fields = {"RegionId": region, **named(ecs, call, "ImageName", "Description", region)}
    fields |= {name: call.params[name] for name in ("ImageFamily", "ImageVersion") if call.params.get(name)}
    return {"ImageId": made(ecs, call, fields).id}


async def CopyImage(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Make the same image in another region, encrypted or not; its Features are not copied."""
    if (before := ecs.tokens.answer_to(call)) is not None:
        return before
    region = region_of(call)
    destination = checked(call.params.get("DestinationRegionId") or region)
    source = ecs.images.find(call.params["ImageId"], region, call.key.account_id)
    if source.status != "Available":
        raise ApiError(400, "IncorrectImageStatus", "The image is not available.")
    encrypted = call.params.get("Encrypted", "").lower() == "true"
    if destination == region and not encrypted:
        raise ApiError(400, "InvalidParameter", "DestinationRegionId must be another region, or Encrypted true.")
    check_copy(ecs, source)
    fields = {name: source.fields[name] for name in COPIED if name in source.fields}
    fields |= {"RegionId": destination, "IsCopied": True, "Features": with_defaults({})}
    fields["DiskDeviceMappings"] = {"DiskDeviceMapping": [copied(disk, encrypted) for disk in source.disks]}
    fields |= named(ecs, call, "DestinationImageName", "DestinationDescription", destination)
    fields["Tags"] = {"Tag": new_tags(call.params)}
    fields["ResourceGroupId"] = call.params.get("ResourceGroupId", "")
    told = made_by(ecs, call, destination)
    image = ecs.images.copy(source, {"ImageOwnerId": int(call.key.account_id), **fields}, told)
    return ecs.tokens.keep(call, {"ImageId": image.id})


def check_copy(ecs: Ecs, source: Image) -> None:
    """The image is not being copied yet, and was not made of a VHD."""
    if ecs.images.copying(source):
        message = "The same image cannot be copied concurrently."
        raise ApiError(400, "OperationDenied.ImageCopyConflict", message)
    if any(disk["Format"] == "VHD" for disk in source.disks):
        message = "The specified vhd image is not supported for this operation."
        raise ApiError(403, "InvalidOperation.VhdImageUnsupported", message)


def check_source(call: Call) -> None:
    """What the image is made of must be named, and be well formed."""
    given = [(name, form) for name, form in SOURCES if call.params.get(name)]
    if not given:
        raise missing_parameter("InstanceId")
    for name, form in given:
        if not form.fullmatch(call.params[name]):
            raise ApiError(404, f"Invalid{name}.NotFound", f"The specified {name} does not exist.")


def named(ecs: Ecs, call: Call, name: str, description: str, region: str) -> dict[str, Any]:
    """Name, description and tags of the new image; a name is used once in a region."""
    fields: dict[str, Any] = {"Description": call.params.get(description, ""), "Tags": {"Tag": tags(call)}}
    check_description(fields["Description"])
    wanted = call.params.get(name)
    if not wanted:
        return fields
    check_name(ecs, call.key.account_id, region, wanted)
    return fields | {"ImageName": wanted}


def tags(call: Call) -> list[dict[str, str]]:
    """Tag.1.Key, Tag.1.Value and so on."""
    return [{"TagKey": key, "TagValue": value or ""} for key, value in tags_asked_for(call.params) if key]


def copied(disk: dict[str, Any], encrypted: bool) -> dict[str, Any]:
    """A disk of a copy: its own snapshot, the same size."""
    return {"Type": disk["Type"], "Size": disk["Size"], "Encrypted": encrypted or disk["Encrypted"]}


def made(ecs: Ecs, call: Call, fields: dict[str, Any]) -> Image:
    """The new image, unless the call only asks whether it could be made."""
    told = made_by(ecs, call, fields["RegionId"])
    return ecs.images.create({"ImageOwnerId": int(call.key.account_id), **fields}, told)


def made_by(ecs: Ecs, call: Call, region: str) -> ApiCall:
    """The call that makes an image, as it is told of, unless it only asks whether it could be made."""
    check_quota(ecs, call.key.account_id, region)
    if call.params.get("DryRun", "").lower() == "true":
        raise ApiError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    return ApiCall(name=call.action, region=call.params["RegionId"], request_id=call.request_id, asked=asked(call))
