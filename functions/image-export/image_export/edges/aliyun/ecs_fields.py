"""The fields of an entry that ECS answers, in every spelling that documents and SDK models have. Pure.

Raises FieldUnreadable, which names the field.
"""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from ..faults import FieldUnreadable

Fields = dict[str, Any]
DATA_DEVICE = re.compile(r"(?:/dev/)?(?:xvd|vd|sd|hd)[b-z]")  # the system disk's ends in a
# RFC 3339, and without seconds as tasks are shown. What is behind the sixth digit of a second is nothing to us.
TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
LEAP_SECOND = 60


def each(holder: Any, name: str) -> list[Any]:
    """The list inside its holder; a single element may come without its list, and an empty or plain list without
    its holder."""
    found = holder if isinstance(holder, list) else (holder or {}).get(name) or []
    return found if isinstance(found, list) else [found]


def named(fields: Fields, name: str) -> str:
    """A text that must be there."""
    found = fields.get(name)
    if not isinstance(found, str) or not found:
        raise FieldUnreadable(name)
    return writable(found)


def text(fields: Fields, name: str, default: str = "") -> str:
    """A text that may be missing."""
    return writable(fields.get(name) or default)


def writable(value: Any) -> str:
    """The text without lone surrogates, which JSON can carry and no ledger can keep."""
    return str(value).encode(errors="replace").decode()


def integer(fields: Fields, name: str) -> int:
    """A count or a size in whole units, also as `"40"` or `"40.0"`; 0 where there is none."""
    try:
        return int(float(fields.get(name) or 0))
    except (TypeError, ValueError, OverflowError) as fault:
        raise FieldUnreadable(name) from fault


def truth(value: Any) -> bool | None:
    """`SupportCancel` is a string in the SDK's model and a boolean in the page's sample."""
    if value is None or value == "":
        return None
    return value if isinstance(value, bool) else str(value).lower() == "true"


def time_of(fields: Fields, name: str) -> datetime:
    """The time in UTC."""
    found = TIME.fullmatch(str(fields.get(name)))
    if not found:
        raise FieldUnreadable(name)
    *date, second, fraction, sign, hours, minutes = found.groups()
    year, month, day, hour, minute = map(int, date)
    seconds, micros = min(int(second or 0), LEAP_SECOND - 1), int((fraction or "").ljust(6, "0"))
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        return datetime(year, month, day, hour, minute, seconds, micros, timezone.utc) - offset
    except (ValueError, OverflowError) as fault:
        raise FieldUnreadable(name) from fault
