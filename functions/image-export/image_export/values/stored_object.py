"""An exported object as OSS holds it now. Pure."""

from datetime import datetime

import msgspec

PROBE_BYTES = 4096  # both ends of every format's structure; a tar header, compressed, is in the first kilobyte


class StoredObject(msgspec.Struct, frozen=True, kw_only=True):
    """Size and checksums from the answer's head; the first and the last PROBE_BYTES bytes of the object."""

    key: str
    size_bytes: int
    etag: str
    crc64: str | None  # decimal, CRC-64/XZ as x-oss-hash-crc64ecma has it
    modified_at: datetime
    head: bytes
    tail: bytes
