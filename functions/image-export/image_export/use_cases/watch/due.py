"""The tick's look at what is due at its time: exports and sighted images. What is only to be delivered is collected."""

from datetime import timedelta

from ...decisions.state.backoff import LOOK_MOST, NO_ANSWER
from ...decisions.state.hints import may_be_ahead
from ...values import ledger_keys as keys
from ...values.facts import Requested
from ...values.place import Place
from ...values.steps import Observed
from ..entrances.late_parts import take_late
from ..entrances.sighting import consider_again
from ..entrances.undecided_images import asks
from .tick import SECONDS_FOR_A_LOOK, Tick

LATE = timedelta(minutes=10)  # a look that has been due for so long, and is left once more, has fallen behind
SOON = timedelta(minutes=10)  # what is due by then tells whom a delivery was refused by
TIME_SHARE = 0.5  # of what is left of the tick: the rest is for starts, sweeps and the night
UNRESPONSIVE_MOST = (
    4  # accounts and regions that the tick has waited for in vain; then only those that have answered it
)


def look_at_due(tick: Tick) -> None:
    """Look at all that is due as this begins; once at what several hints lead to: ticks that overlap multiply them.

    What comes due meanwhile may be what a look of this tick has left: it is not yet one hint too many. The tick is cut
    where it has no time for any, or leaves one that has been due for ten minutes.
    """
    ledger, looked = tick.context.ledger, set[str]()
    began, late, soon = (keys.stamp(ledger.now + of) for of in (timedelta(0), -LATE, SOON))
    leave_s = max(tick.context.remaining_s() * TIME_SHARE, SECONDS_FOR_A_LOOK)
    for entry in ledger.walk(keys.Due.below()):
        delivery = keys.read_delivery(entry.key)
        due = delivery or keys.Due.read(entry.key)
        if due is None:
            continue
        if due.stamp > soon:
            return
        if due.stamp > began:
            tick.due.foresee(delivery)
            continue
        if isinstance(due, keys.Delivery):
            tick.due.add([entry.key])
            continue
        if not tick.has_time() or tick.context.remaining_s() < leave_s:
            tick.is_cut = tick.is_cut or not looked or due.stamp < late
            continue  # of what is behind, deliveries cost no look
        if due.what in looked:
            if not may_be_ahead(entry.key, ledger.now):
                tick.context.forget(entry.key)
            continue
        looked.add(due.what)
        if tick.unresponsive and _is_unresponsive(tick, due):
            continue
        look = _look_at_export if due.export_id else _look_at_other if _is_other(due) else _look
        if not look(tick, due):
            _later(tick, due)


def _later(tick: Tick, due: keys.Due) -> None:
    """Or it would stand in the way of the others. The old hint goes once there is a new one."""
    if tick.context.keep(keys.due(tick.context.ledger.now + LOOK_MOST, due.what)):
        tick.context.forget(due.key)


def _is_unresponsive(tick: Tick, due: keys.Due) -> bool:
    """Whether this tick has waited for that account and region in vain already, or for too many others: not now."""
    asked = _asked(tick, due)
    return bool(asked & tick.unresponsive) or (
        len(tick.unresponsive) >= UNRESPONSIVE_MOST and not asked <= tick.answering
    )


def _asked(tick: Tick, due: keys.Due) -> set[Place]:
    """The accounts and regions that a look would ask; none where there is nothing to look at."""
    if due.sighting is not None:
        return set() if due.sighting.startswith(keys.LATE) else asks(tick.context, due.sighting)
    key = keys.Requested(due.export_id).key if due.export_id else None
    requested = tick.context.readable(key, Requested) if key else None
    return {requested.fact.request.place} if requested else set()


def _look_at_export(tick: Tick, due: keys.Due) -> bool:
    """Whether the look came to an end of its own. What is ready queues up: its turn is by priority, in this tick."""
    return (
        tick.advance(due.what, observed=Observed(in_turn=False), hint=due.key) is not None
        or not tick.context.ledger.page(due.key, limit=1).entries
    )


def _is_other(due: keys.Due) -> bool:
    return bool(keys.restore_in(due.what) or keys.drill_in(due.what))


def _look_at_other(tick: Tick, due: keys.Due) -> bool:
    """The same for a restore or a drill."""
    return tick.advance_other(due.what, hint=due.key)


def _look(tick: Tick, due: keys.Due) -> bool:
    """The same for an image that was sighted. A hint to anything else leads nowhere."""
    hint, rest = due.key, due.sighting
    try:
        if rest is None:
            tick.context.ledger.delete(hint)
        elif rest.startswith(keys.LATE):
            for one in take_late(tick.context, rest, hint):
                tick.rejected += [one.rejected] if one.rejected else []
        else:
            _look_at_image(tick, rest, hint)
    except Exception as fault:  # noqa: BLE001 - a fault, or a bug, of one must not stop the others
        tick.broken(fault, hint=hint)
        return False
    return True


def _look_at_image(tick: Tick, sighting: str, hint: str) -> None:
    """Raises LedgerFault. A hint without its marker is no decision: the sweep may still remember that image."""
    outcome = consider_again(tick.context, sighting, hint)
    if outcome is None:
        return
    if outcome.fault in NO_ANSWER:
        tick.unresponsive |= asks(tick.context, sighting)
    if outcome.export:
        tick.exports[outcome.export.export_id] = outcome.export
    if outcome.rejected:
        tick.rejected.append(outcome.rejected)
    (tick.undecided if outcome.undecided else tick.decided).add(sighting)
