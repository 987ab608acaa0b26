"""`POST /_emulator/buckets`: a bucket as somebody has made it, or changed it, without asking who may.

`{"name", "region", "account_id", "storage_class", "encryption", "versioning"}`: only the name is needed; of a bucket
that is there, what is not named stays. Its objects stay too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from emulator.errors import ApiError
from emulator.oss.bucket_operations import STORAGE_CLASSES

if TYPE_CHECKING:
    from emulator.cloud import Cloud

VALUES: Mapping[str, tuple[str | None, ...] | None] = {
    "region": None,
    "account_id": None,
    "storage_class": STORAGE_CLASSES,
    "encryption": (None, "AES256", "KMS", "SM4"),
    "versioning": (None, "Enabled", "Suspended"),
}


def change(cloud: Cloud, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make or change a bucket; answers it."""
    changes = dict(body)
    name = changes.pop("name", None)
    if not isinstance(name, str):
        raise ApiError(400, "MissingParameter", "name is needed")
    for key, value in changes.items():
        if key not in VALUES:
            raise ApiError(400, "UnknownName", f"{key!r} is none of: name, {', '.join(VALUES)}")
        known = VALUES[key]
        if known and value not in known:
            raise ApiError(400, "UnknownValue", f"{key} {value!r} is none of {known}")
    bucket = cloud.oss.buckets.get(name) or cloud.oss.create_bucket(name, region=changes.get("region", "cn-hangzhou"))
    for key, value in changes.items():
        setattr(bucket, key, value)
    return {"name": name, **{key: getattr(bucket, key) for key in VALUES}}
