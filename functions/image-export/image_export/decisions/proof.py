"""Are the objects of a Finished task there, ours, all and whole? (P3, PROTOCOL 12.) Pure.

Proven is what OSS holds now: a magic number and a checksum say nothing about what ECS has read.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import UNSET

from ..values.cause import Cause
from ..values.export import ExportedObject
from ..values.facts import Ended
from ..values.record import Record
from ..values.steps import End, LookAtObjects, LookForKeys, Sight, Step, Wait
from ..values.stored_object import StoredObject
from ..values.task import Task
from . import stall
from .identity import is_under
from .waiting import MINUTE, VISIBLE_WITHIN

CLOCK_SLACK = timedelta(minutes=2)

MAGIC: dict[str, Callable[[StoredObject], bool]] = {
    ".raw.tar.gz": lambda item: item.head.startswith(b"\x1f\x8b\x08"),  # RFC 1952
    ".tar.gz": lambda item: item.head.startswith(b"\x1f\x8b\x08"),
    ".qcow2": lambda item: item.head.startswith(b"QFI\xfb"),  # QEMU docs/interop/qcow2
    ".vmdk": lambda item: item.head.startswith((b"KDMV", b"COWD", b"# Disk DescriptorFile")),  # VMware VMDK 5.0
    ".vdi": lambda item: item.head[64:68] == b"\x7f\x10\xda\xbe",  # VirtualBox VDICore.h
    ".vhd": lambda item: item.tail[-512:].startswith(b"conectix"),  # Microsoft VHD 1.0: the footer, in every kind
}


def next_step(record: Record, task: Task, sight: Sight, now: datetime) -> Step:
    """Find the keys, read the objects, then Completed, Failed or look again."""
    keys = tuple(sorted({item.key for item in task.objects}))
    if not keys:
        if sight.keys is UNSET:
            return LookForKeys(record.oss_prefix or "")
        ours = [key for key in sight.keys or () if is_under(record.request, record.oss_prefix or "", key)]
        keys = tuple(key for key in ours if not key.endswith(".manifest.json"))
    strange = _stranger(record, task)
    if strange:
        return End(Ended(status="Failed", error=strange))
    if sight.objects is UNSET:
        return LookAtObjects(keys)
    return _judge(record, task, sight.objects or {}, now)


def _stranger(record: Record, task: Task) -> Cause | None:
    bucket, prefix = record.request.oss_bucket, record.oss_prefix or ""
    for item in task.objects:
        if item.oss_bucket not in ("", bucket) or not is_under(record.request, prefix, item.key):
            message = f"Task {task.task_id} says it wrote oss://{item.oss_bucket}/{item.key}, which is not under oss://{bucket}/{prefix}."
            return Cause(code="ObjectNotOurs", message=message, recommend="Look at the task; ask for the export again.")
    return None


def _judge(record: Record, task: Task, seen: dict[str, StoredObject | None], now: datetime) -> Step:
    there = [item for item in seen.values() if item]
    if len(there) < max(_wanted(record), len(seen)):
        return _missing(record, task, seen, now)
    for item in there:
        fault = _fault(record, item)
        if fault:
            return End(Ended(status="Failed", error=fault, objects=_exported(there)))
    return End(Ended(status="Completed", objects=_exported(there), reason=record.inferred))


def _wanted(record: Record) -> int:
    """An object for each disk that the image had when the export was claimed."""
    return max(len(record.claim.image.disks) if record.claim and record.claim.image else 1, 1)


def _missing(record: Record, task: Task, seen: dict[str, StoredObject | None], now: datetime) -> Step:
    finished_at = task.finished_at or stall.bound(record) or now  # at the latest, where ECS does not say when
    if now - finished_at < VISIBLE_WITHIN:
        return Wait("ObjectNotVisible", until=now + MINUTE)
    wanted = _wanted(record)
    absent = ", ".join(key for key, item in seen.items() if item is None)
    there = sum(1 for item in seen.values() if item)
    message = f"The task is Finished, but {there} of {wanted} objects are there" + (
        f"; missing: {absent}." if absent else "."
    )
    cause = Cause(code="ObjectMissing", message=message, recommend="Ask for the export again; it is a new export.")
    return End(Ended(status="Failed", error=cause, objects=_exported([item for item in seen.values() if item])))


def _fault(record: Record, item: StoredObject) -> Cause | None:
    again = "Ask for the export again; it is a new export with objects of its own."
    if item.size_bytes == 0:
        return Cause(code="ObjectEmpty", message=f"The object {item.key} has 0 bytes.", recommend=again)
    claimed_at = record.claimed_at or item.modified_at
    if item.modified_at < claimed_at - CLOCK_SLACK:
        message = f"The object {item.key} is of {item.modified_at.isoformat()}, older than the export."
        return Cause(code="ObjectNotOurs", message=message, recommend=again)
    if f".{record.request.image_format}" not in item.key:
        message = f"The object {item.key} is not of the format {record.request.image_format} that was asked for."
        return Cause(code="FormatDiffers", message=message, recommend="Ask for ImageFormat raw in this region.")
    magic = next((check for suffix, check in MAGIC.items() if item.key.endswith(suffix)), None)
    if magic is None or not magic(item):
        message = f"The object {item.key} does not begin or end as its format does (head {item.head[:8].hex()})."
        return Cause(code="ObjectDamaged", message=message, recommend=again)
    return None


def _exported(items: list[StoredObject]) -> tuple[ExportedObject, ...]:
    return tuple(
        ExportedObject(key=item.key, size=item.size_bytes, etag=item.etag, crc64=item.crc64)
        for item in sorted(items, key=lambda item: item.key)
    )
