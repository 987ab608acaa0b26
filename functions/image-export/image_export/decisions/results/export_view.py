"""An export's facts as the one public value (docs/http-api.md). Pure."""

from ...values.export import Export, Status
from ...values.record import Record
from ...values.task import Task
from ..naming import oss_prefix


def export_of(record: Record, *, reason: str | None = None, task: Task | None = None) -> Export:
    """What the world sees of this record; `reason` and `task` add what a look has just seen."""
    ended, image = record.ended, record.claim.image if record.claim else None
    request = record.request
    return Export(
        export_id=record.export_id,
        region_id=request.region_id,
        account_id=request.account_id,
        image_id=request.image_id,
        image_name=image.name if image else _name_by_facts(record),
        oss_bucket=request.oss_bucket,
        oss_prefix=record.oss_prefix or _next_prefix(record),
        image_format=request.image_format,
        rule=request.rule,
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


def _name_by_facts(record: Record) -> str | None:
    """The image's name, as whoever wanted it knew it, or as it was seen while it was waited for."""
    return record.request.image_name or (record.waits.image_name if record.waits else None)


def _next_prefix(record: Record) -> str | None:
    """What the first attempt will be given, which is certain; an export that ended before has none."""
    return oss_prefix(record.request, record.export_id, 0) if record.claim is None and record.ended is None else None


def _progress(record: Record, task: Task | None) -> str | None:
    if record.ended and record.ended.status == "Completed":
        return "100%"
    if task and task.progress:
        return task.progress
    if record.progressed and not record.ended:
        return record.progressed.progress
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
    if task is None:
        return "Verifying" if record.refusal and record.refusal.finished else "Exporting"
    return "Verifying" if task.status == "Finished" else "Exporting"
