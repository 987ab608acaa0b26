"""What an image may be called, described and tagged as (ECS page "Limits", pages of the actions that make images)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.tags import tags_asked_for
from alicloud_emulator.errors import ApiError

NAME = re.compile(r"(?!aliyun|acs:|https?://)[A-Za-z\u4e00-\u9fff][\w.:\u4e00-\u9fff-]{1,127}")
DESCRIPTION = re.compile(r"(?!https?://).{2,256}", re.DOTALL)
LONGEST_TAG = 128
TAKEN = "The destination image is exist."


def check_name(ecs: Ecs, account_id: str, region: str, name: str) -> None:
    """A name is well formed, and used once in an account and region."""
    if not NAME.fullmatch(name):
        raise ApiError(400, "InvalidImageName.Malformed", "The specified Image name is wrongly formed.")
    own = (one for one in ecs.images.of(region) if one.account_id == account_id)
    gone = {"Deleted"} if ecs.unsure.create_failed_keeps_name else {"Deleted", "CreateFailed"}
    if any(one.fields["ImageName"] == name and one.status not in gone for one in own):
        raise ApiError(400, "InvalidImageName.Duplicated", TAKEN)


def check_description(text: str) -> None:
    """2 to 256 characters, no address at the start; none at all is fine."""
    if text and not DESCRIPTION.fullmatch(text):
        raise ApiError(400, "InvalidDescription.Malformed", "The specified Image description is wrongly formed.")


def new_tags(params: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags of an import: well formed, none of the cloud's own, no key twice whatever its case."""
    tags = [(key, value or "") for key, value in tags_asked_for(params)]
    for key, value in tags:
        if not key or not _allowed(key) or key.startswith(("aliyun", "acs:")):
            raise ApiError(400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid.")
        if not _allowed(value) or value.startswith("acs:"):
            raise ApiError(400, "InvalidTagValue.Malformed", "The specified Tag.n.Value is not valid.")
    if len({key.lower() for key, _ in tags}) < len(tags):
        raise ApiError(403, "TagKey.Duplication", "The TagKey has duplication with others, case-insensitive.")
    return [{"TagKey": key, "TagValue": value} for key, value in tags]


def _allowed(text: str) -> bool:
    return len(text) <= LONGEST_TAG and "http://" not in text and "https://" not in text


def check_quota(ecs: Ecs, account_id: str, region: str) -> None:
    """Whether the account may have one more image in the region."""
    own = [one for one in ecs.images.of(region) if one.account_id == account_id and one.status != "Deleted"]
    if len([one for one in own if one.fields["ImageOwnerAlias"] == "self"]) >= ecs.quotas.images:
        raise ApiError(403, "QuotaExceed.Image", "The Image Quota exceeds.")


def with_defaults(fields: Mapping[str, Any]) -> dict[str, str]:
    """Features of an image, as they are where nobody has set them."""
    return {"NvmeSupport": "unsupported", "ImdsSupport": "v1", **fields.get("Features", {})}
