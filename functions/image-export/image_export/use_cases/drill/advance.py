"""Look at one drill, decide purely, take the step; again until it has to wait."""

from typing import NamedTuple

from ...decisions.drill import telling
from ...decisions.drill.table import next_step
from ...decisions.drill.view import drill_of
from ...decisions.results import delivery
from ...decisions.state.backoff import MINUTE
from ...errors import CloudFault, Refused
from ...values import ledger_keys as keys
from ...values.drill.drill import Drill
from ...values.drill.record import DrillRecord
from ...values.drill.steps import Pause, StartInstance
from ..context import Context
from . import facts
from .look import DrillLook
from .perform import PERFORM
from .ports import Drilling

STEPS_MAX = 40
SECONDS_TO_START = 60.0
SECONDS_TO_STEP = 5.0


class MovedDrill(NamedTuple):
    """A drill after a look: its facts, what the world sees of it, and the hints to deliver what is owed of it."""

    record: DrillRecord
    drill: Drill
    deliveries: frozenset[str] = frozenset()


def advance(context: Context, drilling: Drilling, drill: str, *, hint: str | None = None) -> MovedDrill | None:
    """Move the drill as far as it goes now and say where it stands; None where it has no `requested` yet."""
    record = facts.load(context.ledger, drill)
    if record is None:
        return None
    log = context.log.bind(drill_id=drill, region_id=record.request.region_id)
    was_ended = record.ended is not None
    look, rest = _work(DrillLook(context._replace(log=log), drilling, record))
    shown = drill_of(look.record, reason=rest.reason)
    if look.record.ended and not was_ended:
        log.info("drill.ended", verdict=look.record.ended.verdict, drill=shown.wire())
    return MovedDrill(look.record, shown, _leave_hints(context, look.record, rest, hint))


def _work(look: DrillLook) -> tuple[DrillLook, Pause]:
    context = look.context
    for _ in range(STEPS_MAX):
        step = next_step(look.situation)
        if isinstance(step, Pause):
            return look, step
        needed_s = SECONDS_TO_START if isinstance(step, StartInstance) else SECONDS_TO_STEP
        if context.remaining_s() < needed_s:
            return look, Pause("OutOfTime", context.ledger.now)
        try:
            look = PERFORM[type(step)](look, step)
        except CloudFault as fault:
            said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
            context.log.warning("look.failed", **said)
            look = look.with_heard(failed=fault.cause, refused=isinstance(fault, Refused))
    return look, Pause("OutOfSteps", context.ledger.now + MINUTE)


def _leave_hints(context: Context, record: DrillRecord, rest: Pause, came_from: str | None) -> frozenset[str]:
    """Say when to look and what to deliver next, and remove the hint that led here."""
    ledger = context.ledger
    deliveries = delivery.hints_for(record.drill_id, telling.pending(record), ledger.now)
    looks = {keys.due(rest.until, record.drill_id)} if rest.until else set()
    ledger.reschedule({came_from} if came_from else set(), deliveries | looks)
    if not looks:
        close(context, record)
    return frozenset(deliveries)


def close(context: Context, record: DrillRecord) -> None:
    """Once nothing is to be done or told any more: show it whole in the history, and remove its markers.

    It may have two, where the policy named another account as somebody else recorded it.
    """
    if record.ended and not telling.pending(record):
        context.ledger.put(record.listed, drill_of(record))
        for entry in list(context.ledger.walk(keys.DrillOpen.below())):
            marker = keys.DrillOpen.read(entry.key)
            if marker and marker.drill_id == record.drill_id:
                context.ledger.delete(entry.key)
