"""The REST protocol of OSS: bucket and key in Host and path, XML and headers back."""

import base64
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from alicloud_emulator.calls import Asked, Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.address import address
from alicloud_emulator.wires.rpc import elements

# By method, whether a key is named, and the subresource in the query.
ACTIONS = {
    ("PUT", True, ""): "PutObject",
    ("GET", True, ""): "GetObject",
    ("HEAD", True, ""): "HeadObject",
    ("DELETE", True, ""): "DeleteObject",
    ("POST", True, "restore"): "RestoreObject",
    ("POST", True, "uploads"): "InitiateMultipartUpload",
    ("PUT", True, "uploadId"): "UploadPart",
    ("POST", True, "uploadId"): "CompleteMultipartUpload",
    ("DELETE", True, "uploadId"): "AbortMultipartUpload",
    ("GET", True, "uploadId"): "ListParts",
    ("GET", False, "uploads"): "ListMultipartUploads",
    ("GET", False, ""): "ListObjectsV2",
    ("PUT", False, ""): "PutBucket",
    ("GET", False, "lifecycle"): "GetBucketLifecycle",
    ("GET", False, "versioning"): "GetBucketVersioning",
    ("PUT", False, "versioning"): "PutBucketVersioning",
    ("PUT", False, "encryption"): "PutBucketEncryption",
    ("GET", False, "bucketInfo"): "GetBucketInfo",
}
SUBRESOURCES = (
    "lifecycle",
    "versioning",
    "encryption",
    "bucketInfo",
    "acl",
    "restore",
    "uploads",
    "uploadId",
    "tagging",
    "versions",
    "delete",
    "append",
)
# Headers that say what the call does; they are in the log like parameters.
COPIES = {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}  # with the header x-oss-copy-source
TELLING = (
    "x-oss-copy-source",
    "x-oss-copy-source-range",
    "x-oss-forbid-overwrite",
    "range",
    "x-oss-storage-class",
    "if-none-match",
)


class OssWire:
    """Everything that no other protocol wants."""

    name = "oss"

    def recognises(self, _request: web.Request) -> bool:
        """OSS has the whole of the path space."""
        return True

    def read(self, request: web.Request, body: bytes) -> Asked:  # noqa: ARG002 - the protocol reads no body for this
        """Bucket and key decoded once; the region is the one that was signed for."""
        parts = urlsplit(request.raw_path)
        bucket, key = address(request)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        subresource = next((name for name in SUBRESOURCES if name in query), "")
        action = ACTIONS.get((request.method, bool(key), subresource), f"{request.method}?{subresource}")
        if "x-oss-copy-source" in request.headers:
            action = COPIES.get(action, action)
        telling = {name: request.headers[name] for name in TELLING if name in request.headers}
        credential = signed_credential(request)
        return Asked(
            service="oss",
            action=action if bucket else "ListBuckets",
            params={**query, **telling, "bucket": bucket, "key": key},
            access_key_id=credential[0] or None,
            region=credential[2] if len(credential) > 2 else "",
        )

    def answer(self, call: Call, result: Result) -> web.Response:
        """An object's bytes, or a document whose root element is the result's only name."""
        headers = self._headers(call)
        if isinstance(result, Reply):
            return web.Response(status=result.status, headers={**headers, **result.headers}, body=result.body)
        xml = '<?xml version="1.0" encoding="UTF-8"?>' + "".join(elements(*next(iter(result.items()))))
        return web.Response(headers=headers, body=xml.encode(), content_type="application/xml")

    def refuse(self, call: Call, error: ApiError) -> web.Response:
        """OSS's XML error; in a header for HEAD, whose answer has no body."""
        details = {
            "Code": error.code,
            "Message": error.message,
            "RequestId": call.request_id,
            "HostId": call.request.host,
            "EC": "0000-00000001",
        }
        xml = ('<?xml version="1.0" encoding="UTF-8"?>' + "".join(elements("Error", details))).encode()
        headers = self._headers(call)
        if call.request.method == "HEAD":
            headers["x-oss-err"] = base64.b64encode(xml).decode()
            return web.Response(status=error.status, headers=headers)
        return web.Response(status=error.status, headers=headers, body=xml, content_type="application/xml")

    def _headers(self, call: Call) -> dict[str, str]:
        return {
            "x-oss-request-id": call.request_id,
            "Date": http_date(call),
            "Server": "AliyunOSS",
        }


def http_date(call: Call) -> str:
    """The time of the answer by the cloud's clock, as HTTP writes it."""
    return call.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")


def signed_credential(request: web.Request) -> list[str]:
    """The parts of the Credential in the Authorization header, believed or not; of version 1 the key alone."""
    authorization = request.headers.get("Authorization", "")
    if authorization.startswith("OSS "):
        return [authorization.removeprefix("OSS ").partition(":")[0]]
    _, _, rest = authorization.partition("Credential=")
    return rest.split(",")[0].split("/")
