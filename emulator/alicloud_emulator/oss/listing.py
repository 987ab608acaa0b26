"""ListObjectsV2: pages of keys, groups by delimiter, tokens (document "ListObjectsV2 (GetBucketV2)")."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from alicloud_emulator.calls import Call, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.access import bucket_of
from alicloud_emulator.oss.buckets import Bucket, Oss
from alicloud_emulator.oss.objects import StoredObject

LARGEST_PAGE = 1000
# Sorts after every key that starts with what precedes it.
LAST = chr(0x10FFFF)


@dataclass(slots=True)
class Page:
    """What one answer lists."""

    objects: list[StoredObject] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    next_from: str | None = None

    @property
    def count(self) -> int:
        """Objects and groups together, which max-keys limits."""
        return len(self.objects) + len(self.groups)


async def ListObjectsV2(oss: Oss, call: Call) -> Result:
    """One page of a bucket; a listing starts after `start-after` or where the token says."""
    if call.params.get("list-type") != "2":
        raise ApiError(501, "NotImplemented", "Only list-type=2 is served.")
    size = page_size(call.params.get("max-keys", "100"))
    prefix = call.params.get("prefix", "")
    first = start(call.params.get("continuation-token"), call.params.get("start-after", ""))
    page = fill(bucket_of(oss, call), prefix, call.params.get("delimiter", ""), first, size, call.now)
    return {"ListBucketResult": rendered(call, page, size)}


def page_size(text: str) -> int:
    """max-keys, 1 to 1000; 100 where it is left out."""
    if not text.isdigit() or not 0 < int(text) <= LARGEST_PAGE:
        raise ApiError(400, "InvalidArgument", f"max-keys is {text!r}, and may be 1 to {LARGEST_PAGE}.")
    return int(text)


def start(token: str | None, start_after: str) -> str:
    """The first key that may be listed; a token wins over start-after."""
    if token is None:
        return start_after + "\0" if start_after else ""
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, UnicodeDecodeError) as cause:
        raise ApiError(400, "InvalidArgument", "The continuation token provided is incorrect.") from cause


def fill(bucket: Bucket, prefix: str, delimiter: str, first: str, size: int, now: datetime) -> Page:
    """The page that starts at `first`; a group is skipped in one step, however many keys it has."""
    page = Page()
    position = max(first, prefix)
    while True:
        key = next(bucket.keys_from(position), None)
        if key is None or not key.startswith(prefix):
            return page
        head, found, _ = key.removeprefix(prefix).partition(delimiter) if delimiter else (key, "", "")
        group = prefix + head + found if found else ""
        position = group + LAST if group else key + "\0"
        if bucket.objects[key].listed_from > now:
            position = key + "\0"
            continue
        if page.count == size:
            page.next_from = key
            return page
        if group:
            page.groups.append(group)
        else:
            page.objects.append(bucket.objects[key])


def rendered(call: Call, page: Page, size: int) -> dict[str, Any]:
    """The page as OSS writes it; names are percent-encoded if `encoding-type=url` asks for it."""
    encoded = call.params.get("encoding-type") == "url"
    name = (lambda text: quote(text, safe="")) if encoded else str
    token = base64.urlsafe_b64encode(page.next_from.encode()).decode() if page.next_from is not None else None
    result: dict[str, Any] = {
        "Name": call.params["bucket"],
        "Prefix": name(call.params.get("prefix", "")),
        "StartAfter": name(call.params.get("start-after", "")),
        "MaxKeys": size,
        "Delimiter": name(call.params.get("delimiter", "")),
        "EncodingType": "url" if encoded else "",
        "IsTruncated": token is not None,
        "KeyCount": page.count,
        "Contents": [contents(call, item, name(item.key)) for item in page.objects],
        "CommonPrefixes": [{"Prefix": name(group)} for group in page.groups],
    }
    if "continuation-token" in call.params:
        result["ContinuationToken"] = call.params["continuation-token"]
    if token is not None:
        result["NextContinuationToken"] = token
    return {key: value for key, value in result.items() if value != "" or key == "Prefix"}


def contents(call: Call, item: StoredObject, name: str) -> dict[str, Any]:
    """One object of a page."""
    owner = {"ID": call.key.account_id, "DisplayName": call.key.account_id}
    return {
        "Key": name,
        "LastModified": item.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "ETag": item.etag,
        "Type": item.kind,
        "Size": len(item.body),
        "StorageClass": item.storage_class,
        **({"Owner": owner} if call.params.get("fetch-owner") == "true" else {}),
    }
