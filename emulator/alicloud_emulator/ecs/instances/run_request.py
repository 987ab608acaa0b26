"""What RunInstances is asked for: every parameter that is read here, or the documented reason against it.

Sources: RunInstances page of 2021 and its error table; for NVMe a tool that met it (bosh-alicloud-cpi-release, pull
request 204). Launch templates, families of images, data disks, keys and roles are not read.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.image_names import DESCRIPTION, new_tags, with_defaults
from alicloud_emulator.ecs.instances.instance import Wanted
from alicloud_emulator.ecs.instances.network import Network
from alicloud_emulator.ecs.instances.system_disk import check_system_disk
from alicloud_emulator.ecs.instances.types import TYPES, InstanceType, runs_on
from alicloud_emulator.ecs.paging import numbered
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.tags import tags_asked_for
from alicloud_emulator.errors import ApiError, missing_parameter

NAME = re.compile(r"(?!https?://)[A-Za-z\u4e00-\u9fff][\w.:\u4e00-\u9fff-]{1,127}")
MOST = 100
SOONEST, LATEST = timedelta(minutes=30), timedelta(days=3 * 365)
WIDEST = 100  # Mbit/s
STRATEGIES = frozenset({"NoSpot", "SpotAsPriceGo", "SpotWithPriceLimit"})


def read(ecs: Ecs, call: Call) -> Wanted:
    """The request, if nothing in it is wrong by itself, and what it names is there."""
    region, account_id = region_of(call), call.key.account_id
    image = image_of(ecs, call, region)
    wanted_type = type_of(call)
    network = network_of(ecs, call, region)
    check_fit(call, image, wanted_type)
    return Wanted(
        region=region,
        account_id=account_id,
        image=image,
        type=wanted_type,
        network=network,
        groups=groups_of(ecs, call, network),
        amount=amount(call),
        release_at=release_time(call),
        fields={**named(call), **spot(call), **protected(call), "InternetMaxBandwidthOut": bandwidth(call)},
    )


def image_of(ecs: Ecs, call: Call, region: str) -> Image:
    """The image, which must be Available or Deprecated."""
    if not call.params.get("ImageId"):
        raise missing_parameter("ImageId")
    image = ecs.images.find(call.params["ImageId"], region, call.key.account_id)
    if image.status not in {"Available", "Deprecated"}:
        raise ApiError(403, "OperationDenied.ImageNotValid", "The specified Image is disabled or is deleted.")
    return image


def type_of(call: Call) -> InstanceType:
    """The instance type."""
    if not call.params.get("InstanceType"):
        raise missing_parameter("InstanceType")
    found = TYPES.get(call.params["InstanceType"])
    if found is None:
        message = "The specified InstanceType does not exist or beyond the permitted range."
        raise ApiError(400, "InvalidInstanceType.ValueNotSupported", message)
    return found


def network_of(ecs: Ecs, call: Call, region: str) -> Network:
    """The vSwitch, in its own zone."""
    vswitch = call.params.get("VSwitchId")
    if not vswitch:
        raise ApiError(400, "InvalidVSwitchId.Necessary", "The VSwitchId is necessary.")
    network = ecs.networks.find(vswitch, region, call.key.account_id)
    if network is None:
        raise ApiError(404, "InvalidVSwitchId.NotFound", "The specified virtual switch does not exist.")
    if call.params.get("ZoneId") not in {None, "", network.zone}:
        raise ApiError(404, "InvalidZoneId.NotFound", "The specified zoneId is not that of the virtual switch.")
    return network


def groups_of(ecs: Ecs, call: Call, network: Network) -> tuple[str, ...]:
    """The security groups, by either parameter, all of the vSwitch's VPC."""
    one, several = call.params.get("SecurityGroupId"), numbered(call, "SecurityGroupIds")
    if one and several:
        message = "SecurityGroupId and SecurityGroupIds.N cannot both be specified."
        raise ApiError(400, "InvalidParameter.Conflict", message)
    groups = tuple(several or ([one] if one else []))
    if not groups:
        raise missing_parameter("SecurityGroupId")
    for group in groups:
        vpcs = ecs.networks.vpc_of(group, network.region, network.account_id)
        if not vpcs:
            raise ApiError(404, "InvalidSecurityGroupId.NotFound", "The specified SecurityGroupId does not exist.")
        if network.vpc not in vpcs:
            message = "The specified security group and virtual switch are not in the same VPC."
            raise ApiError(400, "InvalidParameter.Mismatch", message)
    return groups


