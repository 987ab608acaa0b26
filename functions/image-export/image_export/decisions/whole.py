"""Is one object whole: ours, of its format at both ends, and no larger than its disk? Pure.

Proven is what OSS holds now: neither its ends nor a checksum say what ECS has read.
"""

from collections.abc import Callable
from datetime import timedelta

from ..values.cause import Cause
from ..values.image import Disk
from ..values.record import Record
from ..values.stored_object import StoredObject
from .formats import qcow2, raw_archive, vdi, vhd, vmdk
from .formats.damage import DamageError, need

CLOCK_SLACK = timedelta(minutes=2)
AGAIN = "Ask for the export again; it is a new export with objects of its own."
GIB = 1024**3
OVERHEAD_SHARE, OVERHEAD_BYTES = 0.02, 64 * 1024**2  # tables, markers, and disks rounded up to a cylinder

DISK_BYTES: dict[str, Callable[[StoredObject], int | None]] = {
    ".tar.gz": raw_archive.disk_bytes,
    ".qcow2": qcow2.disk_bytes,
    ".vmdk": vmdk.disk_bytes,
    ".vdi": vdi.disk_bytes,
    ".vhd": vhd.disk_bytes,
}


def fault(record: Record, item: StoredObject, disk: Disk | None) -> Cause | None:
    """What is wrong with the object; `disk` is the one that it holds, where that is known."""
    if item.size_bytes == 0:
        return Cause(code="ObjectEmpty", message=f"The object {item.key} has 0 bytes.", recommend=AGAIN)
    began_at = record.began_at or item.modified_at
    if item.modified_at < began_at - CLOCK_SLACK:
        message = f"The object {item.key} is of {item.modified_at.isoformat()}, older than the export."
        return Cause(code="ObjectNotOurs", message=message, recommend=AGAIN)
    if f".{record.request.image_format}" not in item.key:
        message = f"The object {item.key} is not of the format {record.request.image_format} that was asked for."
        return Cause(code="FormatDiffers", message=message, recommend="Ask for ImageFormat raw in this region.")
    try:
        _check(item, disk)
    except DamageError as damage:
        message = f"The object {item.key} is not whole: {damage}."
        return Cause(code="ObjectDamaged", message=message, recommend=AGAIN)
    return None


def _check(item: StoredObject, disk: Disk | None) -> None:
    disk_bytes = next((check for suffix, check in DISK_BYTES.items() if item.key.endswith(suffix)), None)
    if disk_bytes is None:
        raise DamageError("no disk format has that name")
    size = disk_bytes(item)
    if disk is None or disk.size_gib == 0:
        return
    most = disk.size_gib * GIB * (1 + OVERHEAD_SHARE) + OVERHEAD_BYTES
    need(
        size is None or 0 < size <= most,
        f"it says that its disk has {size} bytes, and the disk has {disk.size_gib} GiB",
    )
    need(item.size_bytes <= most, f"it has {item.size_bytes} bytes, and its disk {disk.size_gib} GiB")
