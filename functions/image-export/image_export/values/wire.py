"""How field names look on the wire: PascalCase as the ECS API spells them. Not a codec: msgspec is."""

from typing import Any

import msgspec

_SPELLINGS = {
    "oss_bucket": "OSSBucket",
    "oss_prefix": "OSSPrefix",
    "etag": "ETag",
    "os_type": "OSType",
    "role_arn": "RoleArn",
}


def wire_name(field: str) -> str:
    """`image_id` → `ImageId`; the API's own capitals (`OSSBucket`) where it has them."""
    return _SPELLINGS.get(field) or "".join(part.capitalize() for part in field.split("_"))


END = r"$(?!\n)"
"""The end of a pattern that must hold for the whole text: in Python, `$` alone lets a line feed follow."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename=wire_name):
    """A frozen value whose JSON is PascalCase; subclasses that decode strangers' input forbid unknown fields."""

    def wire(self) -> dict[str, Any]:
        """The value as JSON-ready builtins (times as RFC 3339 text)."""
        builtins: dict[str, Any] = msgspec.to_builtins(self)
        return builtins
