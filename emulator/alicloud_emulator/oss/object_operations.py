"""PutObject, GetObject, HeadObject, DeleteObject."""

from alicloud_emulator.calls import Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.access import bucket_of, object_of
from alicloud_emulator.oss.bucket_operations import STORAGE_CLASSES
from alicloud_emulator.oss.buckets import Bucket, Oss
from alicloud_emulator.oss.objects import StoredObject, byte_range, md5
from alicloud_emulator.oss.restoring import restore_header

LONGEST_KEY = 1023


async def PutObject(oss: Oss, call: Call) -> Result:
    """Write an object; `x-oss-forbid-overwrite` counts where versioning was never set (docs/cloud-facts.md#fact-14)."""
    bucket, key = bucket_of(oss, call), call.params["key"]
    check_key(key)
    if "If-None-Match" in call.request.headers:
        raise ApiError(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
    check_digest(call)
    check_overwrite(call, bucket, key)
    item = oss.write(bucket, key, call.body, call.now, **details_of(call, bucket))
    version = {"x-oss-version-id": call.request_id} if bucket.versioning == "Enabled" else {}
    return Reply(headers={"ETag": item.etag, "x-oss-hash-crc64ecma": item.crc64, **version})


def details_of(call: Call, bucket: Bucket) -> dict[str, object]:
    """What a write says of its object beside the bytes."""
    headers = call.request.headers
    metadata = {name.lower(): value for name, value in headers.items() if name.lower().startswith("x-oss-meta-")}
    content_type = headers.get("Content-Type", "application/octet-stream")
    return {"storage_class": storage_class(call, bucket), "content_type": content_type, "metadata": metadata}


def storage_class(call: Call, bucket: Bucket) -> str:
    """The class that a write asks for, or the bucket's own."""
    wanted = call.request.headers.get("x-oss-storage-class", bucket.storage_class)
    if wanted not in STORAGE_CLASSES:
        raise ApiError(400, "InvalidArgument", f"The storage class {wanted!r} is none of {STORAGE_CLASSES}.")
    return wanted


def check_key(key: str) -> None:
    """A key is no longer than it may be, and begins with no slash."""
    if len(key.encode()) > LONGEST_KEY or key.startswith(("/", "\\")):
        raise ApiError(400, "InvalidObjectName", "The specified object is not valid.")


def check_digest(call: Call) -> None:
    """The body is what Content-MD5 says, where it is sent."""
    headers = call.request.headers
    if "Content-MD5" in headers and headers["Content-MD5"] != md5(call.body):
        raise ApiError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")


def check_overwrite(call: Call, bucket: Bucket, key: str) -> None:
    """A write that forbids to overwrite finds no object there, where versioning was never set."""
    forbidden = call.request.headers.get("x-oss-forbid-overwrite", "").lower() == "true"
    if forbidden and bucket.versioning is None and key in bucket.objects:
        raise ApiError(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.")


async def GetObject(oss: Oss, call: Call) -> Result:
    """The bytes of an object, or a range of them."""
    bucket, item, headers = bucket_of(oss, call), object_of(oss, call), call.request.headers
    if not bucket.readable(item.key, call.now):
        raise ApiError(403, "InvalidObjectState", "The operation is not valid for the object's state.")
    try:
        part = byte_range(
            headers.get("Range"), len(item.body), headers.get("x-oss-range-behavior", "").lower() == "standard"
        )
    except ValueError as cause:
        raise ApiError(416, "InvalidRange", "The requested range cannot be satisfied.") from cause
    if part is None:
        return Reply(headers=_headers(bucket, item, call), body=item.body)
    first, last = part
    content_range = {"Content-Range": f"bytes {first}-{last}/{len(item.body)}"}
    return Reply(status=206, headers=_headers(bucket, item, call) | content_range, body=item.body[first : last + 1])


async def HeadObject(oss: Oss, call: Call) -> Result:
    """What is known of an object; the bytes are held back since the method is HEAD."""
    bucket, item = bucket_of(oss, call), object_of(oss, call)
    return Reply(headers=_headers(bucket, item, call), body=item.body)


async def DeleteObject(oss: Oss, call: Call) -> Result:
    """Delete an object; 204 also where there is none."""
    bucket_of(oss, call).delete(call.params["key"])
    return Reply(status=204)


def _headers(bucket: Bucket, item: StoredObject, call: Call) -> dict[str, str]:
    return {
        "ETag": item.etag,
        "Last-Modified": item.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Content-Type": item.content_type,
        "Accept-Ranges": "bytes",
        "x-oss-object-type": item.kind,
        "x-oss-storage-class": item.storage_class,
        "x-oss-hash-crc64ecma": item.crc64,
        **restore_header(bucket, item.key, call.now),
        **item.metadata,
    }
