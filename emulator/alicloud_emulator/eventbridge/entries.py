"""From an entry of PutEvents to a CloudEvent, or to what is wrong with it. Pure.

Sources: EventBridge "PutEvents" page (API 2020-04-01) for names and needs; "PutEvents" of the data API for the sizes:
64 KB an event, 16 events and 256 KB a request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from alicloud_emulator.errors import ApiError

LARGEST_EVENT = 64 * 1024
LARGEST_REQUEST = 256 * 1024
MOST_EVENTS = 16
LENGTHS = {"Id": 255, "Source": 128, "Type": 64}
NAMES = {
    "Id": "id",
    "Source": "source",
    "SpecVersion": "specversion",
    "Type": "type",
    "Subject": "subject",
    "Time": "time",
    "DataContentType": "datacontenttype",
    "DataSchema": "dataschema",
    "Data": "data",
    "data_base64": "data_base64",  # of the data API alone
}


class EntryError(ValueError):
    """One entry is refused; the others are not."""


def read_list(text: str) -> list[Any]:
    """Read EventList; a request that is malformed or too large is refused whole."""
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as cause:
        raise ApiError(400, "InvalidArgument", f"EventList is not JSON: {cause}") from cause
    if not isinstance(entries, list) or not entries:
        raise ApiError(400, "InvalidArgument", "EventList must be a list with at least one event.")
    if len(entries) > MOST_EVENTS:
        raise ApiError(400, "EventCountExceedLimit", f"EventList has {len(entries)} events, {MOST_EVENTS} are allowed.")
    if len(text.encode()) > LARGEST_REQUEST:
        raise ApiError(400, "RequestSizeExceedLimit", f"EventList is larger than {LARGEST_REQUEST} bytes.")
    return entries


def read_entry(entry: Any) -> dict[str, Any]:
    """Give the CloudEvent of an entry; raise EntryError with what is wrong with it."""
    if not isinstance(entry, Mapping):
        raise EntryError("an event must be an object")
    for name, longest in LENGTHS.items():
        value = entry.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise EntryError(f"{name} must be text of 1 to {longest} characters")
    if entry.get("SpecVersion", "1.0") != "1.0":
        raise EntryError("SpecVersion must be 1.0")
    event = {name: entry[field] for field, name in NAMES.items() if entry.get(field) is not None}
    event = {"specversion": "1.0", "datacontenttype": "application/json", **event}
    if len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()) > LARGEST_EVENT:
        raise EntryError(f"the event is larger than {LARGEST_EVENT} bytes")
    return event
