"""The one disk that an exported object holds: a raw disk, alone or in a tar archive (POSIX, GNU) in gzip. Pure."""

import tarfile
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from ..objects.formats.damage import DamageError, need
from ..objects.formats.raw_archive import BLOCK, OF_GARBAGE
from .forward import Forward, Plain
from .inflating import MAGIC, Inflating

SECTOR = 512
LARGEST_DISK = 2 * 1024**4  # bytes; ImportImage takes no larger one (docs/cloud-facts.md#fact-20)
MOST_ENTRIES = 16
PACKED_NAMES = (".gz", ".tgz")
MADE_OTHERWISE = {b"QFI\xfb": "qcow2", b"KDMV": "vmdk", b"conectix": "vhd"}
VDI_MARK = slice(0x40, 0x44)  # and what stands there
VDI = b"\x7f\x10\xda\xbe"

Piece = bytes | int
"""Bytes of a disk, or how many zeros."""


class Disk(NamedTuple):
    """A disk: its size, and its bytes from the first to the last. What the source says behind them is read too."""

    size: int
    pieces: Iterator[Piece]


def disk_of(key: str, size: int, blocks: Iterator[bytes]) -> Disk:
    """The disk of an object of that key and size, of which `blocks` are all bytes. Raises DamageError, later too."""
    first = next(blocks, b"")
    blocks = chain((first,), blocks)
    if first.startswith(MAGIC):
        return _checked(_archived(Forward(Inflating(blocks))))
    need(not key.endswith(PACKED_NAMES), f"it does not begin as gzip does (head {first[:8].hex()})")
    made = [name for mark, name in MADE_OTHERWISE.items() if first.startswith(mark)]
    made += ["vdi"] if first[VDI_MARK] == VDI else []
    need(not made, f"it is no raw disk but {''.join(made)}, of which nothing has to be unpacked")
    return _checked(Disk(size, Forward(Plain(blocks)).pieces(size)))


def _checked(disk: Disk) -> Disk:
    need(disk.size > 0, "its disk is of 0 bytes")
    need(disk.size % SECTOR == 0, f"its disk of {disk.size} bytes does not end with a sector")
    need(disk.size <= LARGEST_DISK, f"its disk of {disk.size} bytes is larger than 2 TiB")
    return disk


def _archived(stream: Forward) -> Disk:
    try:
        archive = tarfile.TarFile(fileobj=stream)  # type: ignore[arg-type]  # it reads and seeks forward alone
        entry = archive.next()
    except OF_GARBAGE as cause:
        raise DamageError("it does not hold a tar archive") from cause
    for _ in range(MOST_ENTRIES):
        if entry is None or not entry.isdir():
            break
        entry = _next(archive, stream)
    if entry is None:
        raise DamageError("its archive holds no file")
    need(entry.isreg(), f"its archive holds {entry.name!r}, which is no regular file")
    return Disk(_size(entry), _pieces(archive, entry, stream))


def _size(entry: tarfile.TarInfo) -> int:
    """Of the disk. tarfile may take the stored size of a sparse file for it, where that is over 8 GiB."""
    said = entry.pax_headers
    return int(said.get("GNU.sparse.realsize") or said.get("GNU.sparse.size") or entry.size)


def _pieces(archive: tarfile.TarFile, entry: tarfile.TarInfo, stream: Forward) -> Iterator[Piece]:
    """The disk, with zeros where the archive is sparse; then the rest of the archive, in which no other file may be."""
    size, at = _size(entry), 0
    extents = _extents(entry, size)
    for offset, length in extents:
        if offset > at:
            yield offset - at
        yield from stream.pieces(length)
        at = offset + length
    if size > at:
        yield size - at
    archive.offset = -(-stream.tell() // BLOCK) * BLOCK
    for _ in range(MOST_ENTRIES):
        after = _next(archive, stream)
        if after is None:
            stream.drain()
            return
        need(after.isdir(), f"its archive holds {after.name!r} too, behind the disk")
    raise DamageError(f"its archive holds more than {MOST_ENTRIES} entries behind the disk")


def _extents(entry: tarfile.TarInfo, size: int) -> list[tuple[int, int]]:
    """Where data is, in order. Raises DamageError where that cannot be."""
    if not entry.issparse():
        return [(0, size)]
    found: Iterable[tuple[int, int]] = getattr(entry, "sparse", ())
    extents = [(offset, length) for offset, length in found if length]
    at = 0
    for offset, length in extents:
        need(at <= offset and 0 <= length <= size - offset, "its list of holes contradicts itself")
        at = offset + length
    return extents


def _next(archive: tarfile.TarFile, stream: Forward) -> tarfile.TarInfo | None:
    """The next entry, or None at the end of the archive, which is a block of zeros or the end of the file."""
    stream.seek(archive.offset)
    need(stream.tell() == archive.offset, "it ends within its archive")
    block = stream.peek(BLOCK)
    if not block.strip(b"\0"):
        return None
    stream.begin_header()
    try:
        entry = archive.next()
    except OF_GARBAGE as cause:
        raise DamageError("its archive goes on with what is no tar header") from cause
    need(entry is not None, "its archive goes on with what is no tar header")
    return entry
