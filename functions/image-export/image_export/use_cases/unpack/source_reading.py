"""Reads an exported object once, every byte of it, and proves that these are the bytes that its manifest tells of."""

from collections.abc import Iterator

from ...decisions.unpack.checksums import Crc64
from ...errors import Damaged, Refused
from ...values.cause import Cause
from ...values.unpack import UnpackOrder
from .pace import Pace
from .ports import Range, Reader

RANGE = 4 * 1024 * 1024  # bytes in memory; a request takes some ten milliseconds
AGAIN = "Restore another export of the image, or ask for the export again."
OTHERWISE = {
    "PreconditionFailed": ("ObjectChanged", "was written over: its ETag is another than its manifest says"),
    "NoSuchKey": ("ObjectMissing", "is gone"),
    "InvalidRange": ("ObjectChanged", "is shorter than its manifest says"),
}


class SourceReading:
    """The source of an order, read at this pace."""

    def __init__(self, order: UnpackOrder, reader: Reader, pace: Pace) -> None:
        self._order = order
        self._reader = reader
        self._pace = pace
        self._crc = Crc64()
        self._by_oss: str | None = None

    def blocks(self) -> Iterator[bytes]:
        """All bytes, range by range. Raises Damaged where the object is another one now."""
        while self._pace.read_bytes < self._order.source.size:
            self._pace.step()
            found = self._range()
            self._crc.add(found.body)
            self._pace.read_bytes += len(found.body)
            self._by_oss = found.crc64
            yield found.body
            del found  # before the next range comes

    def _range(self) -> Range:
        source = self._order.source
        try:
            found = self._reader.read(self._order.bucket, source, self._pace.read_bytes, RANGE)
        except Refused as fault:
            if fault.code not in OTHERWISE:
                raise
            raise self.damaged(*OTHERWISE[fault.code]) from fault
        if found.object_size != source.size:
            said = f"is of {found.object_size} bytes, and its manifest says {source.size}"
            raise self.damaged("ObjectChanged", said)
        return found

    def proven(self) -> str:
        """The CRC-64 of all bytes, decimal. Raises Damaged where it is not the manifest's, and OSS's own."""
        for _ in self.blocks():  # what stands behind the disk
            pass
        found = str(self._crc)
        for who, said in (("its manifest", self._order.source.crc64), ("OSS", self._by_oss)):
            if said not in (None, found):
                raise self.damaged("ObjectDamaged", f"was read with the CRC-64 {found}, and {who} says {said}")
        return found

    def damaged(self, code: str, what: str) -> Damaged:
        """The fault that names the object."""
        message = f"The object oss://{self._order.bucket}/{self._order.source.key} {what}."
        return Damaged(Cause(code=code, message=message, recommend=AGAIN))
