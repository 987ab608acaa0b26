"""ListParts and ListMultipartUploads: at most a thousand at a time, and where to go on."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from alicloud_emulator.calls import Call, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.access import bucket_of
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.oss.multipart import place, upload_of
from alicloud_emulator.oss.objects import StoredObject

LARGEST_PAGE = 1000


async def ListParts(oss: Oss, call: Call) -> Result:
    """The parts of an upload, by number."""
    upload, most = upload_of(oss, call), whole(call, "max-parts", LARGEST_PAGE, least=1)
    after = whole(call, "part-number-marker", 0, least=0, largest=None)
    later = [(number, part) for number, part in sorted(upload.parts.items()) if number > after]
    shown = later[:most]
    result: dict[str, Any] = {
        **place(call),
        "UploadId": upload.id,
        "StorageClass": str(upload.details["storage_class"]),
        "PartNumberMarker": after,
        "NextPartNumberMarker": shown[-1][0] if shown else after,
        "MaxParts": most,
        "IsTruncated": len(later) > most,
        "Part": [part_shown(number, part) for number, part in shown],
    }
    return {"ListPartsResult": result}


def part_shown(number: int, part: StoredObject) -> dict[str, Any]:
    """One part."""
    return {
        "PartNumber": number,
        "LastModified": part.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "ETag": part.etag,
        "HashCrc64ecma": part.crc64,
        "Size": len(part.body),
    }


async def ListMultipartUploads(oss: Oss, call: Call) -> Result:
    """The uploads of a bucket, by key and id; groups by a delimiter are not served."""
    bucket, most = bucket_of(oss, call), whole(call, "max-uploads", LARGEST_PAGE, least=1)
    if call.params.get("delimiter"):
        raise ApiError(501, "NotImplemented", "ListMultipartUploads has no delimiter here.")
    prefix, key = call.params.get("prefix", ""), call.params.get("key-marker", "")
    after = call.params.get("upload-id-marker", "")
    later = [one for one in bucket.uploads if one.key.startswith(prefix)]
    later = [one for one in later if one.key > key or (after and one.key == key and one.id > after)]
    shown, encoded = later[:most], call.params.get("encoding-type") == "url"
    name = (lambda text: quote(text, safe="")) if encoded else str
    following = {"NextKeyMarker": name(shown[-1].key), "NextUploadIdMarker": shown[-1].id} if shown else {}
    result: dict[str, Any] = {
        **({"EncodingType": "url"} if encoded else {}),
        "Bucket": bucket.name,
        "KeyMarker": name(key),
        "UploadIdMarker": after,
        **following,
        "Prefix": name(prefix),
        "MaxUploads": most,
        "IsTruncated": len(later) > most,
        "Upload": [
            {
                "Key": name(one.key),
                "UploadId": one.id,
                "StorageClass": str(one.details["storage_class"]),
                "Initiated": one.begun.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            }
            for one in shown
        ],
    }
    return {"ListMultipartUploadsResult": result}


def whole(call: Call, name: str, usual: int, *, least: int, largest: int | None = LARGEST_PAGE) -> int:
    """A whole number within its limits."""
    text = call.params.get(name) or str(usual)
    if not text.isdecimal() or int(text) < least or (largest and int(text) > largest):
        raise ApiError(400, "InvalidArgument", f"{name} is {text!r}.")
    return int(text)
