"""The end of an export's life in the ledger: the manifest beside its objects, and the marker, which goes last of all.

Both are made from facts read back, never from memory (docs/protocol.md#rule-13).
"""

from ...decisions.results import notifications
from ...decisions.results.export_view import export_of, manifest_address, manifest_key
from ...decisions.results.manifest import manifest_of, written
from ...errors import CloudFault
from ...values import ledger_keys as keys
from ...values.record import Record
from ..context import Context
from .either_role import cloud_of


def settled(record: Record) -> bool:
    """Whether nothing is owed any more, so that the open marker may go."""
    return bool(record.ended) and not notifications.pending(record) and not notifications.manifest_pending(record)


def close(context: Context, record: Record) -> None:
    """Show a settled export whole in the history, and remove its marker. Twice is once."""
    if record.stalled_at:
        context.ledger.delete(keys.Stalling(record.request.place, record.export_id).key)
    context.ledger.put(record.listed, export_of(record))  # a list of what has ended reads one object each
    context.ledger.delete(keys.Open(record.export_id).key)


def write_manifest(context: Context, record: Record) -> Record:
    """Write the manifest that is owed, over itself if need be: the same facts give the same bytes."""
    if not notifications.manifest_pending(record):
        return record
    request, now = record.request, context.ledger.now
    try:
        cloud_of(context, record).put_object(request.oss_bucket, manifest_key(record), written(manifest_of(record)))
    except CloudFault as fault:
        context.log.warning("manifest.refused", code=fault.code, error=fault.cause.message)
        if now - (record.ended_at or now) < notifications.MANIFEST_FOR:
            return record
        context.log.error("manifest.given_up", manifest=manifest_address(record))
        return context.ledger.settle_manifest(record, given_up=True)
    context.log.info("manifest.written", manifest=manifest_address(record))
    return context.ledger.settle_manifest(record)
