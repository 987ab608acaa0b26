"""`advance`: look at one export, decide purely, take the step; again until it has to wait. There is no second path.

A crash between any two steps leaves facts from which the next call goes on. Not a loop that sleeps: waiting is a hint.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ...decisions.policy.admission import still_allowed
from ...decisions.results import delivery, notifications
from ...decisions.results.export_view import export_of
from ...decisions.state.backoff import DELIVER_MOST, LOOK_MOST, MINUTE, growing
from ...decisions.state.hints import hints_for
from ...decisions.state.reasons import to_note
from ...decisions.state.table import Phase, next_step, phase
from ...errors import CloudFault, LedgerFault, Refused
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export import Export, Verdict
from ...values.image import Image
from ...values.record import Record
from ...values.steps import MakeClaim, Observed, Wait
from ..context import Context
from .closing import close, settled, write_manifest
from .look import Look
from .perform import PERFORM
from .record import Recorded

STEPS_MAX = 40
OWN_WAITS = ("OutOfTime", "OutOfSteps")  # of this worker, not of the export
# The names by which nights know that they may export an image again.
MAY_BE_AGAIN: dict[Verdict, type[keys.Cancelled | keys.Failed]] = {"Cancelled": keys.Cancelled, "Failed": keys.Failed}
SECONDS_TO_START = 60.0  # its time-outs and the facts around it must fit in (docs/protocol.md#rule-7)
SECONDS_TO_STEP = 5.0


class Moved(NamedTuple):
    """An export after a look: its facts, what the world sees of it, and the hints to deliver what is owed of it."""

    record: Record
    export: Export
    deliveries: frozenset[str] = frozenset()


def advance(
    context: Context, export: str, *, observed: Observed | None = None, hint: str | None = None
) -> Moved | None:
    """Move the export as far as it goes now and say where it stands; None where it has no `requested` yet.

    `observed` is what the caller has seen already, `hint` the ledger's hint that led here. Raises CloudFault, and
    OurFault of the ledger: the cloud's faults are kept in the export.
    """
    record = context.ledger.load(export)
    return _advance(context, record, observed or Observed(), hint) if record else None


def begin(context: Context, recorded: Recorded, observed: Observed | None = None) -> Moved:
    """The first look at what an entrance has recorded, so that the asker sees the TaskId or the refusal."""
    record = recorded.record or context.ledger.load(recorded.export_id)
    if record is None:
        raise LedgerFault(Cause(code="FactVanished", message=f"{recorded.export_id} was there and is gone."))
    return _advance(context, record, observed or Observed(), recorded.hint)


def _advance(context: Context, record: Record, observed: Observed, hint: str | None) -> Moved:
    context = context.about(record)
    if context.policy:
        observed = replace(observed, forbidden=still_allowed(context.policy, record.request))
    was_ended = record.ended is not None
    hint = _moved_on(context, record, hint)
    look, wait = _work(Look(record, observed), context)
    look = _note_wait(context, look, wait)
    record = write_manifest(context.about(look.record), look.record)
    _log_end(context, record, look.record.delivered if was_ended else frozenset())
    deliveries = _leave_hints(context, record, wait, hint)
    task = look.observed.task if isinstance(look.observed.task, msgspec.Struct) else look.observed.brief
    return Moved(record, export_of(record, reason=wait.reason, task=task), deliveries)


def _moved_on(context: Context, record: Record, hint: str | None) -> str | None:
    """The hint of a look for tasks, which may take long, moves before it: whoever dies of it meets others first."""
    expensive = phase(record) is Phase.IN_DOUBT or (phase(record) is Phase.READY and record.voids)
    if hint is None or not keys.Due.read(hint) or not expensive:
        return hint
    later = keys.due(context.ledger.now + LOOK_MOST, record.export_id)
    context.ledger.reschedule({hint}, {later})
    return later


def _work(look: Look, context: Context) -> tuple[Look, Wait]:
    for _ in range(STEPS_MAX):
        step = next_step(look.at(context.ledger.now))
        if isinstance(step, Wait):
            return look, step
        if context.policy is None and phase(look.record) is Phase.READY and not look.record.cancel_at:
            # Nothing starts and nothing fails meanwhile; what somebody has called off needs no policy.
            return look, Wait("PolicyInvalid", until=context.ledger.now + LOOK_MOST)
        starts = isinstance(step, MakeClaim) and step.claim.kind == "start"
        if context.remaining_s() < (SECONDS_TO_START if starts else SECONDS_TO_STEP):
            return look, Wait("OutOfTime", until=context.ledger.now, queued=look.observed.queued)
        try:
            look = PERFORM[type(step)](context, look, step)
        except CloudFault as fault:
            said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
            context.log.warning("look.failed", **said)
            look = look.with_observed(failed=fault.cause, refused=isinstance(fault, Refused))
    return look, Wait("OutOfSteps", until=context.ledger.now + MINUTE)


def _note_wait(context: Context, look: Look, wait: Wait) -> Look:
    """Write down what it waits for, where that has changed and nothing else says it."""
    image = look.observed.image
    note = to_note(look.record, wait, image.name if isinstance(image, Image) else None)
    if note is None or wait.reason in OWN_WAITS:
        return look
    context.ledger.put(keys.Waits(look.record.export_id).key, note)
    return look.with_facts(waits=note, waits_at=context.ledger.now)


def _leave_hints(context: Context, record: Record, wait: Wait, came_from: str | None) -> frozenset[str]:
    """Say where to look and what to deliver next, and remove the hint that led here; answers what is to be delivered.

    A closed export loses its marker last of all.
    """
    ledger = context.ledger
    deliveries = delivery.hints_for(record.export_id, notifications.pending(record), ledger.now)
    names = deliveries | _looks(record, wait, ledger.now)
    how = MAY_BE_AGAIN.get(record.ended.status) if record.ended else None
    if how:  # whoever has not heard of the end yet
        ledger.put(how.of(record.request.place, record.export_id).key)
    ledger.reschedule({came_from} if came_from else set(), names)
    if settled(record):
        close(context, record)
    return frozenset(deliveries)


def _looks(record: Record, wait: Wait, now: datetime) -> set[str]:
    """The hints to look again: as it waits, and after the end for the manifest alone."""
    if record.ended is None:
        return hints_for(record, wait, now)
    if notifications.manifest_pending(record):
        return {keys.due(growing(record.ended_at or now, now, most=DELIVER_MOST), record.export_id)}
    return set()


def _log_end(context: Context, record: Record, delivered_before: frozenset[str]) -> None:
    """The log line of an end, from the same value as the event; again where nobody had been told of it before."""
    if record.ended is None or notifications.manifest_pending(record):
        return
    kind = record.ended.status.lower()
    if not any(name.startswith(f"{kind}-") for name in delivered_before):
        context.log.info(f"export.{kind}", task_id=record.task_id, export=export_of(record).wire())
