"""DescribeInstances and DescribeInstanceStatus (ECS 2014-05-26)."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.instances.instance import Instance
from alicloud_emulator.ecs.paging import numbered, page, whole
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.tags import tags_asked_for
from alicloud_emulator.errors import ApiError

MOST_IDS = 100
LARGEST_PAGE = 100
# Parameters that a field must equal.
EXACT = ("Status", "ImageId", "InstanceType", "InstanceTypeFamily", "ZoneId", "ResourceGroupId", "InstanceChargeType")
IN_VPC = ("VpcId", "VSwitchId")


async def DescribeInstances(ecs: Ecs, call: Call) -> dict[str, Any]:
    """The instances of a region that meet every filter, newest first, by pages or by tokens."""
    region, ids, tags = region_of(call), wanted_ids(call.params.get("InstanceIds")), tags_asked_for(call.params)
    if call.params.get("DryRun", "").lower() == "true":
        raise ApiError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    found = [
        one.shown()
        for one in reversed(ecs.instances.of(region, call.key.account_id))
        if (ids is None or one.id in ids)
        and all(key in one.tags and value in {None, "", one.tags[key]} for key, value in tags)
        and meets(call, one)
    ]
    shown, pages = by_token(call, found) if call.params.get("MaxResults") else page(call, found)
    return {**pages, "Instances": {"Instance": shown}}


def wanted_ids(text: str | None) -> list[str] | None:
    """InstanceIds is a list of JSON, of at most a hundred; None where it is left out."""
    if not text:
        return None
    try:
        ids = json.loads(text)
    except ValueError:
        ids = None
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_IDS:
        raise ApiError(400, "InvalidInstanceIds.Malformed", "The amount of specified instance Ids exceeds the limit.")
    return [str(one) for one in ids]


def meets(call: Call, instance: Instance) -> bool:
    """Whether the instance has the name, the group and the values asked for."""
    shown = instance.shown()
    name, group = call.params.get("InstanceName"), call.params.get("SecurityGroupId")
    if name and not fnmatchcase(shown["InstanceName"], name):
        return False
    if group and group not in instance.order.groups:
        return False
    return all(call.params.get(field) in {None, "", shown[field]} for field in EXACT) and all(
        call.params.get(field) in {None, "", shown["VpcAttributes"][field]} for field in IN_VPC
    )


def by_token(call: Call, found: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """MaxResults from where NextToken says; the last page has no token."""
    size, text = whole(call, "MaxResults", 10, LARGEST_PAGE), call.params.get("NextToken") or "0"
    if not text.isdecimal():
        raise ApiError(400, "InvalidParameter", "The specified parameter NextToken is not valid.")
    first = int(text)
    token = str(first + size) if first + size < len(found) else ""
    return found[first : first + size], {"TotalCount": len(found), "NextToken": token}


async def DescribeInstanceStatus(ecs: Ecs, call: Call) -> dict[str, Any]:
    """The states of a region's instances, and nothing else of them."""
    region, ids, zone = region_of(call), numbered(call, "InstanceId"), call.params.get("ZoneId")
    if len(ids) > MOST_IDS:
        raise ApiError(400, "InvalidParameter", f"InstanceId.N has {len(ids)} ids, {MOST_IDS} are allowed.")
    found = [
        {"InstanceId": one.id, "Status": one.status}
        for one in ecs.instances.of(region, call.key.account_id)
        if (not ids or one.id in ids) and zone in {None, "", one.order.network.zone}
    ]
    shown, pages = page(call, found)
    return {**pages, "InstanceStatuses": {"InstanceStatus": shown}}
