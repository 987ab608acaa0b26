"""The tick's look at what is due at its time: exports and sighted images. What is only to be delivered is collected."""

from ...decisions import ledger_keys as hints
from ...decisions.state.backoff import LOOK_MOST, SILENCE
from ...values.facts import Requested
from ...values.steps import Sight
from ..entrances.late_parts import LATE, take_late
from ..entrances.sighting import see_again
from ..entrances.undecided_images import asks
from .tick import SECONDS_FOR_A_LOOK, Tick

TIME_SHARE = 0.5  # of what is left of the tick: the rest is for starts, sweeps and the night
SILENT_MOST = 4  # accounts and regions that the tick has waited for in vain; then only those that have answered it


def look_at_due(tick: Tick) -> None:
    """Look at all that is due as this begins; once at what several hints lead to: ticks that overlap multiply them.

    What comes due meanwhile may be what a look of this tick has left: it is not yet one hint too many.
    """
    ledger, looked = tick.outside.ledger, set[str]()
    began = hints.stamp(ledger.now)
    leave_s = max(tick.outside.remaining_s() * TIME_SHARE, SECONDS_FOR_A_LOOK)
    for entry in ledger.walk("due/"):
        name = hints.read_due(entry.key)
        if name is None:
            continue
        stamp, kind, rest = name
        if stamp > began:
            return
        if hints.read_delivery(entry.key):
            tick.due.add([entry.key])
            continue
        if tick.outside.remaining_s() < leave_s or not tick.has_time():
            continue  # of what is behind, deliveries cost no look
        what = f"{kind}-{rest}"
        if what in looked:
            if not hints.may_be_ahead(entry.key, ledger.now):
                tick.outside.forget(entry.key)
            continue
        looked.add(what)
        if tick.silent and _is_silent(tick, kind, rest):
            continue
        if not (_look_at_export(tick, what, entry.key) if kind == "exp" else _look(tick, kind, rest, entry.key)):
            _later(tick, what, entry.key)


def _later(tick: Tick, what: str, hint: str) -> None:
    """Or it would stand in the way of the others. The old hint goes once there is a new one."""
    if tick.outside.keep(hints.due(tick.outside.ledger.now + LOOK_MOST, what)):
        tick.outside.forget(hint)


def _is_silent(tick: Tick, kind: str, rest: str) -> bool:
    """Whether this tick has waited for that account and region in vain already, or for too many others: not now."""
    asked = _asked(tick, kind, rest)
    return bool(asked & tick.silent) or (len(tick.silent) >= SILENT_MOST and not asked <= tick.answering)


def _asked(tick: Tick, kind: str, rest: str) -> set[tuple[str, str]]:
    """The accounts and regions that a look would ask; none where there is nothing to look at."""
    if kind == "sighted":
        return set() if rest.startswith(LATE) else asks(tick.outside, rest)
    requested = tick.outside.readable(f"exports/{kind}-{rest}/requested", Requested) if kind == "exp" else None
    return {(requested.fact.request.account_id, requested.fact.request.region_id)} if requested else set()


def _look_at_export(tick: Tick, export: str, hint: str) -> bool:
    """Whether the look came to an end of its own. What is ready queues up: its turn is by priority, in this tick."""
    return (
        tick.advance(export, sight=Sight(in_turn=False), hint=hint) is not None
        or not tick.outside.ledger.page(hint, limit=1).entries
    )


def _look(tick: Tick, kind: str, rest: str, hint: str) -> bool:
    """The same for an image that was sighted. A hint to anything else leads nowhere."""
    try:
        if kind == "sighted" and rest.startswith(LATE):
            for one in take_late(tick.outside, rest, hint):
                tick.rejected += [one.rejected] if one.rejected else []
        elif kind == "sighted":
            seen = see_again(tick.outside, rest, hint)
            if seen.fault in SILENCE:
                tick.silent |= asks(tick.outside, rest)
            if seen.export:
                tick.exports[seen.export.export_id] = seen.export
            if seen.rejected:
                tick.rejected.append(seen.rejected)
            (tick.undecided if seen.undecided else tick.decided).add(rest)
        else:
            tick.outside.ledger.delete(hint)
    except Exception as fault:  # noqa: BLE001 - a fault, or a bug, of one must not stop the others
        tick.broken(fault, hint=hint)
        return False
    return True
