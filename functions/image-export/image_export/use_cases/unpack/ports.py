"""What unpacking needs of OSS, as protocols; the edge and the tests' fake fit them by shape."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from ...values.export import ExportedObject
from ...values.unpack import UnpackProgress


class Target(NamedTuple):
    """The object at the target's key: its size, ETag and user metadata."""

    size: int
    etag: str
    metadata: Mapping[str, str]


class Upload(NamedTuple):
    """A multipart upload that is neither complete nor aborted."""

    bucket: str
    key: str
    id: str


class Part(NamedTuple):
    """A part of an upload as OSS has it; CRC-64 decimal."""

    number: int
    size: int
    etag: str
    crc64: str | None


class Range(NamedTuple):
    """Bytes of an object, and what OSS says of all of it: its size, and its CRC-64, decimal."""

    body: bytes
    object_size: int
    crc64: str | None


class Reader(Protocol):
    """Reads ranges of an object. Passing faults are retried inside, from where they broke."""

    def read(self, bucket: str, source: ExportedObject, first: int, size: int) -> Range:
        """So many bytes from `first` on, or those that there are. Raises CloudFault.

        Refused with PreconditionFailed where the ETag is another, with NoSuchKey where there is no object.
        """
        ...


class Uploads(Protocol):
    """Multipart uploads. What may happen twice is retried inside, where a fault passes. All raise CloudFault."""

    def target(self, bucket: str, key: str) -> Target | None:
        """The object at the key, or None."""
        ...

    def begun(self, bucket: str, key: str) -> list[Upload]:
        """The uploads of exactly this key, the oldest first."""
        ...

    def begin(self, bucket: str, key: str, metadata: Mapping[str, str]) -> Upload:
        """Begin one, of an object that must not be there yet and will have this metadata."""
        ...

    def parts(self, upload: Upload) -> list[Part]:
        """What it has, by number."""
        ...

    def put_part(self, upload: Upload, number: int, body: "Body") -> Part:
        """Upload a part, over one of the same number."""
        ...

    def complete(self, upload: Upload, parts: Iterable[Part]) -> None:
        """Make the object of these. Refused: FileAlreadyExists where one is there, NoSuchUpload where it is over."""
        ...

    def abort(self, upload: Upload) -> None:
        """Drop it and its parts; no fault where there is none."""
        ...


class Body(Protocol):
    """The bytes of a part: a file that is read from its beginning."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


Told = Callable[[UnpackProgress], None]
"""Hears how far it is, at least after each range that was read and each part. What it raises ends the work there."""
