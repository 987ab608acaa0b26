"""Tags in both of their spellings: Tag.N.Key and the older Tag.N.key of a call, TagKey and Key of an image. Pure."""

from collections.abc import Mapping
from typing import Any

from alicloud_emulator.errors import ApiError

MOST_TAGS = 20


def tags_asked_for(params: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Keys and values, in order; a value of None was not given. Raises InvalidTagCount."""
    tags: list[tuple[str, str | None]] = []
    number = 1  # not the number of tags: a key may be sent twice
    while (key := _either(params, f"Tag.{number}.Key", f"Tag.{number}.key")) is not None:
        tags.append((key, _either(params, f"Tag.{number}.Value", f"Tag.{number}.value")))
        number += 1
    if len(tags) > MOST_TAGS:
        raise ApiError(400, "InvalidTagCount", f"The specified tags are beyond the permitted range: {MOST_TAGS}.")
    return tags


def tags_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """The tags of an image, however each is spelled; one without a key has none."""
    tags = fields["Tags"]["Tag"]
    return {_either(tag, "TagKey", "Key") or "": _either(tag, "TagValue", "Value") or "" for tag in tags}


def _either(values: Mapping[str, str], name: str, older: str) -> str | None:
    return values.get(name, values.get(older))
