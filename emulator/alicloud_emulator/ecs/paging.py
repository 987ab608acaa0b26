"""PageNumber and PageSize of Describe calls: from 1 on, and 1 to 100 (10 where it is left out)."""

from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError

LARGEST_PAGE = 100


def page(call: Call, items: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """The items of the page asked for, and what the answer says of pages."""
    number = whole(call, "PageNumber", 1, None)
    size = whole(call, "PageSize", 10, LARGEST_PAGE)
    first = (number - 1) * size
    return items[first : first + size], {"PageNumber": number, "PageSize": size, "TotalCount": len(items)}


def numbered(call: Call, name: str) -> list[str]:
    """The values of a repeated parameter, `name.1`, `name.2`, …"""
    values: list[str] = []
    while (value := call.params.get(f"{name}.{len(values) + 1}")) is not None:
        values.append(value)
    return values


def whole(call: Call, name: str, default: int, largest: int | None) -> int:
    """A whole number from 1 on."""
    text = call.params.get(name) or str(default)
    if not text.isdigit() or int(text) < 1 or (largest and int(text) > largest):
        raise ApiError(400, "InvalidParameter", f"The specified parameter {name} is not valid: {text}.")
    return int(text)
