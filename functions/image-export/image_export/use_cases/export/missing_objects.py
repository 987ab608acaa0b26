"""Are the objects of a Completed export still there? Asked by whoever looks at it, once an hour at most.

Says whether they are, not whether they are as they were. One listing shows them all, and costs what one HEAD does.
"""

from datetime import timedelta

from msgspec.structs import replace

from ...errors import CloudFault, Refused
from ...values import ledger_keys as keys
from ...values.export import Export
from ...values.facts import LookedAt
from ...values.record import Record
from ..context import Context
from .either_role import cloud_of

AGAIN_AFTER = timedelta(hours=1)
NO_BUCKET = "NoSuchBucket"


def as_it_is_now(context: Context, record: Record, export: Export) -> Export:
    """The export with Reason `Missing` where the last look did not find all of its objects. Raises LedgerFault."""
    key = keys.LookedAt(record.export_id).key
    found = context.readable(key, LookedAt)
    if found and context.ledger.now - found.at < AGAIN_AFTER:
        return _shown(export, found.fact)
    before = found.fact if found else LookedAt()
    now = _look(context, record, before)
    context.ledger.put(key, now)
    if now.missing:
        context.log.warning("export.missing", export_id=record.export_id, bucket=export.oss_bucket, keys=now.missing)
    if now != before:
        context.ledger.put(record.listed, _shown(export, now))  # lists say so, too
    return _shown(export, now)


def _shown(export: Export, looked: LookedAt) -> Export:
    return replace(export, reason="Missing", missing_objects=looked.missing) if looked.missing else export


def _look(context: Context, record: Record, before: LookedAt) -> LookedAt:
    """What a look finds; what was found before, where it has no answer. A bucket that is gone holds none."""
    keys = [item.key for item in record.ended.objects] if record.ended else []
    bucket = record.request.oss_bucket
    try:
        there = set(cloud_of(context, record).object_keys(bucket, record.oss_prefix or ""))
    except CloudFault as fault:
        said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
        context.log.warning("look.failed", export_id=record.export_id, **said)
        gone = isinstance(fault, Refused) and fault.code == NO_BUCKET
        return LookedAt(missing=tuple(keys)) if gone else before
    return LookedAt(missing=tuple(key for key in keys if key not in there))
