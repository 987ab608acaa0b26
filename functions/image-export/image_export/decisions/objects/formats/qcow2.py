"""QCOW2, versions 2 and 3 (QEMU, docs/interop/qcow2). Pure.

Seen: the header, that the file stands alone, and that its tables lie within it. Not seen: clusters cut off behind the
tables, for neither the header nor the tail says how long the file must be.
"""

from ....values.stored_object import StoredObject
from .damage import fields, need

HEADER = ">4sIQIIQIIQQI"
CLUSTER_BITS = range(9, 22)
CORRUPT, DATA_FILE, EXTENDED_L2 = 1 << 1, 1 << 2, 1 << 4  # incompatible features of version 3


def disk_bytes(item: StoredObject) -> int:
    """The virtual size of the disk."""
    magic, version, backing, _, cluster_bits, size, _, l1_entries, l1_at, refcounts_at, _ = fields(HEADER, item.head)
    need(magic == b"QFI\xfb", f"it does not begin as qcow2 does (head {item.head[:8].hex()})")
    need(version in (2, 3), f"there is no qcow2 of version {version}")
    need(cluster_bits in CLUSTER_BITS, f"clusters of 2^{cluster_bits} bytes do not exist")
    need(backing == 0, "it is the difference to another file")
    (features,) = fields(">Q", item.head, 72) if version == 3 else (0,)
    need(not features & CORRUPT, "its writer marked it as corrupt")
    need(not features & DATA_FILE, "its data is in another file")
    need(l1_entries >= _l1_entries(size, cluster_bits, features), "its table is too short for its disk")
    need(l1_at + 8 * l1_entries <= item.size_bytes, "it ends within its table")
    need(0 < refcounts_at < item.size_bytes, "it ends before its reference counts")
    return int(size)


def _l1_entries(size: int, cluster_bits: int, features: int) -> int:
    """How many tables a disk needs: each is a cluster of entries for a cluster each."""
    entry_bits = 4 if features & EXTENDED_L2 else 3
    return int(-(-size >> (2 * cluster_bits - entry_bits))) if size else 0
