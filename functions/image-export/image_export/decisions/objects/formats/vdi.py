"""VDI, version 1 (VirtualBox, VDICore.h). Pure.

Seen: the header, and that the file holds as many blocks as the header counts, so that a cut-off tail is found. Not
seen: damage within.
"""

from ....values.stored_object import StoredObject
from .damage import fields, need

SIGNATURE_AT = 64
BLOCKS_AT = 340
DYNAMIC, FIXED = 1, 2


def disk_bytes(item: StoredObject) -> int:
    """The size of the disk."""
    signature, version, _, kind = fields("<4sIII", item.head, SIGNATURE_AT)
    need(signature == b"\x7f\x10\xda\xbe", f"it does not begin as VDI does (signature {signature.hex()})")
    need(version >> 16 == 1, f"there is no VDI of version {version >> 16}")
    need(kind in (DYNAMIC, FIXED), f"a disk of type {kind} does not stand alone")
    map_at, data_at, *_, size, block, extra, blocks, allocated = fields("<IIIIIIIQIIII", item.head, BLOCKS_AT)
    need(block > 0 and allocated <= blocks and size <= blocks * block, "its header contradicts itself")
    need(map_at + 4 * blocks <= item.size_bytes, "it ends within its map")
    need(data_at + allocated * (block + extra) <= item.size_bytes, f"it is shorter than its {allocated} blocks")
    return int(size)
