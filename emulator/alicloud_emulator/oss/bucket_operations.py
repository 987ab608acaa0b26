"""PutBucket, GetBucketInfo, lifecycle, versioning and encryption of a bucket."""

import re

from alicloud_emulator.calls import Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.access import bucket_of
from alicloud_emulator.oss.buckets import Oss

STORAGE_CLASSES = ("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive")


async def PutBucket(oss: Oss, call: Call) -> Result:
    """Make a bucket in the region that was signed for."""
    storage_class = element(call.body, "StorageClass") or "Standard"
    if storage_class not in STORAGE_CLASSES:
        raise ApiError(400, "InvalidArgument", f"StorageClass {storage_class!r} is none of {STORAGE_CLASSES}.")
    bucket = oss.create_bucket(call.params["bucket"], region=call.region, account_id=call.key.account_id)
    bucket.storage_class = storage_class
    return Reply(headers={"Location": f"/{bucket.name}"})


async def GetBucketInfo(oss: Oss, call: Call) -> Result:
    """Where a bucket is, whose, and how it keeps what is in it."""
    bucket = bucket_of(oss, call)
    info = {
        "Name": bucket.name,
        "Location": f"oss-{bucket.region}",
        "CreationDate": bucket.created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "ExtranetEndpoint": f"oss-{bucket.region}.aliyuncs.com",
        "IntranetEndpoint": f"oss-{bucket.region}-internal.aliyuncs.com",
        "StorageClass": bucket.storage_class,
        "DataRedundancyType": "LRS",
        "Owner": {"ID": bucket.account_id, "DisplayName": bucket.account_id},
        "AccessControlList": {"Grant": "private"},
        "ServerSideEncryptionRule": {"SSEAlgorithm": bucket.encryption or "None"},
        **({"Versioning": bucket.versioning} if bucket.versioning else {}),
    }
    return {"BucketInfo": {"Bucket": info}}


async def GetBucketLifecycle(oss: Oss, call: Call) -> Result:
    """The rules by which objects expire or move to another class. They are kept, and nothing happens by them here."""
    rules = bucket_of(oss, call).lifecycle
    if not rules:
        raise ApiError(404, "NoSuchLifecycle", "No Row found in Lifecycle Table.")
    return {"LifecycleConfiguration": {"Rule": rules}}


async def GetBucketVersioning(oss: Oss, call: Call) -> Result:
    """Enabled or Suspended; an empty document where versioning was never set."""
    status = bucket_of(oss, call).versioning
    return {"VersioningConfiguration": {"Status": status} if status else {}}


async def PutBucketVersioning(oss: Oss, call: Call) -> Result:
    """Set versioning; there is no way back to never."""
    bucket, status = bucket_of(oss, call), element(call.body, "Status")
    if status not in {"Enabled", "Suspended"}:
        raise ApiError(400, "MalformedXML", "Status must be Enabled or Suspended.")
    bucket.versioning = status
    return Reply()


async def PutBucketEncryption(oss: Oss, call: Call) -> Result:
    """Encrypt what is written to the bucket from now on."""
    bucket, algorithm = bucket_of(oss, call), element(call.body, "SSEAlgorithm")
    if algorithm not in {"AES256", "KMS", "SM4"}:
        raise ApiError(400, "MalformedXML", "SSEAlgorithm must be AES256, KMS or SM4.")
    bucket.encryption = algorithm
    return Reply()


def element(document: bytes, name: str) -> str:
    """The text of the first element of that name; the documents of these calls have no two."""
    found = re.search(rf"<{name}>\s*([^<\s]*)\s*</{name}>", document.decode(errors="replace"))
    return found[1] if found else ""
