"""The calls of a multipart upload: begin, part, part copy, complete, abort."""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from alicloud_emulator.calls import Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.access import bucket_of
from alicloud_emulator.oss.buckets import Bucket, Oss
from alicloud_emulator.oss.object_operations import check_digest, check_key, check_overwrite, details_of
from alicloud_emulator.oss.objects import StoredObject, byte_range, stored
from alicloud_emulator.oss.uploads import MOST_PARTS, PartList, Upload, etag_of
from alicloud_emulator.wires.rpc import elements

PART = re.compile(r"<Part>(.*?)</Part>", re.DOTALL)
NUMBER = re.compile(r"<PartNumber>\s*(\d{1,5})\s*</PartNumber>")
ETAG = re.compile(r"<ETag>\s*(.*?)\s*</ETag>", re.DOTALL)


async def InitiateMultipartUpload(oss: Oss, call: Call) -> Result:
    """Begin an upload; what the object will be is said now."""
    bucket, key = bucket_of(oss, call), call.params["key"]
    check_key(key)
    check_overwrite(call, bucket, key)
    upload = Upload(id=secrets.token_hex(16).upper(), key=key, begun=call.now, details=details_of(call, bucket))
    bucket.uploads.add(upload)
    return {"InitiateMultipartUploadResult": {**place(call), "UploadId": upload.id}}


def place(call: Call) -> dict[str, str]:
    """Bucket and key, percent-encoded where `encoding-type=url` asks for it."""
    encoded = call.params.get("encoding-type") == "url"
    key = quote(call.params["key"], safe="") if encoded else call.params["key"]
    return {**({"EncodingType": "url"} if encoded else {}), "Bucket": call.params["bucket"], "Key": key}


async def UploadPart(oss: Oss, call: Call) -> Result:
    """Keep a part, over one of the same number; how large it is nobody looks at yet."""
    upload = upload_of(oss, call)
    check_digest(call)
    part = keep(call, upload, call.body)
    return Reply(headers={"ETag": part.etag, "x-oss-hash-crc64ecma": part.crc64})


async def UploadPartCopy(oss: Oss, call: Call) -> Result:
    """Keep an object of the same region, or a range of it, as a part.

    The ETag is in the body, and in a header too: oss2 and ali-oss read it there.
    """
    upload, headers = upload_of(oss, call), call.request.headers
    source = source_of(oss, call)
    wanted = headers.get("x-oss-copy-source-if-match")
    if wanted and wanted.strip('"') != source.etag.strip('"'):
        raise ApiError(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.")
    part = byte_range(headers.get("x-oss-copy-source-range"), len(source.body), standard=False)
    kept = keep(call, upload, source.body[part[0] : part[1] + 1] if part else source.body)
    modified = kept.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    copy = document("CopyPartResult", {"LastModified": modified, "ETag": kept.etag})
    return Reply(headers={"ETag": kept.etag, **XML}, body=copy)


def source_of(oss: Oss, call: Call) -> StoredObject:
    """The object that is copied."""
    name, key = copy_source(call.request.headers["x-oss-copy-source"])
    bucket = oss.buckets[name]
    if bucket.region != bucket_of(oss, call).region:
        message = "Target object does not reside in the same data center as source object."
        raise ApiError(403, "AccessDenied", message)
    item = bucket.objects.get(key)
    if item is None:
        raise ApiError(404, "NoSuchKey", "The specified key does not exist.")
    if not bucket.readable(key, call.now):
        raise ApiError(403, "InvalidObjectState", "The operation is not valid for the object's state.")
    return item


def copy_source(header: str) -> tuple[str, str]:
    """Bucket and key of `x-oss-copy-source: /bucket/key`."""
    bucket, _, key = unquote(header.partition("?")[0]).removeprefix("/").partition("/")
    return bucket, key


def upload_of(oss: Oss, call: Call) -> Upload:
    """The upload that a call names."""
    return bucket_of(oss, call).uploads.find(call.params["uploadId"], call.params["key"])


def keep(call: Call, upload: Upload, body: bytes) -> StoredObject:
    """Keep the bytes as the part whose number the call says."""
    number = call.params.get("partNumber", "")
    if not number.isdecimal() or not 1 <= int(number) <= MOST_PARTS:
        message = f"Part number must be an integer between 1 and {MOST_PARTS}, inclusive."
        raise ApiError(400, "InvalidArgument", message)
    upload.parts[int(number)] = stored(upload.key, body, call.now, call.now)
    return upload.parts[int(number)]


async def CompleteMultipartUpload(oss: Oss, call: Call) -> Result:
    """Make the object of the parts that are listed, or of all; the upload is over then."""
    bucket, upload = bucket_of(oss, call), upload_of(oss, call)
    parts = upload.chosen(listed(call, upload))
    check_overwrite(call, bucket, upload.key)
    body = b"".join(part.body for part in parts)
    item = oss.write(bucket, upload.key, body, call.now, **upload.details)
    bucket.put(replace(item, etag=etag_of(parts), kind="Multipart"))
    bucket.uploads.drop(upload)
    result = {**place(call), "Location": f"http://{call.request.host}/{upload.key}", "ETag": etag_of(parts)}
    return Reply(
        headers={"x-oss-hash-crc64ecma": item.crc64, **XML}, body=document("CompleteMultipartUploadResult", result)
    )


XML = {"Content-Type": "application/xml"}


def document(root: str, result: dict[str, Any]) -> bytes:
    """The body of an answer that says something in its headers too."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{"".join(elements(root, result))}'.encode()


def listed(call: Call, upload: Upload) -> PartList:
    """The parts of the body's list, or all where a header says so."""
    text = call.body.decode(errors="replace")
    if call.request.headers.get("x-oss-complete-all", "").lower() == "yes":
        if text:
            raise ApiError(400, "InvalidArgument", "With x-oss-complete-all the body must be empty.")
        return [(number, part.etag.strip('"')) for number, part in sorted(upload.parts.items())]
    found = [(NUMBER.search(part), ETAG.search(part)) for part in PART.findall(text)]
    wanted = [(int(number[1]), html.unescape(etag[1]).strip('"').upper()) for number, etag in found if number and etag]
    if not wanted or len(wanted) < len(found):
        raise ApiError(400, "MalformedXML", "The XML you provided was not well-formed.")
    return wanted


async def AbortMultipartUpload(oss: Oss, call: Call) -> Result:
    """Drop an upload and its parts."""
    bucket_of(oss, call).uploads.drop(upload_of(oss, call))
    return Reply(status=204)


def uploads_state(buckets: dict[str, Bucket]) -> list[dict[str, Any]]:
    """Every upload that is neither complete nor aborted."""
    return [
        {
            "bucket": bucket.name,
            "key": upload.key,
            "upload_id": upload.id,
            "parts": sorted(upload.parts),
            "size": sum(len(part.body) for part in upload.parts.values()),
        }
        for bucket in buckets.values()
        for upload in bucket.uploads
    ]
