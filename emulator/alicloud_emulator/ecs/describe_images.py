"""DescribeImages (ECS 2014-05-26; docs/cloud-facts.md#fact-3): only Available images unless Status asks for others."""

from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.paging import page
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.tags import tags_asked_for, tags_of
from alicloud_emulator.errors import ApiError

STATUSES = frozenset({"Creating", "Waiting", "Available", "UnAvailable", "CreateFailed", "Deprecated"})
OWNERS = frozenset({"system", "self", "others", "marketplace"})
# Parameters that a field of the image must equal.
EXACT = {
    "ImageFamily": "ImageFamily",
    "ImageOwnerAlias": "ImageOwnerAlias",
    "ImageOwnerId": "ImageOwnerId",
    "OSType": "OSType",
    "Architecture": "Architecture",
    "Usage": "Usage",
    "ResourceGroupId": "ResourceGroupId",
}


async def DescribeImages(ecs: Ecs, call: Call) -> dict[str, Any]:
    """The images of a region that meet every filter, newest first."""
    region, statuses = region_of(call), wanted_statuses(call.params.get("Status"))
    check_owner(call.params.get("ImageOwnerAlias"))
    if call.params.get("DryRun") == "true":
        raise ApiError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    tags, filters, fields = dict(tags_asked_for(call.params)), wanted_filters(call), wanted_fields(call)
    found = [
        image
        for image in ecs.images.of(region)
        if image.visible_to(call.key.account_id)
        and image.status in statuses
        and all(str(image.fields[field]) == value for field, value in fields.items())
        and meets(ecs, call, image)
        and (not tags or has_tags(image, tags))
        and in_time(image, filters)
    ]
    found.sort(key=lambda image: str(image.fields["CreationTime"]), reverse=True)
    shown, pages = page(call, found)
    return {**pages, "RegionId": region, "Images": {"Image": [image.fields for image in shown]}}


def wanted_statuses(text: str | None) -> frozenset[str]:
    """The statuses asked for; ALL stands alone."""
    if text == "ALL":
        return STATUSES
    statuses = frozenset(text.split(",")) if text else frozenset({"Available"})
    if not statuses <= STATUSES:
        raise ApiError(400, "InvalidParameter", f"The specified parameter Status is not valid: {text}.")
    return statuses


def check_owner(alias: str | None) -> None:
    """ImageOwnerAlias is one of four."""
    if alias and alias not in OWNERS:
        raise ApiError(400, "InvalidImageOwnerAlias.ValueNotSupported", f"ImageOwnerAlias {alias} is not supported.")


def wanted_fields(call: Call) -> dict[str, str]:
    """The fields that must have exactly the value asked for."""
    return {field: value for param, field in EXACT.items() if (value := call.params.get(param))}


def meets(ecs: Ecs, call: Call, image: Image) -> bool:
    """Whether the image has one of the ids and the name asked for."""
    ids, name = call.params.get("ImageId"), call.params.get("ImageName")
    if ids and image.id not in (ids.split(",") if ecs.unsure.image_id_list == "honoured" else [ids]):
        return False
    return not name or fnmatchcase(str(image.fields["ImageName"]), name)


def has_tags(image: Image, wanted: dict[str, str | None]) -> bool:
    """Whether the image has every tag; where no value is asked for, with any value."""
    tags = tags_of(image.fields)
    return all(key in tags and value in {None, "", tags[key]} for key, value in wanted.items())


def wanted_filters(call: Call) -> dict[str, datetime]:
    """CreationStartTime and CreationEndTime out of Filter.N; other keys do not exist."""
    filters: dict[str, datetime] = {}
    number = 1
    while (key := call.params.get(f"Filter.{number}.Key")) is not None:
        if key not in {"CreationStartTime", "CreationEndTime"}:
            raise ApiError(404, "InvalidFilterKey.NotFound", f"The filter key {key} is not served.")
        filters[key] = moment(call.params.get(f"Filter.{number}.Value", ""))
        number += 1
    return filters


def in_time(image: Image, filters: dict[str, datetime]) -> bool:
    """Whether the image was created within the time asked for."""
    if not filters:
        return True
    created = moment(str(image.fields["CreationTime"]))
    start, end = filters.get("CreationStartTime", created), filters.get("CreationEndTime", created)
    return start <= created <= end


def moment(text: str) -> datetime:
    """A time as ECS takes it, with or without seconds."""
    form = "%Y-%m-%dT%H:%MZ" if text.count(":") == 1 else "%Y-%m-%dT%H:%M:%SZ"
    try:
        return datetime.strptime(text, form).replace(tzinfo=timezone.utc)
    except ValueError as cause:
        raise ApiError(400, "InvalidParameter", f"{text!r} is no time like 2024-04-10T08:01Z.") from cause
