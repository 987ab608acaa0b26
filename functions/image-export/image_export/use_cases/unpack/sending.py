"""Sends what is unpacked as the parts of an upload, but for those that are there. Knows nothing of disks."""

import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ...decisions.unpack.checksums import crc64, md5
from ...errors import Unanswered
from ...values.cause import Cause
from .pace import Pace
from .ports import Body, Part, Upload, Uploads

BLOCK = 256 * 1024


class Sending:
    """The parts of one upload, sent at this pace.

    `complete`: all parts are there, the first one too; then none may differ, or the upload is not of this object.
    """

    def __init__(self, uploads: Uploads, upload: Upload, there: Iterable[Part], pace: Pace, *, complete: bool) -> None:
        self._upload = upload
        self._uploads = uploads
        self._there = {part.number: part for part in there}
        self._complete = complete
        self._pace = pace
        self._parts: list[Part] = []

    def send(self, chunks: Iterable[bytes], part_bytes: int) -> int:
        """Everything behind the first part; how many bytes that is.

        A part waits on disk, not in memory: it may be of 210 MiB.
        """
        with tempfile.TemporaryFile() as part:
            for chunk in chunks:
                rest = memoryview(chunk)
                while rest:
                    room = part_bytes - part.tell()
                    part.write(rest[:room])
                    rest = rest[room:]
                    if part.tell() == part_bytes:
                        self._deliver(part)
            if part.tell():
                self._deliver(part)
        return sum(part.size for part in self._parts)

    def finish(self, first: bytes) -> None:
        """The first part, and the object."""
        with tempfile.TemporaryFile() as part:
            part.write(first)
            self._deliver(part, number=1)
        self._uploads.complete(self._upload, sorted(self._parts))

    def _deliver(self, body: BinaryIO, number: int | None = None) -> None:
        number = number or 2 + len(self._parts)
        self._pace.step()
        there = self._there.get(number)
        if there and holds(there, body):
            self._parts.append(there)
            self._pace.kept += 1
        else:
            self._replace(number, body)
        body.seek(0)
        body.truncate()

    def _replace(self, number: int, body: BinaryIO) -> None:
        if self._complete:
            self._uploads.abort(self._upload)
            message = f"An upload of {self._upload.key} holds something else, and was dropped."
            raise Unanswered(Cause(code="UploadDiffers", message=message, recommend="Unpack it again."))
        body.seek(0)
        self._parts.append(self._uploads.put_part(self._upload, number, body))
        self._pace.uploaded += 1


def holds(part: Part, body: Body) -> bool:
    """Whether the part is of these bytes. An ETag is no MD5 where the bucket encrypts by KMS; a CRC-64 is of them."""
    if part.size != body.seek(0, io.SEEK_END):
        return False
    return part.etag.strip('"').upper() == md5(_blocks(body)) or part.crc64 == crc64(_blocks(body))


def _blocks(body: Body) -> Iterator[bytes]:
    body.seek(0)
    return iter(lambda: body.read(BLOCK), b"")
