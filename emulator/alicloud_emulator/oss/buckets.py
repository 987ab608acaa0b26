"""Buckets and the objects in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sortedcontainers import SortedDict

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.objects import StoredObject, stored
from alicloud_emulator.oss.uploads import Uploads
from alicloud_emulator.unsure import Unsure

NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
ARCHIVED = frozenset({"Archive", "ColdArchive", "DeepColdArchive"})  # classes that are not read as they are
LISTING_LAG = timedelta(seconds=2)


class Thawed(NamedTuple):
    """An archived object that can be read from `ready` until `ends`."""

    ready: datetime
    ends: datetime


class Bucket:
    """Objects by key, in the order that LIST has them."""

    def __init__(self, name: str, *, region: str, account_id: str, created: datetime) -> None:
        self.name = name
        self.region = region
        self.account_id = account_id
        self.created = created
        self.storage_class = "Standard"
        self.encryption: str | None = None  # AES256, KMS
        self.lifecycle: list[dict[str, Any]] = []  # rules as the API and ROS have them
        self.versioning: str | None = None  # Enabled, Suspended; never set: None
        self.uploads = Uploads()
        self.thawed: dict[str, Thawed] = {}
        self._sorted = SortedDict()
        self.objects: dict[str, StoredObject] = self._sorted

    def put(self, item: StoredObject) -> None:
        """Store an object over whatever has its key."""
        self.objects[item.key] = item
        self.thawed.pop(item.key, None)

    def delete(self, key: str) -> None:
        """Drop a key if it is there."""
        self.objects.pop(key, None)
        self.thawed.pop(key, None)

    def thawed_at(self, key: str, now: datetime) -> Thawed | None:
        """How an archived object is thawed; None where it was not, or no longer is."""
        state = self.thawed.get(key)
        return state if state and now < state.ends else None

    def readable(self, key: str, now: datetime) -> bool:
        """Whether the bytes of an object that is there can be read."""
        state = self.thawed_at(key, now)
        return self.objects[key].storage_class not in ARCHIVED or (state is not None and state.ready <= now)

    def keys_from(self, first: str) -> Iterator[str]:
        """The keys that are not before `first`, in order."""
        yield from self._sorted.irange(minimum=first)


class Oss:
    """The buckets of everyone: their names are unique in the cloud, not in the account."""

    def __init__(self, clock: CloudClock, unsure: Unsure, account_id: str) -> None:
        self._clock = clock
        self._unsure = unsure
        self._account_id = account_id
        self.buckets: dict[str, Bucket] = {}

    def create_bucket(self, name: str, *, region: str, account_id: str | None = None) -> Bucket:
        """Make a bucket; of one that the account has already nothing is changed."""
        owner = account_id or self._account_id
        if not NAME.fullmatch(name):
            raise ApiError(400, "InvalidBucketName", "The specified bucket is not valid.")
        bucket = self.buckets.get(name)
        if bucket is None:
            bucket = Bucket(name, region=region, account_id=owner, created=self._clock.now())
            self.buckets[name] = bucket
        elif (bucket.account_id, bucket.region) != (owner, region):
            raise ApiError(409, "BucketAlreadyExists", "The requested bucket name is not available.")
        return bucket

    def write(self, bucket: Bucket, key: str, body: bytes, now: datetime, **details: object) -> StoredObject:
        """Store bytes under a key at `now`; a new key is listed at once, or later where LIST is read as lagging."""
        known = bucket.objects.get(key)
        lagging = self._unsure.list_after_write == "lagging"
        listed_from = known.listed_from if known else now + LISTING_LAG * lagging
        item = stored(key, body, now, listed_from, **{"storage_class": bucket.storage_class, **details})
        bucket.put(item)
        return item

    def state(self) -> list[dict[str, Any]]:
        """Every object of every bucket."""
        return [
            {"bucket": bucket.name, "key": key, "size": len(bucket.objects[key].body)}
            for bucket in self.buckets.values()
            for key in bucket.keys_from("")
        ]
