"""`POST /_emulator/buckets`: a bucket as somebody has made it, or changed it, without asking who may.

`{"name", "region", "account_id", "storage_class", "encryption", "versioning"}`: only the name is needed; of a bucket
that is there, what is not named stays. Its objects stay too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alicloud_emulator.ecs.regions import checked
from alicloud_emulator.oss.buckets import Oss

FIELDS = ("region", "account_id", "storage_class", "encryption", "versioning")


def change(oss: Oss, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make or change a bucket; answers it."""
    changes = dict(body)
    name = changes.pop("name")
    if "region" in changes:
        checked(changes["region"])
    bucket = oss.buckets.get(name) or oss.create_bucket(name, region=changes.get("region", "cn-hangzhou"))
    for key, value in changes.items():
        setattr(bucket, key, value)
    return {"name": name, **{key: getattr(bucket, key) for key in FIELDS}}
