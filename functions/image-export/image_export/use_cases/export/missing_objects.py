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
from ..ports import Cloud
from .either_role import cloud_of

AGAIN_AFTER = timedelta(hours=1)
NO_BUCKET = "NoSuchBucket"


def as_it_is_now(context: Context, record: Record, export: Export) -> Export:
    """The export with Reason `Missing` where the last look did not find all of its objects. Raises LedgerFault."""
    key = keys.LookedAt(record.export_id).key
    found = context.readable(key, LookedAt)
    if found and context.ledger.now - found.at < AGAIN_AFTER:
        return with_missing(export, found.fact.missing)
    before = found.fact if found else LookedAt()
    now = _look(context, record, before)
    context.ledger.put(key, now)
    if now.missing:
        context.log.warning("export.missing", export_id=record.export_id, bucket=export.oss_bucket, keys=now.missing)
    if now != before:
        context.ledger.put(record.listed, with_missing(export, now.missing))  # lists say so, too
    return with_missing(export, now.missing)


def missing_now(cloud: Cloud, record: Record) -> tuple[str, ...]:
    """The keys of the proven objects that are not there. A bucket that is gone holds none. Raises CloudFault."""
    keys = [item.key for item in record.ended.objects] if record.ended else []
    try:
        there = set(cloud.object_keys(record.request.oss_bucket, record.oss_prefix or ""))
    except Refused as fault:
        if fault.code != NO_BUCKET:
            raise
        there = set()
    return tuple(key for key in keys if key not in there)


def with_missing(export: Export, missing: tuple[str, ...]) -> Export:
    """The export with Reason `Missing` where objects are."""
    return replace(export, reason="Missing", missing_objects=missing) if missing else export


def _look(context: Context, record: Record, before: LookedAt) -> LookedAt:
    """What a look finds; what was found before, where it has no answer."""
    try:
        return LookedAt(missing=missing_now(cloud_of(context, record), record))
    except CloudFault as fault:
        said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
        context.log.warning("look.failed", export_id=record.export_id, **said)
        return before
