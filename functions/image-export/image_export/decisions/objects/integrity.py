"""Is one object whole: ours, of its format at both ends, and of its disk's size? Pure.

Proven is what OSS holds now: neither its ends nor a checksum say what ECS has read.
"""

from collections.abc import Callable

from ...values.cause import Cause
from ...values.image import Disk, DiskFile
from ...values.record import Record
from ...values.stored_object import StoredObject
from .formats import qcow2, raw_archive, vdi, vhd, vmdk
from .formats.damage import DamageError, need

AGAIN = "Ask for the export again; it is a new export with objects of its own."
GIB = 1024**3
OVERHEAD_SHARE, OVERHEAD_BYTES = 0.02, 64 * 1024**2  # tables, markers, and disks rounded up to a cylinder

ARCHIVE = ".tar.gz"
DISK_BYTES: dict[str, Callable[[StoredObject], int | None]] = {
    ARCHIVE: raw_archive.disk_bytes,
    ".qcow2": qcow2.disk_bytes,
    ".vmdk": vmdk.disk_bytes,
    ".vdi": vdi.disk_bytes,
    ".vhd": vhd.disk_bytes,
}


def fault(record: Record, item: StoredObject, disks: tuple[Disk, ...]) -> Cause | None:
    """What is wrong with the object, which holds one of these disks; of an object beyond the disks none is known.

    Its time and the claim's are both LastModified: OSS's clock alone, so that nothing of ours can be the older one.
    """
    if item.size_bytes == 0:
        return Cause(code="ObjectEmpty", message=f"The object {item.key} has 0 bytes.", recommend=AGAIN)
    if item.modified_at < (record.began_at or item.modified_at):
        message = f"The object {item.key} is of {item.modified_at.isoformat()}, older than the export."
        return Cause(code="ObjectNotOurs", message=message, recommend=AGAIN)
    if f".{record.request.image_format}" not in item.key:
        message = f"The object {item.key} is not of the format {record.request.image_format} that was asked for."
        return Cause(code="FormatDiffers", message=message, recommend="Ask for ImageFormat raw in this region.")
    try:
        _check(item, disks)
    except DamageError as damage:
        message = f"The object {item.key} is not whole: {damage}."
        return Cause(code="ObjectDamaged", message=message, recommend=AGAIN)
    return None


def disk_file(item: StoredObject) -> DiskFile:
    """What the object says of the disk in it, as far as both its ends tell."""
    try:
        size = _disk_bytes(item)(item)
        member = raw_archive.member(item) if item.key.endswith(ARCHIVE) else None
    except DamageError:
        return DiskFile(key=item.key)
    return DiskFile(key=item.key, member=member, virtual_size=size)


def _disk_bytes(item: StoredObject) -> Callable[[StoredObject], int | None]:
    check = next((check for suffix, check in DISK_BYTES.items() if item.key.endswith(suffix)), None)
    if check is None:
        raise DamageError("no disk format has that name")
    return check


def _check(item: StoredObject, disks: tuple[Disk, ...]) -> None:
    size = _disk_bytes(item)(item)
    sizes = sorted(disk.size_gib for disk in disks if disk.size_gib)
    if not sizes:
        return
    has = " or ".join(f"{one} GiB" for one in sizes)
    said = f"it says that its disk has {size} bytes, and the disk has {has}"
    need(size is None or any(_least(gib) <= size <= _most(gib) for gib in sizes), said)
    need(item.size_bytes <= _most(sizes[-1]), f"it has {item.size_bytes} bytes, and its disk {has}")


def _least(size_gib: int) -> float:
    """Disks have whole GiB, and ECS says how many: a file may lack what its own units cannot hold, and no GiB."""
    return max(size_gib - 1, size_gib / 2) * GIB


def _most(size_gib: int) -> float:
    return size_gib * GIB * (1 + OVERHEAD_SHARE) + OVERHEAD_BYTES
