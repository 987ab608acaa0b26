"""The claims that an export may make for its next attempt: whoever creates one has that slot for itself. Pure."""

from ...values.cause import Cause
from ...values.facts import Claim, Ended
from ...values.image import Image
from ...values.record import Record
from ...values.steps import MakeClaim
from ...values.task import Task
from ..codes import WATCH_REFUSED
from ..naming import oss_prefix


def start(record: Record, image: Image) -> MakeClaim:
    """Call ExportImage, once."""
    prefix = oss_prefix(record.request, record.export_id, record.voids)
    return _next(record, Claim(kind="start", oss_prefix=prefix, voids=record.voids, voided=record.voided, image=image))


def adopt(record: Record, task: Task, prefix: str, image: Image) -> MakeClaim:
    """Follow the task of an earlier attempt that was taken for void."""
    claim = Claim(kind="adopt", oss_prefix=prefix, voids=record.voids, image=image, task_id=task.task_id)
    return _next(record, claim)


def cancel(record: Record) -> MakeClaim:
    """No attempt any more, as somebody asked."""
    why = record.result.cause if record.result else None
    unsure = why is not None and why.code == WATCH_REFUSED
    ended = Ended(status="Cancelled", error=why) if unsure else None  # there may be a task all the same
    return _next(record, Claim(kind="cancel", voids=record.voids, image=_last_seen(record), ended=ended))


def fail(record: Record, error: Cause, http_status: int | None = None, image: Image | None = None) -> MakeClaim:
    """No attempt any more, for this cause. `image`: as it was just seen, so that the end can name it."""
    ended = Ended(status="Failed", error=error, http_status=http_status)
    return _next(record, Claim(kind="end", voids=record.voids, image=image or _last_seen(record), ended=ended))


def _last_seen(record: Record) -> Image | None:
    return record.claim.image if record.claim else None


def _next(record: Record, claim: Claim) -> MakeClaim:
    return MakeClaim(record.attempt + 1, claim)
