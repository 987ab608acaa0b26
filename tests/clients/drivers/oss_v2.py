"""alibabacloud-oss-v2, with the bucket in the path or in Host."""

import base64
import hashlib
import socket
from typing import Any

import alibabacloud_oss_v2 as oss
from asking import Asked, body_of, serve

RESOLVE = socket.getaddrinfo


def loopback(name: Any, *more: Any, **named: Any) -> Any:
    """Names under localhost are this machine (RFC 6761); not every resolver knows."""
    return RESOLVE("127.0.0.1" if str(name).endswith(".localhost") else name, *more, **named)


def client(asked: Asked) -> oss.Client:
    """Where and as whom, in one attempt."""
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        asked["key_id"], asked["secret"], asked["token"]
    )
    config.region, config.endpoint = asked["region"], asked["endpoint"]
    config.use_path_style = asked["style"] == "path"
    if asked["style"] == "host":
        config.endpoint = asked["endpoint"].replace("127.0.0.1", "localhost")
    config.retry_max_attempts = 1
    return oss.Client(config)


def named(asked: Asked) -> dict[str, Any]:
    """The object that is meant."""
    return {"bucket": asked["params"]["Bucket"], "key": asked["params"]["Key"]}


def put(asked: Asked) -> dict[str, Any]:
    """Write, and let the client compare the check sum."""
    params, more = asked["params"], {}
    if "Signed" in params:
        digest = hashlib.md5(params["Signed"].encode(), usedforsecurity=False).digest()
        more["content_md5"] = base64.b64encode(digest).decode()
    if params.get("ForbidOverwrite"):
        more["forbid_overwrite"] = True
    answer = client(asked).put_object(oss.PutObjectRequest(**named(asked), body=body_of(asked), **more))
    return {"ETag": answer.etag.strip('"'), "Crc64": str(answer.hash_crc64)}


def get(asked: Asked) -> dict[str, Any]:
    """Read."""
    answer = client(asked).get_object(oss.GetObjectRequest(**named(asked)))
    return {"Body": answer.body.read().decode(), "Size": answer.content_length}


def head(asked: Asked) -> dict[str, Any]:
    """What is known of an object."""
    answer = client(asked).head_object(oss.HeadObjectRequest(**named(asked)))
    return {"ETag": answer.etag.strip('"'), "Size": answer.content_length, "Crc64": str(answer.hash_crc64)}


def listing(asked: Asked) -> dict[str, Any]:
    """The keys with a prefix."""
    request = oss.ListObjectsV2Request(bucket=asked["params"]["Bucket"], prefix=asked["params"]["Prefix"])
    answer = client(asked).list_objects_v2(request)
    return {"Keys": [item.key for item in answer.contents], "Truncated": answer.is_truncated}


def delete(asked: Asked) -> dict[str, Any]:
    """Gone."""
    return {"RequestId": bool(client(asked).delete_object(oss.DeleteObjectRequest(**named(asked))).request_id)}


def info(asked: Asked) -> dict[str, Any]:
    """Where the bucket is."""
    found = client(asked).get_bucket_info(oss.GetBucketInfoRequest(bucket=asked["params"]["Bucket"])).bucket_info
    return {"Name": found.name, "Location": found.location, "StorageClass": found.storage_class}


def versioning(asked: Asked) -> dict[str, Any]:
    """Whether it was ever versioned."""
    request = oss.GetBucketVersioningRequest(bucket=asked["params"]["Bucket"])
    return {"Status": client(asked).get_bucket_versioning(request).version_status}


def incomplete(asked: Asked) -> dict[str, Any]:
    """A document without what it is for."""
    request = oss.PutBucketVersioningRequest(
        bucket=asked["params"]["Bucket"], versioning_configuration=oss.VersioningConfiguration()
    )
    return {"Status": client(asked).put_bucket_versioning(request).status}


def unknown(asked: Asked) -> dict[str, Any]:
    """A method that OSS does not have."""
    wanted = oss.OperationInput(op_name="NoSuchAction", method="PATCH", **named(asked))
    return {"Status": client(asked).invoke_operation(wanted).status}


def restore(asked: Asked) -> dict[str, Any]:
    """Thaw an archived object."""
    return {"Status": client(asked).restore_object(oss.RestoreObjectRequest(**named(asked))).status_code}


def multipart(asked: Asked) -> dict[str, Any]:
    """Begin, send a part, copy one, look, complete; begin another and abort it."""
    there, mine = client(asked), named(asked)
    upload = there.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(**mine)).upload_id
    one = there.upload_part(oss.UploadPartRequest(**mine, upload_id=upload, part_number=1, body=body_of(asked)))
    source = {"source_bucket": mine["bucket"], "source_key": asked["params"]["Source"]}
    two = there.upload_part_copy(oss.UploadPartCopyRequest(**mine, upload_id=upload, part_number=2, **source))
    parts = there.list_parts(oss.ListPartsRequest(**mine, upload_id=upload)).parts
    uploads = there.list_multipart_uploads(oss.ListMultipartUploadsRequest(bucket=mine["bucket"])).uploads
    listed = [oss.UploadPart(part_number=number, etag=etag) for number, etag in ((1, one.etag), (2, two.etag))]
    whole = oss.CompleteMultipartUpload(parts=listed)
    there.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(**mine, upload_id=upload, complete_multipart_upload=whole)
    )
    other = there.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(**mine)).upload_id
    aborted = there.abort_multipart_upload(oss.AbortMultipartUploadRequest(**mine, upload_id=other))
    return {
        "Parts": [part.part_number for part in parts],
        "Uploads": [found.key for found in uploads],
        "Aborted": aborted.status_code == 204,
    }


def code_of(fault: Exception) -> str:
    """The cloud's code in an exception of the client, which wraps it."""
    cause = fault.unwrap() if isinstance(fault, oss.exceptions.OperationError) else fault
    return str(getattr(cause, "code", None) or type(cause).__name__)


CALLS = {
    "PutObject": put,
    "GetObject": get,
    "HeadObject": head,
    "ListObjectsV2": listing,
    "GetBucketInfo": info,
    "GetBucketVersioning": versioning,
    "DeleteObject": delete,
    "Multipart": multipart,
    "RestoreObject": restore,
    "PutBucketVersioning": incomplete,
    "NoSuchAction": unknown,
}

if __name__ == "__main__":
    socket.getaddrinfo = loopback
    serve(CALLS, code_of)
