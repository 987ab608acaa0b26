"""Multipart uploads of a bucket: parts that stay, and cost, until the upload is completed or aborted.

Sources: documents InitiateMultipartUpload, UploadPart, CompleteMultipartUpload and their error pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.objects import StoredObject

MOST_PARTS, SMALLEST_PART = 10_000, 100 * 1024
PartList = list[tuple[int, str]]  # numbers and ETags


@dataclass(slots=True, kw_only=True)
class Upload:
    """An upload that was begun: what its object will be, and its parts by number."""

    id: str
    key: str
    begun: datetime
    details: Mapping[str, object]  # of the object: class, content type, metadata
    parts: dict[int, StoredObject] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, str]:
        """Where it stands in a list."""
        return self.key, self.id

    def chosen(self, wanted: PartList) -> list[StoredObject]:
        """The parts that the object is made of. Only now are their sizes looked at, since now the last one is known."""
        numbers = [number for number, _ in wanted]
        if numbers != sorted(set(numbers)):
            raise ApiError(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
        found = [self.parts.get(number) for number in numbers]
        same = [part for part, (_, etag) in zip(found, wanted, strict=True) if part and part.etag.strip('"') == etag]
        if len(same) < len(wanted):
            message = "One or more of the specified parts could not be found or its entity tag did not match."
            raise ApiError(400, "InvalidPart", message)
        if any(len(part.body) < SMALLEST_PART for part in same[:-1]):
            message = "Your proposed upload is smaller than the minimum allowed size."
            raise ApiError(400, "EntityTooSmall", message)
        return same


def etag_of(parts: list[StoredObject]) -> str:
    """The ETag of an object of parts; it is none of its content (documents say no more, this is what is seen)."""
    digests = b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts)
    return f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest().upper()}-{len(parts)}"'


class Uploads:
    """The uploads of a bucket."""

    def __init__(self) -> None:
        self._by_id: dict[str, Upload] = {}

    def __iter__(self) -> Iterator[Upload]:
        return iter(sorted(self._by_id.values(), key=lambda one: one.order))

    def add(self, upload: Upload) -> None:
        """Keep a new one."""
        self._by_id[upload.id] = upload

    def find(self, upload_id: str, key: str) -> Upload:
        """The upload of this id and key."""
        upload = self._by_id.get(upload_id)
        if upload is None or upload.key != key:
            message = "The specified upload does not exist. The upload ID may be invalid, or the upload is over."
            raise ApiError(404, "NoSuchUpload", message)
        return upload

    def drop(self, upload: Upload) -> None:
        """Forget an upload and its parts."""
        del self._by_id[upload.id]
