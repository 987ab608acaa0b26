"""Are the objects of a Finished task there, ours, one for each disk, and whole? (P3, PROTOCOL 12.) Pure.

How one object is looked at is in `whole.py`.
"""

from datetime import datetime

from msgspec import UNSET

from ..values.cause import Cause
from ..values.export import ExportedObject
from ..values.facts import Ended
from ..values.record import Record
from ..values.steps import End, LookAtObjects, LookForKeys, Sight, Step, Wait
from ..values.stored_object import StoredObject
from ..values.task import Task
from . import disks, stall, whole
from .identity import is_under
from .waiting import MINUTE, VISIBLE_WITHIN


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
    image = record.claim.image if record.claim else None
    there = [item for item in seen.values() if item]
    disk_of, unheld = disks.by_key(seen, image.disks if image else ())
    absent = [key for key, item in seen.items() if item is None] + [f"the disk {disk.device}" for disk in unheld]
    if absent or not there:
        return _missing(record, task, seen, absent, now)
    for item in there:
        fault = whole.fault(record, item, disk_of[item.key])
        if fault:
            return End(Ended(status="Failed", error=fault, objects=_exported(there)))
    return End(Ended(status="Completed", objects=_exported(there), reason=record.inferred))


def _missing(
    record: Record, task: Task, seen: dict[str, StoredObject | None], absent: list[str], now: datetime
) -> Step:
    finished_at = task.finished_at or stall.bound(record) or now  # at the latest, where ECS does not say when
    if now - finished_at < VISIBLE_WITHIN:
        return Wait("ObjectNotVisible", until=now + MINUTE)
    there = [item for item in seen.values() if item]
    missing = f"; missing: {', '.join(absent)}." if absent else "."
    message = f"The task is Finished, but {len(there)} of {_wanted(record, seen)} objects are there{missing}"
    cause = Cause(code="ObjectMissing", message=message, recommend="Ask for the export again; it is a new export.")
    return End(Ended(status="Failed", error=cause, objects=_exported(there)))


def _wanted(record: Record, seen: dict[str, StoredObject | None]) -> int:
    """An object for each disk that the image had when the export was claimed, and each that the task names."""
    return max(len(record.claim.image.disks) if record.claim and record.claim.image else 0, len(seen), 1)


def _exported(items: list[StoredObject]) -> tuple[ExportedObject, ...]:
    return tuple(
        ExportedObject(key=item.key, size=item.size_bytes, etag=item.etag, crc64=item.crc64)
        for item in sorted(items, key=lambda item: item.key)
    )
