"""Are the objects of a Finished task there, ours, one for each disk, and whole? (docs/protocol.md#p3, #rule-12.) Pure.

How one object is looked at is in `decisions/objects/integrity.py`.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import UNSET

from ...values.cause import Cause
from ...values.export import ExportedObject
from ...values.facts import Ended
from ...values.image import Image
from ...values.record import Record
from ...values.steps import End, LookAtImage, LookAtObjects, LookForKeys, Situation, Step, Wait
from ...values.stored_object import StoredObject
from ...values.task import Task
from ..naming import is_under
from ..objects import disks, integrity
from .backoff import LOOK_MOST, MINUTE, VISIBLE_WITHIN, growing

COUNTED_WITHIN = timedelta(hours=24)  # of the task's end
UNTIMED_BASE, UNTIMED_PER_GIB = timedelta(hours=1), timedelta(minutes=2)


def next_step(situation: Situation, task: Task) -> Step:
    """Find the keys, read the objects, then Completed, Failed or look again."""
    record, observed, now = situation
    keys = tuple(sorted({item.key for item in task.objects}))
    if not keys:
        if observed.keys is UNSET:
            return LookForKeys(record.oss_prefix or "")
        ours = [key for key in observed.keys or () if is_under(record.request, record.oss_prefix or "", key)]
        keys = tuple(key for key in ours if not key.endswith(".manifest.json"))
    strange = _stranger(record, task)
    if strange:
        return End(Ended(status="Failed", error=strange))
    if observed.objects is UNSET:
        return LookAtObjects(keys)
    image = record.claim.image if record.claim else None
    if not disks.are_known(image):
        if observed.image is UNSET:
            return LookAtImage()
        image = observed.image
    return _judge(_Evidence(record, task, image, observed.objects or {}), now)


class _Evidence(NamedTuple):
    """What a verdict is made of: the export, its task, its image, and the objects by key."""

    record: Record
    task: Task
    image: Image | None
    objects: dict[str, StoredObject | None]

    @property
    def there(self) -> list[StoredObject]:
        """The objects that are there."""
        return [item for item in self.objects.values() if item]

    def failed(self, cause: Cause) -> End:
        """Failed for this cause, with what is there."""
        return End(Ended(status="Failed", error=cause, objects=_exported(self.there)))


def _stranger(record: Record, task: Task) -> Cause | None:
    bucket, prefix = record.request.oss_bucket, record.oss_prefix or ""
    for item in task.objects:
        if item.oss_bucket not in ("", bucket) or not is_under(record.request, prefix, item.key):
            message = f"Task {task.task_id} says it wrote oss://{item.oss_bucket}/{item.key}, which is not under oss://{bucket}/{prefix}."
            return Cause(code="ObjectNotOurs", message=message, recommend="Look at the task; ask for the export again.")
    return None


def _judge(evidence: _Evidence, now: datetime) -> Step:
    disks_of, unheld = disks.by_key(evidence.objects, evidence.image.disks if evidence.image else ())
    absent = [key for key, item in evidence.objects.items() if item is None] + [
        f"the disk {disk.device}" for disk in unheld
    ]
    if absent or not evidence.there:
        return _missing(evidence, absent, now)
    for item in evidence.there:
        fault = integrity.fault(evidence.record, item, disks_of[item.key])
        if fault:
            return evidence.failed(fault)
    if not disks.are_known(evidence.image):
        return _uncounted(evidence, now)
    looked_up = None if evidence.record.claim and evidence.image == evidence.record.claim.image else evidence.image
    reason = evidence.record.inferred
    there = sorted(evidence.there, key=lambda item: item.key)
    files = tuple(map(integrity.disk_file, there))
    return End(Ended(status="Completed", objects=_exported(there), files=files, image=looked_up, reason=reason))


def _missing(evidence: _Evidence, absent: list[str], now: datetime) -> Step:
    if now - _finished_by(evidence.record, evidence.task, now) < VISIBLE_WITHIN:
        return Wait("ObjectNotVisible", until=now + MINUTE)
    missing = f"; missing: {', '.join(absent)}." if absent else "."
    wanted = max(
        len(evidence.image.disks) if evidence.image else 0, len(evidence.objects), 1
    )  # an object for each disk and name
    message = f"The task is Finished, but {len(evidence.there)} of {wanted} objects are there{missing}"
    advice = "Ask for the export again; it is a new export."
    return evidence.failed(Cause(code="ObjectMissing", message=message, recommend=advice))


def _uncounted(evidence: _Evidence, now: datetime) -> Step:
    """Whole as they are, and nobody says of how many: looked for again for a day, and never taken for all."""
    since = _finished_by(evidence.record, evidence.task, now)
    if now - since < COUNTED_WITHIN:
        return Wait("DisksUnknown", until=growing(since, now, most=LOOK_MOST))
    image = evidence.record.request.image_id
    message = f"{len(evidence.there)} whole objects are there, and ECS does not say how many disks {image} has."
    advice = "Hold the objects against the disks that you know of, or ask for the export again; it is a new export."
    return evidence.failed(Cause(code="DisksUnknown", message=message, recommend=advice))


def _finished_by(record: Record, task: Task, now: datetime) -> datetime:
    """The latest time, by the ledger's clock: a task that is known to have started took as long as ECS says.

    ECS's own times say how long and not when, since its clock is another one.
    """
    if record.settled_at is None or task.took is None:
        return _untimed(record, now)
    return record.settled_at + task.took


def _untimed(record: Record, now: datetime) -> datetime:
    """ECS does not say how long the task took: it is given as long as disks of that size need."""
    if record.started_at is None:
        return now
    size_gib = record.claim.image.disks_gib if record.claim and record.claim.image else 0
    return record.started_at + UNTIMED_BASE + UNTIMED_PER_GIB * size_gib


def _exported(items: list[StoredObject]) -> tuple[ExportedObject, ...]:
    return tuple(
        ExportedObject(key=item.key, size=item.size_bytes, etag=item.etag, crc64=item.crc64)
        for item in sorted(items, key=lambda item: item.key)
    )
