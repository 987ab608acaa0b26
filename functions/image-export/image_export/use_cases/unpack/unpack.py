"""Unpacks an exported disk into another object of its bucket, by streaming, so that it can be imported.

An archive cannot be entered in the middle, so each worker inflates it from its beginning. What it makes of it is the
same every time, so a part that is there already is compared and kept.
"""

import io

from ...decisions.objects.formats.damage import DamageError, need
from ...decisions.unpack.identity import is_of, marker, metadata
from ...decisions.unpack.qcow2_writing import Qcow2Writing
from ...decisions.unpack.raw_writing import RawWriting
from ...decisions.unpack.sizing import SMALLEST_PART, part_bytes
from ...decisions.unpack.source import disk_of
from ...errors import Damaged, Refused, Taken, Unanswered
from ...values.cause import Cause
from ...values.export import ExportedObject
from ...values.unpack import TargetFormat, Unpacked, UnpackOrder
from ..ports import RemainingSeconds
from .pace import Pace
from .ports import Reader, Target, Told, Uploads
from .sending import Sending, holds
from .source_reading import SourceReading

WRITING: dict[TargetFormat, type[Qcow2Writing] | type[RawWriting]] = {"qcow2": Qcow2Writing, "raw": RawWriting}
OVER = frozenset({"NoSuchUpload", "FileAlreadyExists", "InvalidPart"})  # another worker was there in the meantime


def unpack(
    order: UnpackOrder, reader: Reader, uploads: Uploads, *, progress: Told, remaining_s: RemainingSeconds
) -> Unpacked:
    """The object that the order asks for, whole; the same at once where it is there already.

    Called again after a death it keeps the parts that are there. Raises Damaged where the source is not what its
    manifest says, Taken where another object has the target's key, OutOfTime between two parts (call it again), and
    whatever CloudFault did not pass. The target's key must be of this order alone: other uploads of it are dropped.
    """
    work = _Work(order, reader, uploads, progress, remaining_s)
    there = work.there()
    if there:
        return there
    try:
        return work.made()
    except Refused as fault:
        if fault.code not in OVER:
            raise
        there = work.there()
        if there:
            return there
        message = f"The upload of {order.target_key} was ended by another worker."
        raise Unanswered(Cause(code="UploadOver", message=message, recommend="Unpack it again.")) from fault


class _Work:
    """One worker at one order."""

    def __init__(
        self, order: UnpackOrder, reader: Reader, uploads: Uploads, progress: Told, remaining_s: RemainingSeconds
    ) -> None:
        self._order = order
        self._reader = reader
        self._uploads = uploads
        self._pace = Pace(order.source.size, progress, remaining_s)

    def there(self) -> Unpacked | None:
        """What an earlier worker has made. Raises Taken where somebody else's object has the key."""
        order = self._order
        target = self._uploads.target(order.bucket, order.target_key)
        if target is None:
            return None
        if not is_of(order, target.metadata):
            message = f"oss://{order.bucket}/{order.target_key} is there already, and is not of this restore."
            raise Taken(Cause(code="TargetTaken", message=message, recommend="Remove or rename it."))
        self._drop_uploads()
        size, data_bytes = self._described(target)
        return self._unpacked(target.size, size, order.source.crc64, data_bytes)

    def _described(self, target: Target) -> tuple[int, int]:
        order = self._order
        if order.target_format == "raw":
            return target.size, target.size
        item = ExportedObject(key=order.target_key, size=target.size, etag=target.etag, crc64=None)
        return Qcow2Writing.described(self._reader.read(order.bucket, item, 0, Qcow2Writing.FIRST).body, target.size)

    def made(self) -> Unpacked:
        """The object, made now."""
        sending = self._sending()
        try:
            return self._sent(sending)
        except Damaged:
            self._drop_uploads()
            raise

    def _sent(self, sending: Sending) -> Unpacked:
        source = SourceReading(self._order, self._reader, self._pace)
        try:
            disk = disk_of(self._order.source.key, self._order.source.size, source.blocks())
            need(self._order.virtual_size in (None, disk.size), self._other_size(disk.size))
            writing = WRITING[self._order.target_format](disk.size)
            parts = part_bytes(writing.most_bytes(disk.size), writing.FIRST)
            size = sending.send(writing.rest(disk.pieces), parts)
        except DamageError as damage:
            raise source.damaged("ObjectDamaged", f"is not whole: {damage}") from damage
        crc64 = source.proven()
        sending.finish(writing.first())
        self._drop_uploads()
        return self._unpacked(size + len(writing.first()), disk.size, crc64, writing.data_bytes)

    def _other_size(self, size: int) -> str:
        return f"its disk is of {size} bytes, and its manifest says {self._order.virtual_size}"

    def _unpacked(self, size: int, virtual_size: int, crc64: str | None, data_bytes: int) -> Unpacked:
        return Unpacked(
            key=self._order.target_key,
            target_format=self._order.target_format,
            size=size,
            virtual_size=virtual_size,
            source_crc64=crc64,
            data_bytes=data_bytes,
        )

    # The upload

    def _sending(self) -> Sending:
        """An upload of this order that a dead worker, or a living one, has begun; else a new one."""
        mark, finished = io.BytesIO(marker(self._order)), None
        for upload in self._uploads.begun(self._order.bucket, self._order.target_key):
            parts = self._uploads.parts(upload)
            first = next((part for part in parts if part.number == 1), None)
            if first and holds(first, mark):
                return Sending(self._uploads, upload, parts[1:], self._pace, complete=False)
            if first and first.size >= SMALLEST_PART and finished is None:
                finished = Sending(self._uploads, upload, parts, self._pace, complete=True)
        return finished or self._begun()

    def _begun(self) -> Sending:
        order = self._order
        upload = self._uploads.begin(order.bucket, order.target_key, metadata(order))
        self._uploads.put_part(upload, 1, io.BytesIO(marker(order)))
        return Sending(self._uploads, upload, (), self._pace, complete=False)

    def _drop_uploads(self) -> None:
        for upload in self._uploads.begun(self._order.bucket, self._order.target_key):
            self._uploads.abort(upload)
