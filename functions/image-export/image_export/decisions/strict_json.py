"""JSON from strangers: no NaN, and a key that stands twice is remembered, not dropped in silence. Pure.

What is none is named: empty, another encoding, or the place where it stops being JSON.
"""

import json
from collections import Counter
from typing import Any

MARK = b"\xef\xbb\xbf"  # UTF-8's byte order mark: editors and PowerShell write it
OTHERS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
}


class NotJsonError(ValueError):
    """Bytes that are no JSON; the message goes on from a subject: `The body` + ` is empty`."""


class RepeatedKeys(dict[str, Any]):
    """An object in which keys stood more than once: nothing that is asked for may be read from it."""

    repeated: tuple[str, ...] = ()


def read_bytes(body: bytes) -> Any:
    """The JSON of bytes in UTF-8, whether or not with a byte order mark. Raises NotJsonError."""
    try:
        return read_json(_text(body))
    except RecursionError as cause:
        raise NotJsonError("is nested too deep") from cause
    except json.JSONDecodeError as cause:
        place = f"{cause.msg} at line {cause.lineno}, column {cause.colno}"
        raise NotJsonError(f"is not JSON: {place}") from cause


def _text(body: bytes) -> str:
    if not body.removeprefix(MARK).strip():
        raise NotJsonError("is empty")
    other = next((name for mark, name in OTHERS.items() if body.startswith(mark)), None)
    if other is None and b"\x00" in body[:2]:  # JSON begins with ASCII: a null beside it is the half of two bytes
        other = "UTF-16"
    if other:
        raise NotJsonError(f"is {other}, not JSON in UTF-8")
    try:
        return body.decode()
    except UnicodeDecodeError as cause:
        raise NotJsonError(f"is not UTF-8: byte {body[cause.start]:#04x} at position {cause.start}") from cause


def read_json(text: str) -> Any:
    """The JSON of a text. Raises ValueError where it is none, RecursionError where it is nested too deep."""
    text = text.removeprefix(MARK.decode())
    return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse, parse_int=_integer)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(name for name, _ in pairs)
    marked = RepeatedKeys(found)
    marked.repeated = tuple(name for name in found if times[name] > 1)
    return marked


def _refuse(name: str) -> Any:
    raise NotJsonError(f"is not JSON: it has {name}")


def _integer(digits: str) -> int:
    """Python reads no integer of some thousands of digits, and neither does anybody mean one."""
    try:
        return int(digits)
    except ValueError as cause:
        raise NotJsonError("is not JSON: it has a number with too many digits") from cause
