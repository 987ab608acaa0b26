"""Tell what has happened: the manifest beside the objects, then every notify target, each at least once (P2).

Everything told is made from facts read back, never from memory (PROTOCOL 13). One target never holds up another.
"""

from ..decisions import announcements
from ..decisions.announcements import Owed
from ..decisions.manifest import manifest_of, written
from ..decisions.projection import manifest_address, manifest_key
from ..decisions.refusals import advised
from ..decisions.waiting import TOLD_FOR
from ..errors import CloudFault
from ..values.record import Record
from .either_role import cloud_of
from .outside import Outside


def announce(outside: Outside, record: Record) -> Record:
    """Tell whatever is still owed; the record that comes back says what has been accepted by now."""
    record = _write_manifest(outside, record)
    for debt in announcements.owed(record):
        if debt.target not in outside.mute:
            record = _tell(outside, record, debt)
    return record


def settled(record: Record) -> bool:
    """Whether nothing is owed any more, so that the open marker may go."""
    return bool(record.ended) and not announcements.owed(record) and not announcements.manifest_owed(record)


def _tell(outside: Outside, record: Record, debt: Owed) -> Record:
    log = outside.log.bind(target=debt.target.name, kind=debt.kind)
    event = announcements.export_event(record, debt.kind)
    try:
        outside.tell(debt.target, event)
    except CloudFault as fault:
        cause = advised(fault.cause)
        log.warning("event.refused", code=cause.code, error=cause.message, recommend=cause.recommend)
        if debt.refused_since is None:
            return outside.ledger.refuse(record, debt.told)
        if outside.ledger.now - debt.refused_since < TOLD_FOR:
            return record
        outside.ledger.put(f"untold/{event['id']}/{debt.told}", event)
        log.error("event.given_up", event_id=event["id"])
        return outside.ledger.tell(record, debt.told, given_up=True)
    log.info("event.told", event_id=event["id"])
    return outside.ledger.tell(record, debt.told)


def _write_manifest(outside: Outside, record: Record) -> Record:
    """Write the manifest, over itself if need be: the same facts give the same bytes."""
    if not announcements.manifest_owed(record):
        return record
    request, now = record.request, outside.ledger.now
    try:
        cloud_of(outside, record).put_object(request.oss_bucket, manifest_key(record), written(manifest_of(record)))
    except CloudFault as fault:
        outside.log.warning("manifest.refused", code=fault.code, error=fault.cause.message)
        if now - (record.ended_at or now) < announcements.MANIFEST_FOR:
            return record
        outside.log.error("manifest.given_up", manifest=manifest_address(record))
        return outside.ledger.settle_manifest(record, given_up=True)
    outside.log.info("manifest.written", manifest=manifest_address(record))
    return outside.ledger.settle_manifest(record)
