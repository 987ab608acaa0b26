"""A raw disk in a tar archive (POSIX.1-2001, GNU) compressed by gzip (RFC 1952), in one member or several. Pure.

Seen: the head is gzip and its content begins with the tar header of a disk; the tail is the end of a gzip member. A
cut-off tail passes only where its last four bytes happen to be a length that one of several members could have (1 in
512), or where it ends with one of several members. Not seen: damage between.
"""

import io
import struct
import tarfile
import zlib

from ....values.stored_object import StoredObject
from .damage import DamageError, need

GZIP = 16 + zlib.MAX_WBITS
MEMBER = b"\x1f\x8b\x08"
TRAILER = 8  # CRC-32 and length of what the member holds, modulo 2^32
BLOCK = 512
MOST_PADDING = 2048 * BLOCK  # tar fills up records; GNU tar's own is of 20 blocks
DENSEST = 1032  # deflate makes at most that many bytes of one (RFC 1951: 258 bytes of 2 bits)
HEADER_ENTRIES = 4  # directories that may stand before the disk
UNPACKED_MAX = 64 * 1024
OF_GARBAGE = (tarfile.TarError, ValueError, LookupError, EOFError, OverflowError, RecursionError, struct.error)


def disk_bytes(item: StoredObject) -> int:
    """The size of the disk by its tar header, its real one where the archive is sparse."""
    disk = _disk(_unpacked(item.head))
    need(disk.size > 0, "its tar header tells of a disk of 0 bytes")
    if not disk.issparse():
        need(item.size_bytes >= disk.size // DENSEST, f"{disk.size} bytes of disk cannot be packed so densely")
    need(_ends_as_gzip(item, disk), "it does not end as gzip does, so that its end must be missing")
    return disk.size


def member(item: StoredObject) -> str:
    """The name of the disk's file in the archive."""
    return _disk(_unpacked(item.head)).name


def _unpacked(head: bytes) -> bytes:
    need(head.startswith(MEMBER), f"it does not begin as gzip does (head {head[:8].hex()})")
    try:
        return zlib.decompressobj(GZIP).decompress(head, UNPACKED_MAX)
    except zlib.error as cause:
        raise DamageError(f"its beginning cannot be unpacked ({cause})") from cause


def _disk(archive: bytes) -> tarfile.TarInfo:
    """The first file of the archive, of which only the beginning is there."""
    try:
        with tarfile.TarFile(fileobj=io.BytesIO(archive)) as entries:
            for _ in range(HEADER_ENTRIES):
                entry = entries.next()
                if entry is None or entry.isreg():
                    break
    except OF_GARBAGE as cause:
        raise DamageError("it does not begin with a tar header") from cause
    if entry is None or not entry.isreg():
        raise DamageError("its archive does not begin with a file")
    return entry


def _ends_as_gzip(item: StoredObject, disk: tarfile.TarInfo) -> bool:
    """Whether the last bytes are the end of a member: a whole one, the only one by its length, or one of several."""
    if _whole_member(item.tail):
        return True
    if item.size_bytes <= len(item.tail):
        return False  # all of the object was read
    (length,) = struct.unpack("<I", item.tail[-4:])
    archive = disk.offset_data + -(-disk.size // BLOCK) * BLOCK
    padding = (length - archive) % 2**32
    if not disk.issparse() and padding <= MOST_PADDING and padding % BLOCK == 0:
        return True
    said_once = item.tail.find(item.tail[-TRAILER:]) == len(item.tail) - TRAILER  # no zeros, no run of equal matches
    most = 2**32 if disk.issparse() else archive + MOST_PADDING
    return said_once and 0 < length <= most and length % BLOCK == 0


def _whole_member(tail: bytes) -> bool:
    """Whether a member begins in these bytes and ends with them; zlib checks its CRC and length."""
    at = tail.rfind(MEMBER)
    while at >= 0:
        unpacking = zlib.decompressobj(GZIP)
        try:
            unpacking.decompress(tail[at:])
        except zlib.error:
            pass
        else:
            if unpacking.eof and not unpacking.unused_data:
                return True
        at = tail.rfind(MEMBER, 0, at)
    return False
