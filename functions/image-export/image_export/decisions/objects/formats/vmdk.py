"""VMDK: sparse extents, stream-optimised ones, and descriptors (VMware, Virtual Disk Format 5.0). Pure.

Seen: the header and, where that leaves the directory to a footer, the footer and the marker of the end, so that a
cut-off tail is found there. Not seen: grains cut off behind the tables of other files, and what a descriptor names.
"""

import re

from ....values.stored_object import StoredObject
from .damage import DamageError, fields, need

SECTOR = 512
HEADER = "<4sIIQQQQIQQQ?4s"
AT_END = 0xFFFF_FFFF_FFFF_FFFF
NEWLINES = b"\n \r\n"  # as they were written: a transfer as text changes them
EXTENT = re.compile(rb"^(?:RW|RDONLY|NOACCESS) (\d+) ", re.MULTILINE)


def disk_bytes(item: StoredObject) -> int:
    """The capacity of the disk."""
    if item.head.startswith(b"KDMV"):
        return _sparse(item)
    if item.head.startswith(b"COWD"):
        return int(fields("<4sIII", item.head)[3]) * SECTOR
    if item.head.startswith(b"# Disk DescriptorFile"):
        return _described(item)
    raise DamageError(f"it does not begin as VMDK does (head {item.head[:8].hex()})")


def _described(item: StoredObject) -> int:
    sectors = sum(int(said) for said in EXTENT.findall(item.head))
    need(sectors > 0, "its descriptor tells of no extent")
    return sectors * SECTOR


def _sparse(item: StoredObject) -> int:
    capacity, directory_at, overhead = _extent(item.head)
    need(overhead * SECTOR <= item.size_bytes, "it ends within its tables")
    if directory_at == AT_END:
        need(item.size_bytes > 3 * SECTOR, "it ends within its header")
        end = item.tail[-SECTOR:]
        need(not any(end[:16]), "it does not end with the marker of its end")
        need(item.tail[-2 * SECTOR :].startswith(b"KDMV"), "it does not end with its footer")
        again, directory_at, _ = _extent(item.tail[-2 * SECTOR : -SECTOR])
        need(again == capacity, "its header and its footer differ")
    need(0 < directory_at * SECTOR < item.size_bytes, "it ends before its directory")
    return capacity * SECTOR


def _extent(header: bytes) -> tuple[int, int, int]:
    """Capacity, the directory's place and the end of the tables, all in sectors."""
    _, version, _, capacity, grain, _, _, _, _, directory_at, overhead, _, newlines = fields(HEADER, header)
    need(version in (1, 2, 3), f"there is no VMDK of version {version}")
    need(newlines == NEWLINES, "it was changed as if it were text")
    need(grain > 0 and capacity > 0, "its header tells of no disk")
    return capacity, directory_at, overhead
