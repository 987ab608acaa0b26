"""A stream that is read once, from its beginning to its end, as a file that tarfile reads. Pure."""

from collections.abc import Iterator
from typing import Protocol

from ..objects.formats.damage import DamageError, need

PIECE = 1024 * 1024
LONGEST_HEADER = 2 * 1024 * 1024  # of tar, with its list of holes; all of it is held in memory


class Bytes(Protocol):
    """Where the bytes come from."""

    def some(self, most: int) -> bytes:
        """At least one byte and so many at most; none at the end."""
        ...


class Plain:
    """Bytes as they come."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")

    def some(self, most: int) -> bytes:
        """Fits `Bytes`."""
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._left = memoryview(block)
        found, self._left = self._left[:most], self._left[most:]
        return bytes(found)


class Forward:
    """A file without a way back. What `read` gives is a header's; `pieces` are of whatever size."""

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._peeked = b""
        self._at = 0
        self._header_from = 0

    def tell(self) -> int:
        """How many bytes were read."""
        return self._at

    def begin_header(self) -> None:
        """From here on `read` gives the next header."""
        self._header_from = self._at

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end. Raises DamageError where a header goes on for ever."""
        need(0 <= size <= LONGEST_HEADER, f"its tar header is of {size} bytes")
        need(self._at + size - self._header_from <= LONGEST_HEADER, f"its tar header is over {LONGEST_HEADER} bytes")
        return b"".join(self._some(size))

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay to be read; fewer at the end."""
        while len(self._peeked) < size:
            more = self._source.some(size - len(self._peeked))
            if not more:
                break
            self._peeked += more
        return self._peeked[:size]

    def seek(self, offset: int) -> None:
        """Forward alone; past the end is no fault yet."""
        if offset < self._at:
            raise ValueError("a stream has no way back")
        for _ in self._some(offset - self._at):
            pass
        self._header_from = self._at

    def pieces(self, size: int) -> Iterator[bytes]:
        """So many bytes, piece by piece. Raises DamageError at an early end."""
        until = self._at + size
        yield from self._some(size)
        if self._at < until:
            raise DamageError(f"it ends {until - self._at} bytes before its disk does")

    def drain(self) -> None:
        """To the end: only there the checksums are."""
        while self._next(PIECE):
            pass

    def _some(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._next(min(size, PIECE))
            if not piece:
                return
            size -= len(piece)
            yield piece

    def _next(self, most: int) -> bytes:
        if self._peeked:
            piece, self._peeked = self._peeked[:most], self._peeked[most:]
        else:
            piece = self._source.some(most)
        self._at += len(piece)
        return piece
