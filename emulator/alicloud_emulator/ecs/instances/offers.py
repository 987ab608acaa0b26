"""DescribeAvailableResource and DescribeImageSupportInstanceTypes: which types there are, and for which image.

Sources: pages of both actions. Of resources, instance types alone are told.
"""

from __future__ import annotations

from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.image_names import with_defaults
from alicloud_emulator.ecs.instances.types import TYPES, InstanceType, runs_on
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError

RESOURCES = frozenset({"Zone", "IoOptimized", "InstanceType", "SystemDisk", "DataDisk", "Network", "ddh"})


async def DescribeImageSupportInstanceTypes(ecs: Ecs, call: Call) -> dict[str, Any]:
    """The types on which an image runs."""
    region = region_of(call)
    image = ecs.images.find(call.params["ImageId"], region, call.key.account_id)
    nvme = with_defaults(image.fields)["NvmeSupport"] == "supported"
    found = [
        {
            "InstanceTypeId": one.id,
            "InstanceTypeFamily": one.family,
            "CpuCoreCount": one.cpus,
            "MemorySize": one.memory_gib,
        }
        for one in TYPES.values()
        if runs_on(str(image.fields["Architecture"]), one) and (nvme or not one.nvme)
    ]
    return {"RegionId": region, "ImageId": image.id, "InstanceTypes": {"InstanceType": found}}


async def DescribeAvailableResource(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Each zone of a region with the types that are offered there, in stock or not."""
    region, wanted = region_of(call), call.params["DestinationResource"]
    if wanted not in RESOURCES:
        message = f"The specified parameter DestinationResource is not valid: {wanted}."
        raise ApiError(400, "InvalidDestinationResource", message)
    if wanted != "InstanceType":
        raise ApiError(400, "UnsupportedParameter", f"DestinationResource {wanted} is not emulated.")
    named, zone = call.params.get("InstanceType"), call.params.get("ZoneId")
    if named and named not in TYPES:
        message = "The specified InstanceType does not exist or beyond the permitted range."
        raise ApiError(400, "InvalidInstanceType.ValueNotSupported", message)
    types = [one for one in TYPES.values() if named in {None, "", one.id} and one.id not in ecs.instances.not_offered]
    zones = [one for one in ecs.networks.zones(region) if zone in {None, "", one}] if types else []
    return {"AvailableZones": {"AvailableZone": [available(ecs, region, one, types) for one in zones]}}


def available(ecs: Ecs, region: str, zone: str, types: list[InstanceType]) -> dict[str, Any]:
    """One zone."""
    supported = [{"Value": one.id, **stock(one.id in ecs.instances.sold_out)} for one in types]
    return {
        "RegionId": region,
        "ZoneId": zone,
        **stock(all(one["Status"] == "SoldOut" for one in supported)),
        "AvailableResources": {
            "AvailableResource": [
                {"Type": "InstanceType", "SupportedResources": {"SupportedResource": supported}},
            ]
        },
    }


def stock(sold_out: bool) -> dict[str, str]:
    """Whether there is any left."""
    if sold_out:
        return {"Status": "SoldOut", "StatusCategory": "WithoutStock"}
    return {"Status": "Available", "StatusCategory": "WithStock"}
