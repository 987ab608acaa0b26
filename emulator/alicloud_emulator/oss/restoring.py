"""RestoreObject: an archived object is thawed in its time, and can be read for some days (page RestoreObject).

The page gives ranges of hours; here a thaw takes the longest.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from alicloud_emulator.calls import Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.access import bucket_of, object_of
from alicloud_emulator.oss.buckets import ARCHIVED, Bucket, Oss, Thawed
from alicloud_emulator.oss.objects import StoredObject

FORM = re.compile(
    r"(<\?xml[^>]*\?>)?\s*<RestoreRequest[^>]*>\s*<Days>\s*(?P<days>\d+)\s*</Days>\s*"
    r"(<JobParameters>\s*<Tier>\s*(?P<tier>\w+)\s*</Tier>\s*</JobParameters>\s*)?</RestoreRequest>\s*"
)
MOST_DAYS = {"Archive": 7, "ColdArchive": 365, "DeepColdArchive": 365}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TAKES = {
    ("Archive", "Standard"): MINUTE,
    ("ColdArchive", "Expedited"): HOUR,
    ("ColdArchive", "Standard"): 5 * HOUR,
    ("ColdArchive", "Bulk"): 12 * HOUR,
    ("DeepColdArchive", "Expedited"): 12 * HOUR,
    ("DeepColdArchive", "Standard"): 48 * HOUR,
}


async def RestoreObject(oss: Oss, call: Call) -> Result:
    """Begin to thaw an object (202), or let one that can be read be so for longer (200)."""
    bucket, item = bucket_of(oss, call), object_of(oss, call)
    if item.storage_class not in ARCHIVED:
        raise ApiError(400, "OperationNotSupported", "The operation is not supported for this resource.")
    days, takes = asked_for(call, item)
    state = bucket.thawed_at(item.key, call.now)
    if state and call.now < state.ready:
        raise ApiError(409, "RestoreAlreadyInProgress", "The restore operation is in progress.")
    ready = state.ready if state else call.now + takes
    bucket.thawed[item.key] = Thawed(ready=ready, ends=max(ready, call.now) + timedelta(days=days))
    return Reply(status=200 if state else 202)


def asked_for(call: Call, item: StoredObject) -> tuple[int, timedelta]:
    """For how many days, and how long it takes; without a body a day, in the usual way."""
    text = call.body.decode(errors="replace").strip()
    found = FORM.fullmatch(text) if text else None
    if text and found is None:
        raise ApiError(400, "MalformedXML", "The XML you provided was not well-formed.")
    days, tier = (int(found["days"]), found["tier"] or "Standard") if found else (1, "Standard")
    takes = TAKES.get((item.storage_class, "Standard" if item.storage_class == "Archive" else tier))
    if takes is None or not 1 <= days <= MOST_DAYS[item.storage_class]:
        raise ApiError(400, "InvalidArgument", f"Days {days} or Tier {tier} is not valid for {item.storage_class}.")
    return days, takes


def restore_header(bucket: Bucket, key: str, now: datetime) -> dict[str, str]:
    """What HEAD and GET say of a thaw; nothing where there is none."""
    state = bucket.thawed_at(key, now)
    if state is None:
        return {}
    if now < state.ready:
        return {"x-oss-restore": 'ongoing-request="true"'}
    ends = state.ends.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return {"x-oss-restore": f'ongoing-request="false", expiry-date="{ends}"'}
