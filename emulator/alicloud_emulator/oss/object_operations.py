"""PutObject, GetObject, HeadObject, DeleteObject."""

from alicloud_emulator.calls import Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.access import bucket_of, object_of
from alicloud_emulator.oss.buckets import Bucket, Oss
from alicloud_emulator.oss.objects import StoredObject, byte_range, md5

LONGEST_KEY = 1023


async def PutObject(oss: Oss, call: Call) -> Result:
    """Write an object; `x-oss-forbid-overwrite` counts where versioning was never set (docs/cloud-facts.md#fact-14)."""
    bucket, headers, key = bucket_of(oss, call), call.request.headers, call.params["key"]
    _check_put(call, bucket, key)
    metadata = {name.lower(): value for name, value in headers.items() if name.lower().startswith("x-oss-meta-")}
    content_type = headers.get("Content-Type", "application/octet-stream")
    item = oss.write(bucket, key, call.body, call.now, content_type=content_type, metadata=metadata)
    version = {"x-oss-version-id": call.request_id} if bucket.versioning == "Enabled" else {}
    return Reply(headers={"ETag": item.etag, "x-oss-hash-crc64ecma": item.crc64, **version})


def _check_put(call: Call, bucket: Bucket, key: str) -> None:
    headers = call.request.headers
    if len(key.encode()) > LONGEST_KEY or key.startswith(("/", "\\")):
        raise ApiError(400, "InvalidObjectName", "The specified object is not valid.")
    if "If-None-Match" in headers:
        raise ApiError(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
    if "Content-MD5" in headers and headers["Content-MD5"] != md5(call.body):
        raise ApiError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
    forbidden = headers.get("x-oss-forbid-overwrite", "").lower() == "true"
    if forbidden and bucket.versioning is None and key in bucket.objects:
        raise ApiError(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.")


async def GetObject(oss: Oss, call: Call) -> Result:
    """The bytes of an object, or a range of them."""
    item, headers = object_of(oss, call), call.request.headers
    try:
        part = byte_range(
            headers.get("Range"), len(item.body), headers.get("x-oss-range-behavior", "").lower() == "standard"
        )
    except ValueError as cause:
        raise ApiError(416, "InvalidRange", "The requested range cannot be satisfied.") from cause
    if part is None:
        return Reply(headers=_headers(item), body=item.body)
    first, last = part
    content_range = {"Content-Range": f"bytes {first}-{last}/{len(item.body)}"}
    return Reply(status=206, headers=_headers(item) | content_range, body=item.body[first : last + 1])


async def HeadObject(oss: Oss, call: Call) -> Result:
    """What is known of an object; the bytes are held back since the method is HEAD."""
    item = object_of(oss, call)
    return Reply(headers=_headers(item), body=item.body)


async def DeleteObject(oss: Oss, call: Call) -> Result:
    """Delete an object; 204 also where there is none."""
    bucket_of(oss, call).delete(call.params["key"])
    return Reply(status=204)


def _headers(item: StoredObject) -> dict[str, str]:
    return {
        "ETag": item.etag,
        "Last-Modified": item.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Content-Type": item.content_type,
        "Accept-Ranges": "bytes",
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": "Standard",
        "x-oss-hash-crc64ecma": item.crc64,
        **item.metadata,
    }
