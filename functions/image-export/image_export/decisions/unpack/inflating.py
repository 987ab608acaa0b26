"""What is packed by gzip (RFC 1952), in one member or several, read forward. Pure: bytes in, bytes out.

zlib-ng, for half of the time goes into this: 1.5 times as fast as zlib with data, 30 times with zeros.
"""

from collections.abc import Iterator

from zlib_ng import zlib_ng as zlib

from ..objects.formats.damage import DamageError, need

GZIP = 16 + zlib.MAX_WBITS
MAGIC = b"\x1f\x8b\x08"
FED = 64 * 1024  # at a time: what one call leaves over is copied


class Inflating:
    """The content of a gzip file; each member's CRC-32 and length are checked at its end."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._fed = _in_pieces(blocks)
        self._packed = b""
        self._member = zlib.decompressobj(GZIP)

    def some(self, most: int) -> bytes:
        """At least one byte and so many at most; none at the end."""
        while not self._member.eof or self._begin_next():
            found = self._inflate(most)
            if found:
                return found
        return b""

    def _inflate(self, most: int) -> bytes:
        if not self._packed:
            self._packed = next(self._fed, b"")
            need(self._packed != b"", "it ends within its compressed data")
        try:
            found: bytes = self._member.decompress(self._packed, most)
        except zlib.error as cause:  # type: ignore[misc]  # its stub takes the class for one of its own
            raise DamageError(f"it cannot be unpacked ({cause})") from cause
        self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return found

    def _begin_next(self) -> bool:
        """Whether another member follows. Zeros behind the last one are padding, as of tapes."""
        self._packed = self._packed.lstrip(b"\0")
        while len(self._packed) < len(MAGIC):
            more = next(self._fed, b"")
            if not more:
                need(not self._packed, "bytes that are no gzip follow its compressed data")
                return False
            self._packed = (self._packed + more).lstrip(b"\0")
        need(self._packed.startswith(MAGIC), "bytes that are no gzip follow its compressed data")
        self._member = zlib.decompressobj(GZIP)
        return True


def _in_pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for at in range(0, len(block), FED):
            yield block[at : at + FED]
        del block  # before the next one comes