def check_fit(call: Call, image: Image, wanted: InstanceType) -> None:
    """The image runs on the type, with disks of its kind, and takes what is given to it."""
    if not runs_on(str(image.fields["Architecture"]), wanted):
        message = "The specified image does not support the specified InstanceType."
        raise ApiError(403, "ImageNotSupportInstanceType", message)
    if wanted.nvme and with_defaults(image.fields)["NvmeSupport"] != "supported":
        message = "The specified parameter InstanceType does not match: the image does not support NVMe."
        raise ApiError(403, "InvalidParameter.NotMatch", message)
    if not image.fields["IsSupportCloudinit"] and (call.params.get("UserData") or call.params.get("KeyPairName")):
        raise ApiError(400, "ImageNotSupportCloudInit", "The specified image does not support cloud-init.")
    check_system_disk(call.params, image, wanted)


def amount(call: Call) -> int:
    """How many instances, 1 to 100."""
    text = call.params.get("Amount") or "1"
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise ApiError(403, "InvalidParam.Amount", f"The specified parameter Amount is not valid: {text}.")
    return int(text)


def release_time(call: Call) -> datetime | None:
    """AutoReleaseTime without its seconds: at least 30 minutes ahead, at most three years."""
    text = call.params.get("AutoReleaseTime")
    if not text:
        return None
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ"):
        try:
            when = datetime.strptime(text, form).replace(second=0, tzinfo=timezone.utc)
        except ValueError:
            continue
        if SOONEST <= when - call.now <= LATEST:
            return when
    raise ApiError(400, "InvalidAutoReleaseTime.Malformed", "The specified parameter AutoReleaseTime is not valid.")


def named(call: Call) -> dict[str, Any]:
    """Name, description, tags and resource group."""
    name, description = call.params.get("InstanceName", ""), call.params.get("Description", "")
    if name and not NAME.fullmatch(name):
        raise ApiError(400, "InvalidInstanceName.Malformed", 'The specified parameter "InstanceName" is not valid.')
    if description and not DESCRIPTION.fullmatch(description):
        raise ApiError(400, "InvalidDescription.Malformed", 'The specified parameter "Description" is not valid.')
    keys = [key for key, _ in tags_asked_for(call.params)]
    if len(set(keys)) < len(keys):
        raise ApiError(400, "Duplicate.TagKey", "The Tag.N.Key contain duplicate key.")
    return {
        "InstanceName": name,
        "Description": description,
        "ResourceGroupId": call.params.get("ResourceGroupId", ""),
        "Tags": {"Tag": new_tags(call.params)},
    }


def spot(call: Call) -> dict[str, Any]:
    """Whether it is a preemptible instance, with a limit of its price or without."""
    strategy, duration = call.params.get("SpotStrategy") or "NoSpot", call.params.get("SpotDuration") or "1"
    limit = call.params.get("SpotPriceLimit") or "0"
    if strategy not in STRATEGIES:
        raise ApiError(400, "InvalidSpotStrategy", "The specified SpotStrategy is not valid.")
    priced = bool(re.fullmatch(r"\d+(\.\d{1,3})?", limit)) and float(limit) > 0
    if strategy == "SpotWithPriceLimit" and not priced:
        raise ApiError(400, "InvalidSpotPriceLimit", "The specified SpotPriceLimit is not valid.")
    if duration not in {"0", "1"}:
        raise ApiError(400, "InvalidSpotDuration", "The specified SpotDuration is not valid.")
    if strategy == "NoSpot":
        return {"SpotStrategy": strategy}
    return {"SpotStrategy": strategy, "SpotDuration": int(duration), "SpotPriceLimit": float(limit if priced else 0)}


def protected(call: Call) -> dict[str, bool]:
    """DeletionProtection."""
    return {"DeletionProtection": flag(call, "DeletionProtection")}


def flag(call: Call, name: str) -> bool:
    """A parameter that is true or false, false where it is left out."""
    text = call.params.get(name, "").lower() or "false"
    if text not in {"true", "false"}:
        raise ApiError(400, "InvalidParameter", f"The specified parameter {name} is not valid: {text}.")
    return text == "true"


def bandwidth(call: Call) -> int:
    """InternetMaxBandwidthOut, 0 to 100 Mbit/s; with more than 0 there is a public address."""
    text = call.params.get("InternetMaxBandwidthOut") or "0"
    if not text.isdecimal() or int(text) > WIDEST:
        message = "The specified parameter internetMaxBandwidthOut is not valid."
        raise ApiError(400, "InvalidInternetMaxBandwidthOut.Malformed", message)
    return int(text)
