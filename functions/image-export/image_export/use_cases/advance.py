"""`advance`: look at one export, decide purely, take the step; again until it has to wait. There is no second path.

A crash between any two steps leaves facts from which the next call goes on. Not a loop that sleeps: waiting is a hint.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from ..decisions import announcements, hints
from ..decisions.admission import still_allowed
from ..decisions.projection import export_of
from ..decisions.starting import look_failed
from ..decisions.steps import Phase, next_step, phase
from ..decisions.waiting import MINUTE, growing
from ..errors import CloudFault, Refused
from ..values.export import Export
from ..values.record import Record
from ..values.steps import MakeClaim, Sight, Wait
from .announce import announce, settled
from .outside import Outside
from .taking import TAKE, Look

STEPS_MAX = 40
SECONDS_TO_START = 60.0  # ExportImage's own time-outs and the facts around it must fit into what is left (PROTOCOL 7)
SECONDS_TO_STEP = 5.0
TELL_AGAIN_MOST = timedelta(hours=1)
LOOK_AGAIN_MOST = timedelta(minutes=10)


class Moved(NamedTuple):
    """An export after a look: its facts, and what the world sees of it."""

    record: Record
    export: Export


def advance(outside: Outside, export: str, *, sight: Sight | None = None, hint: str | None = None) -> Export | None:
    """`move`, for those who want only what the world sees."""
    moved = move(outside, export, sight=sight, hint=hint)
    return moved and moved.export


def move(outside: Outside, export: str, *, sight: Sight | None = None, hint: str | None = None) -> Moved | None:
    """Move the export as far as it goes now and say where it stands; None where it has no `requested` yet.

    `sight` is what the caller has seen already, `hint` the ledger's hint that led here. Raises CloudFault and OurFault
    of the ledger only: the cloud's faults are kept in the export.
    """
    record = outside.ledger.load(export)
    if record is None:
        return None
    sight = sight or Sight()
    if phase(record) is Phase.READY:
        sight = msgspec.structs.replace(sight, forbidden=still_allowed(outside.policy, record.request))
    was_ended = record.ended is not None
    look, wait = _work(Look(record, sight), outside)
    _log_end(outside, look.record, was_ended=was_ended)
    record = announce(outside, look.record)
    _leave_hints(outside, record, wait, hint)
    task = look.sight.task if isinstance(look.sight.task, msgspec.Struct) else look.sight.brief
    return Moved(record, export_of(record, reason=wait.reason, task=task))


def _work(look: Look, outside: Outside) -> tuple[Look, Wait]:
    for _ in range(STEPS_MAX):
        step = next_step(look.record, look.sight, outside.ledger.now)
        if isinstance(step, Wait):
            return look, step
        if outside.remaining_s() < (SECONDS_TO_START if isinstance(step, MakeClaim) else SECONDS_TO_STEP):
            return look, Wait("OutOfTime", until=outside.ledger.now)
        try:
            look = TAKE[type(step)](outside, look, step)
        except CloudFault as fault:
            waited = _after_fault(outside, look, fault)
            if isinstance(waited, Wait):
                return look, waited
            look = waited
    return look, Wait("OutOfSteps", until=outside.ledger.now + MINUTE)


def _after_fault(outside: Outside, look: Look, fault: CloudFault) -> Look | Wait:
    """A look failed: before the start a refusal may be final, after it never is (PROTOCOL 12)."""
    outside.log.warning("look.failed", export_id=look.record.export_id, code=fault.code, error=fault.cause.message)
    now = outside.ledger.now
    if phase(look.record) is not Phase.READY or not isinstance(fault, Refused):
        until = growing(look.record.requested_at, now, most=LOOK_AGAIN_MOST, share=0.25)
        return Wait(fault.code, until=until, running=bool(look.record.task_id))
    step = look_failed(look.record, fault.cause, now)
    return step if isinstance(step, Wait) else TAKE[type(step)](outside, look, step)


def _leave_hints(outside: Outside, record: Record, wait: Wait, came_from: str | None) -> None:
    """Say where to look next and remove the hint that led here; a closed export loses its marker last of all."""
    ledger = outside.ledger
    names = set() if settled(record) else hints.hints_for(record, _also_owed(record, wait, ledger.now))
    for name in names - {came_from}:
        ledger.put(name)
    if came_from and came_from not in names:
        ledger.delete(came_from)
    if settled(record):
        ledger.put(record.listed, export_of(record))  # a list of what has ended reads one object each
        ledger.delete(f"open/{record.export_id}")


def _also_owed(record: Record, wait: Wait, now: datetime) -> Wait:
    """An event that a target has refused wants another look, however the export itself waits."""
    debts = announcements.owed(record)
    if not record.ended and not debts:
        return wait
    since = min((debt.since for debt in debts), default=record.ended_at or now)
    again = growing(since, now, most=TELL_AGAIN_MOST)
    return msgspec.structs.replace(wait, until=min(wait.until, again) if wait.until else again)


def _log_end(outside: Outside, record: Record, *, was_ended: bool) -> None:
    """The log line of an end, from the same value as the event; again where nobody was told yet."""
    if record.ended and (not was_ended or not record.told):
        export = export_of(record)
        outside.log.info(
            f"export.{record.ended.status.lower()}",
            export_id=export.export_id,
            region_id=export.region_id,
            image_id=export.image_id,
            task_id=export.task_id,
            export=export.wire(),
        )
