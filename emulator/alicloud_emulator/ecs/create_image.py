"""CreateImage and CopyImage (ECS 2014-05-26): images made by calls, and told of by ActionTrail.

Sources: pages of both actions for parameters and refusals; page "Limits" of ECS for names. There are no instances and
snapshots here: an id of their form stands for one, with a system disk of 40 GiB.
"""

import re
from typing import Any

from alicloud_emulator.calls import PROTOCOL_PARAMS, Call
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.image_events import ApiCall
from alicloud_emulator.ecs.regions import checked, region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.tags import tags_asked_for
from alicloud_emulator.errors import ApiError, missing_parameter

NAME = re.compile(r"(?!aliyun|acs:|https?://)[A-Za-z\u4e00-\u9fff][\w.:\u4e00-\u9fff-]{1,127}")
SOURCES = (("InstanceId", re.compile(r"i-[a-z0-9]+")), ("SnapshotId", re.compile(r"s-[a-z0-9]+")))


async def CreateImage(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Make an image of an instance or a snapshot; it becomes Available in its time."""
    region = region_of(call)
    check_source(call)
    fields = {"RegionId": region, **named(ecs, call, "ImageName", "Description", region)}
    fields |= {name: call.params[name] for name in ("ImageFamily", "ImageVersion") if call.params.get(name)}
    return {"ImageId": made(ecs, call, fields).id}


async def CopyImage(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Make the same image in another region, encrypted or not."""
    region = region_of(call)
    destination = checked(call.params.get("DestinationRegionId") or region)
    source = ecs.images.find(call.params["ImageId"], region, call.key.account_id)
    if source.status != "Available":
        raise ApiError(400, "IncorrectImageStatus", "The image is not available.")
    encrypted = call.params.get("Encrypted", "").lower() == "true"
    if destination == region and not encrypted:
        raise ApiError(400, "InvalidParameter", "DestinationRegionId must be another region, or Encrypted true.")
    kept = ("OSType", "OSName", "Platform", "Architecture", "Size", "ProductCode")
    fields = {name: source.fields[name] for name in kept} | {"RegionId": destination, "IsCopied": True}
    fields["DiskDeviceMappings"] = {"DiskDeviceMapping": [copied(disk, encrypted) for disk in source.disks]}
    fields |= named(ecs, call, "DestinationImageName", "DestinationDescription", destination)
    return {"ImageId": made(ecs, call, fields).id}


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
    wanted = call.params.get(name)
    if not wanted:
        return fields
    if not NAME.fullmatch(wanted):
        raise ApiError(400, "InvalidImageName.Malformed", "The specified Image name is wrongly formed.")
    own = [one for one in ecs.images.of(region) if one.account_id == call.key.account_id]
    if wanted in [one.fields["ImageName"] for one in own if one.status != "Deleted"]:
        raise ApiError(400, "InvalidImageName.Duplicated", "The specified Image name has already been used.")
    return fields | {"ImageName": wanted}


def tags(call: Call) -> list[dict[str, str]]:
    """Tag.1.Key, Tag.1.Value and so on."""
    return [{"TagKey": key, "TagValue": value or ""} for key, value in tags_asked_for(call.params) if key]


def copied(disk: dict[str, Any], encrypted: bool) -> dict[str, Any]:
    """A disk of a copy: its own snapshot, the same size."""
    return {"Type": disk["Type"], "Size": disk["Size"], "Encrypted": encrypted or disk["Encrypted"]}


def made(ecs: Ecs, call: Call, fields: dict[str, Any]) -> Image:
    """The new image, unless the call only asks whether it could be made."""
    if call.params.get("DryRun", "").lower() == "true":
        raise ApiError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    told = ApiCall(name=call.action, region=call.params["RegionId"], request_id=call.request_id, asked=asked(call))
    return ecs.images.create({"ImageOwnerId": int(call.key.account_id), **fields}, told)


def asked(call: Call) -> dict[str, str]:
    """The call's own parameters, as ActionTrail repeats them."""
    return {name: value for name, value in call.params.items() if name not in PROTOCOL_PARAMS}
