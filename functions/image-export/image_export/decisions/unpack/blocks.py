"""A disk in blocks of one size, with what is zero told apart. Pure."""

from collections.abc import Iterator

from .source import Piece

BLOCK = 1024 * 1024
ZEROS = bytes(BLOCK)


def aligned(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same bytes: whole blocks, the last one perhaps shorter, and runs of zeros that are whole blocks too."""
    held = bytearray()
    for piece in pieces:
        if isinstance(piece, bytes):
            yield from _filled(held, piece)
            continue
        first = min(piece, -len(held) % BLOCK)
        yield from _filled(held, ZEROS[:first])
        whole = (piece - first) // BLOCK * BLOCK
        if whole:
            yield whole
        yield from _filled(held, ZEROS[: piece - first - whole])
    if held:
        yield _told_apart(bytes(held))


def _filled(held: bytearray, piece: bytes) -> Iterator[Piece]:
    """The blocks that are full with this piece; the rest of it is held."""
    at = 0
    while len(held) + len(piece) - at >= BLOCK:
        if held or at or len(piece) > BLOCK:
            until = at + BLOCK - len(held)
            block = bytes(held) + piece[at:until]
            held.clear()
            at = until
        else:
            block, at = piece, len(piece)
        yield _told_apart(block)
    held += piece[at:]


def _told_apart(block: bytes) -> Piece:
    return len(block) if block == ZEROS[: len(block)] else block
