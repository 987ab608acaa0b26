"""A restore's facts as the one public value (docs/restore.md). Pure."""

from ...values.restore.record import RestoreRecord
from ...values.restore.restore import Restore, RestoreStatus
from ...values.restore.steps import Seen
from ...values.task import Task
from . import mapping
from .table import RestorePhase, phase

STATUS: dict[RestorePhase, RestoreStatus] = {
    RestorePhase.READY: "Requested",
    RestorePhase.CALLING: "Importing",
    RestorePhase.IMPORTING: "Importing",
    RestorePhase.IMPORTED: "Copying",
    RestorePhase.DISCARDING: "Importing",
    RestorePhase.KEPT: "Checking",
    RestorePhase.CALLED_OFF: "Requested",
}


def restore_of(record: RestoreRecord, *, reason: str | None = None, seen: Seen | None = None) -> Restore:
    """What the world sees of this record; `reason` and `seen` add what a look has just seen."""
    ended, request, first = record.ended, record.request, record.temporary
    task = seen.task if seen and isinstance(seen.task, Task) else None
    return Restore(
        restore_id=record.restore_id,
        export_id=request.manifest.export_id,
        account_id=request.role.account_id,
        region_id=request.target_region_id,
        source_image_id=request.manifest.image_id,
        manifest=request.manifest_address,
        image_name=request.image_name,
        image_id=ended.image_id if ended else record.image_id if record.is_copy or not request.copies else None,
        import_region_id=request.manifest.region_id if request.copies else None,
        temporary_image_id=first.image_id if first else record.image_id if request.copies else None,
        status=_status(record, reason),
        reason=None if ended else reason,
        task_id=first.task_id if first else record.result.task_id if record.result else None,
        progress="100%" if ended and ended.status == "Completed" else task.progress if task else None,
        sources=record.claim.sources if record.claim else (),
        differences=ended.differences if ended else (),
        warnings=mapping.warnings(request),
        requested_at=record.requested_at,
        started_at=record.started_at,
        finished_at=record.ended_at,
        requested_by=request.requested_by,
        error=ended.error if ended else None,
    )


def _status(record: RestoreRecord, reason: str | None) -> RestoreStatus:
    if record.ended:
        return record.ended.status
    at = phase(record)
    if at is RestorePhase.READY and (reason == "Unpacking" or record.attempt):
        return "Unpacking" if reason == "Unpacking" else "Importing"
    if record.is_copy and at is not RestorePhase.KEPT:
        return "Copying"
    return STATUS[at]
