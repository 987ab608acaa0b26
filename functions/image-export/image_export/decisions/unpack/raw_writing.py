"""A raw image: the disk, byte for byte. Pure."""

from collections.abc import Iterator

from .blocks import ZEROS, aligned
from .source import Piece

FIRST = 192 * 1024


class RawWriting:
    """An image that is being written. Its first bytes come last, as a qcow2's do: until then there is no object."""

    FIRST = FIRST

    def __init__(self, size: int) -> None:
        self._first = b""
        self.data_bytes = size

    @staticmethod
    def most_bytes(size: int) -> int:
        """Of the file."""
        return size

    def rest(self, pieces: Iterator[Piece]) -> Iterator[bytes]:
        """The file behind its first bytes."""
        for block in map(_written_out, aligned(pieces)):
            for some in block:
                if not self._first:
                    self._first, some = some[:FIRST], some[FIRST:]
                yield some

    def first(self) -> bytes:
        """Its first bytes."""
        return self._first


def _written_out(piece: Piece) -> Iterator[bytes]:
    if isinstance(piece, bytes):
        yield piece
        return
    while piece:
        some = min(piece, len(ZEROS))
        yield ZEROS[:some]
        piece -= some
