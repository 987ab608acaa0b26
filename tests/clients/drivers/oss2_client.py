"""oss2, with signature version 1, its default, or 4."""

from typing import Any

import oss2
from asking import Asked, body_of, serve
from oss2.credentials import StaticCredentialsProvider


def bucket(asked: Asked) -> oss2.Bucket:
    """Where and as whom."""
    provider = StaticCredentialsProvider(asked["key_id"], asked["secret"], asked["token"])
    auth = {"V1": oss2.ProviderAuth, "V4": oss2.ProviderAuthV4}[asked["signature"]](provider)
    return oss2.Bucket(auth, asked["endpoint"], asked["params"]["Bucket"], region=asked["region"])


def put(asked: Asked) -> dict[str, Any]:
    """Write, and let the client compare the check sum."""
    headers = {"Content-MD5": oss2.utils.content_md5(asked["params"]["Signed"])} if "Signed" in asked["params"] else {}
    if asked["params"].get("ForbidOverwrite"):
        headers["x-oss-forbid-overwrite"] = "true"
    answer = bucket(asked).put_object(asked["params"]["Key"], body_of(asked), headers=headers)
    return {"ETag": answer.etag, "Crc64": str(answer.crc)}


def get(asked: Asked) -> dict[str, Any]:
    """Read, and let the client compare the check sum."""
    answer = bucket(asked).get_object(asked["params"]["Key"])
    return {"Body": answer.read().decode(), "Size": answer.content_length}


def head(asked: Asked) -> dict[str, Any]:
    """What is known of an object."""
    answer = bucket(asked).head_object(asked["params"]["Key"])
    return {"ETag": answer.etag, "Size": answer.content_length, "Crc64": str(answer.server_crc)}


def listing(asked: Asked) -> dict[str, Any]:
    """The keys with a prefix."""
    answer = bucket(asked).list_objects_v2(prefix=asked["params"]["Prefix"])
    return {"Keys": [item.key for item in answer.object_list], "Truncated": answer.is_truncated}


def delete(asked: Asked) -> dict[str, Any]:
    """Gone."""
    return {"RequestId": bool(bucket(asked).delete_object(asked["params"]["Key"]).request_id)}


def info(asked: Asked) -> dict[str, Any]:
    """Where the bucket is."""
    answer = bucket(asked).get_bucket_info()
    return {"Name": answer.name, "Location": answer.location, "StorageClass": answer.storage_class}


def versioning(asked: Asked) -> dict[str, Any]:
    """Whether it was ever versioned."""
    return {"Status": bucket(asked).get_bucket_versioning().status}


def incomplete(asked: Asked) -> dict[str, Any]:
    """A document without what it is for."""
    return {"Status": bucket(asked).put_bucket_versioning(oss2.models.BucketVersioningConfig()).status}


def unknown(asked: Asked) -> dict[str, Any]:
    """A method that OSS does not have."""
    there = bucket(asked)
    return {"Status": there._do("PATCH", there.bucket_name, "key").status}  # noqa: SLF001 - it has no method for it


def restore(asked: Asked) -> dict[str, Any]:
    """Thaw an archived object."""
    return {"Status": bucket(asked).restore_object(asked["params"]["Key"]).status}


def multipart(asked: Asked) -> dict[str, Any]:
    """Begin, send a part, copy one, look, complete; begin another and abort it."""
    there, key, source = bucket(asked), asked["params"]["Key"], asked["params"]["Source"]
    upload = there.init_multipart_upload(key).upload_id
    one = there.upload_part(key, upload, 1, body_of(asked))
    two = there.upload_part_copy(there.bucket_name, source, (None, None), key, upload, 2)
    parts, uploads = there.list_parts(key, upload).parts, there.list_multipart_uploads().upload_list
    there.complete_multipart_upload(key, upload, [oss2.models.PartInfo(1, one.etag), oss2.models.PartInfo(2, two.etag)])
    aborted = there.abort_multipart_upload(key, there.init_multipart_upload(key).upload_id)
    return {
        "Parts": [part.part_number for part in parts],
        "Uploads": [found.key for found in uploads],
        "Aborted": aborted.status == 204,
    }


def code_of(fault: Exception) -> str:
    """The cloud's code in an exception of the client."""
    return str(getattr(fault, "code", None) or type(fault).__name__)


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
    serve(CALLS, code_of)
