"""A stored object and the check sums that OSS answers for it. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import crcmod

# CRC-64/XZ, which OSS calls crc64ecma.
crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """Bytes under a key, and since when."""

    key: str
    body: bytes
    modified: datetime
    listed_from: datetime  # when LIST may show it
    etag: str
    crc64: str
    storage_class: str = "Standard"
    kind: str = "Normal"  # Multipart, where it was made of parts
    content_type: str = "application/octet-stream"
    metadata: Mapping[str, str] = field(default_factory=dict)  # x-oss-meta-*


def stored(key: str, body: bytes, now: datetime, listed_from: datetime, **details: object) -> StoredObject:
    """The object that a write makes; ETag is the MD5 in capitals, quoted, and the CRC is decimal."""
    return StoredObject(
        key=key,
        body=body,
        modified=now.replace(microsecond=0),
        listed_from=listed_from,
        etag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest().upper()}"',
        crc64=str(crc64(body)),
        **details,  # type: ignore[arg-type]  # class, content type and metadata, as read from the request
    )


def md5(body: bytes) -> str:
    """What the header Content-MD5 says of a body."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def byte_range(header: str | None, size: int, standard: bool) -> tuple[int, int] | None:
    """First and last byte of a Range header; None where the whole object is the answer.

    A range that reaches past the end is cut, or starts past it and is an error, only with `x-oss-range-behavior:
    standard`; OSS otherwise answers the whole object (document "GetObject", range behavior). ValueError: 416.
    """
    if not header or not header.startswith("bytes=") or "," in header:
        return None
    first, _, last = header.removeprefix("bytes=").partition("-")
    if not (first or last) or not (first + last).isdigit():
        return None
    start, end = (int(first), int(last) if last else size - 1) if first else (size - int(last), size - 1)
    if 0 <= start <= end < size:
        return start, end
    if not standard:
        return None
    start, end = max(start, 0), min(end, size - 1)
    if start > end:
        raise ValueError(header)
    return start, end
