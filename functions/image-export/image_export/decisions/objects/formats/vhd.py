"""VHD, fixed and dynamic (Microsoft, Virtual Hard Disk Image Format Specification 1.0). Pure.

Seen: the footer, which is the last sector, so that a cut-off tail is always found; of a dynamic disk its copy at the
head and the header behind it; of a fixed one the length of the file. Not seen: damage between.
"""

from ....values.stored_object import StoredObject
from .damage import fields, need

FOOTER = ">8sIIQI4sI4sQQIII"
SECTOR = 512
CHECKSUM_AT = 64
FIXED, DYNAMIC = 2, 3


def disk_bytes(item: StoredObject) -> int:
    """The current size of the disk, by the footer."""
    size, kind, header_at = _footer(item.tail[-SECTOR:], "does not end as VHD does, so that its end must be missing")
    need(kind in (FIXED, DYNAMIC), f"a disk of type {kind} does not stand alone")
    if kind == FIXED:
        need(item.size_bytes >= size + SECTOR, f"it is shorter than its disk of {size} bytes")
        return size
    copied = _footer(item.head[:SECTOR], "does not begin with the copy of its footer")
    need(copied == (size, kind, header_at), "its two footers differ")
    if header_at + 32 <= len(item.head):
        cookie, _, table_at, _, entries = fields(">8sQQII", item.head, header_at)
        need(cookie == b"cxsparse", "the header of its dynamic disk is damaged")
        need(table_at + 4 * entries <= item.size_bytes, "it ends within its table")
    return size


def _footer(sector: bytes, otherwise: str) -> tuple[int, int, int]:
    """Current size, type, and where the dynamic header is."""
    need(len(sector) == SECTOR and sector.startswith(b"conectix"), f"it {otherwise}")
    _, _, _, header_at, _, _, _, _, _, size, _, kind, checksum = fields(FOOTER, sector)
    summed = sum(sector) - sum(sector[CHECKSUM_AT : CHECKSUM_AT + 4])
    need(checksum == ~summed & 0xFFFFFFFF, "the checksum of its footer is wrong")
    return size, kind, header_at
