"""The forms of messages, of what is kept of them, and of refusals, as far as several kinds of receivers have them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from aiohttp import web

from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.kind import Receiver

LONGEST_KEPT, LONGEST_TEXT = 64 * 1024, 1000  # of a body: what is kept as it is, and how much of any other
OK = 200


def read_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that a body is; None where it is none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def as_sent(body: bytes) -> Any:
    """The body for people to see: its JSON; the beginning of its text where it is none, or very long."""
    content = read_object(body) if len(body) <= LONGEST_KEPT else None
    return content if content is not None else body[: 4 * LONGEST_TEXT].decode(errors="replace")[:LONGEST_TEXT]


def part(content: Any, path: Sequence[str]) -> Any:
    """What stands at a place of a message; None where there is no such place."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def texts(content: Any, names: Collection[str]) -> list[str]:
    """Every text of a message that stands under one of these names, however deep."""
    found, left = [], [content]
    while left:
        place = left.pop()
        if isinstance(place, dict):
            found += [value for name, value in place.items() if name in names and isinstance(value, str)]
            left += place.values()
        elif isinstance(place, list):
            left += place
    return found


def has_keyword(receiver: Receiver, content: Any, names: Collection[str]) -> bool:
    """Whether a message has one of the keywords that its receiver wants, if it wants any."""
    said = texts(content, names)
    return not receiver.keywords or any(word in text for word in receiver.keywords for text in said)


def as_number(code: str) -> int:
    """A code as JSON has it; -1, which is "busy" there, for what is no number."""
    return int(code) if re.fullmatch(r"-?\d+", code) else -1


def in_errcode(error: ApiError) -> web.Response:
    """An error that stands inside of HTTP 200; what is not of the service itself has a status."""
    if error.status != OK:
        return in_text(error, error.message)
    return web.json_response({"errcode": as_number(error.code), "errmsg": error.message})


def in_text(error: ApiError, text: str) -> web.Response:
    """A refusal in plain text."""
    return web.Response(text=text, status=error.status, headers=error.headers)
