"""An export's facts as the one public value (DESIGN §4.2). Pure."""

from ..values.export import Export, Status
from ..values.record import Record
from ..values.task import Task


def export_of(record: Record, *, reason: str | None = None, task: Task | None = None) -> Export:
    """What the world sees of this record; `reason` and `task` add what a look has just seen."""
    ended, image = record.ended, record.claim.image if record.claim else None
    request = record.request
    return Export(
        export_id=record.export_id,
        region_id=request.region_id,
        account_id=request.account_id,
        image_id=request.image_id,
        image_name=image.name if image else None,
        oss_bucket=request.oss_bucket,
        oss_prefix=record.oss_prefix,
        image_format=request.image_format,
        status=_status(record, task),
        reason=ended.reason if ended else reason,
        task_id=record.task_id,
        export_task_id=record.task_id,
        progress=_progress(record, task),
        objects=ended.objects if ended else (),
        manifest=manifest_address(record) if record.manifest and not record.manifest.given_up else None,
        requested_at=record.requested_at,
        started_at=record.started_at,
        finished_at=record.ended_at,
        requested_by=request.requested_by,
        error=ended.error if ended else None,
    )


def _progress(record: Record, task: Task | None) -> str | None:
    if record.ended and record.ended.status == "Completed":
        return "100%"
    if task and task.progress:
        return task.progress
    return record.stalled.progress if record.stalled and not record.ended else None


def manifest_key(record: Record) -> str:
    """The manifest's key, beside the objects."""
    return f"{record.oss_prefix}_{record.request.image_id}.manifest.json"


def manifest_address(record: Record) -> str:
    """The manifest's `oss://` address."""
    return f"oss://{record.request.oss_bucket}/{manifest_key(record)}"


def _status(record: Record, task: Task | None) -> Status:
    if record.ended:
        return record.ended.status
    if not record.task_id:
        return "Requested"
    return "Verifying" if task and task.status == "Finished" else "Exporting"
