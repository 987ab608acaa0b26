"""Look at one restore, decide purely, take the step; again until it has to wait. There is no second path.

A crash between any two steps leaves facts from which the next call goes on.
"""

from typing import NamedTuple

from ...decisions.restore import telling
from ...decisions.restore.asking import forbidden
from ...decisions.restore.table import next_step
from ...decisions.restore.view import restore_of
from ...decisions.results import delivery
from ...decisions.state.backoff import MINUTE
from ...errors import CloudFault, LedgerFault, Refused
from ...values import ledger_keys as keys
from ...values.restore.facts import NotedReason
from ...values.restore.record import RestoreRecord
from ...values.restore.restore import Restore
from ...values.restore.steps import CallCopy, CallImport, Rest, Seen
from ..context import Context
from . import facts
from .look import RestoreLook
from .perform import PERFORM
from .ports import Importing

STEPS_MAX = 40
SECONDS_TO_IMPORT = 60.0
SECONDS_TO_STEP = 5.0


class MovedRestore(NamedTuple):
    """A restore after a look: its facts, what the world sees of it, and the hints to deliver what is owed of it."""

    record: RestoreRecord
    restore: Restore
    deliveries: frozenset[str] = frozenset()


def advance(context: Context, importing: Importing, restore: str, *, hint: str | None = None) -> MovedRestore | None:
    """Move the restore as far as it goes now and say where it stands; None where it has no `requested` yet.

    `hint` led here. Raises OurFault of the ledger: the cloud's faults are kept in the restore.
    """
    record = facts.load(context.ledger, restore)
    if record is None:
        return None
    request = record.request
    log = context.log.bind(restore_id=restore, region_id=request.manifest.region_id)
    was_ended = record.ended is not None
    policy = context.policy
    seen = Seen(unruled=policy is None, forbidden=forbidden(policy, request) if policy else None)
    look, rest = _work(RestoreLook(context._replace(log=log), importing, record, seen))
    shown = restore_of(look.record, reason=rest.reason, seen=look.seen)
    if look.record.ended and not was_ended:
        kind = look.record.ended.status.lower()
        log.info(f"restore.{kind}", restore=shown.wire())
    deliveries = _leave_hints(context, look.record, rest, hint)
    _note_reason(look.context, look.record, rest)
    return MovedRestore(look.record, shown, deliveries)


def _work(look: RestoreLook) -> tuple[RestoreLook, Rest]:
    context = look.context
    for _ in range(STEPS_MAX):
        step = next_step(look.situation)
        if isinstance(step, Rest):
            return look, step
        needed_s = SECONDS_TO_IMPORT if isinstance(step, CallImport | CallCopy) else SECONDS_TO_STEP
        if context.remaining_s() < needed_s:
            return look, Rest("OutOfTime", context.ledger.now)
        try:
            look = PERFORM[type(step)](look, step)
        except CloudFault as fault:
            said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
            context.log.warning("look.failed", **said)
            look = look.with_seen(failed=fault.cause, refused=isinstance(fault, Refused))
    return look, Rest("OutOfSteps", context.ledger.now + MINUTE)


def _leave_hints(context: Context, record: RestoreRecord, rest: Rest, came_from: str | None) -> frozenset[str]:
    """Say when to look and what to deliver next, and remove the hint that led here."""
    ledger = context.ledger
    deliveries = delivery.hints_for(record.restore_id, telling.pending(record), ledger.now)
    looks = {keys.due(rest.until, record.restore_id)} if rest.until else set()
    ledger.reschedule({came_from} if came_from else set(), deliveries | looks)
    if not looks:
        close(context, record)
    return frozenset(deliveries)


def _note_reason(context: Context, record: RestoreRecord, rest: Rest) -> None:
    """For lists and looks that ask nothing of the cloud. Without the note the restore goes on as well."""
    if record.ended or rest.reason == record.noted:
        return
    try:
        context.keep(keys.RestoreReason(record.restore_id).key, NotedReason(reason=rest.reason))
    except LedgerFault as fault:
        context.log.warning("progress.not_kept", code=fault.code, error=fault.cause.message)


def close(context: Context, record: RestoreRecord) -> None:
    """Once nothing is to be done or told any more: show it whole in the history, and remove its marker."""
    swept = record.unpacking_at is None or record.swept_at is not None
    if record.ended and swept and not telling.pending(record):
        context.ledger.put(record.listed, restore_of(record))
        context.ledger.delete(keys.RestoreOpen(record.restore_id).key)
