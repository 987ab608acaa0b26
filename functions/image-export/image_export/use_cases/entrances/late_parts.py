"""Parts of an event that could not be recorded in time, or because of one object of the ledger: kept, and recorded by
the watcher. Not the first try: that is `receive`.

They stand under sighted/late-<hash> behind a hint of the same name. Whatever is done twice is found by its token.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import field
from msgspec.structs import replace

from ...decisions.state.backoff import LOOK_MOST, MINUTE
from ...decisions.state.hints import may_be_ahead
from ...errors import CloudFault, FactUnreadable, LedgerFault
from ...values import ledger_keys as keys
from ...values.arrival import Arrival, DirectRequest, Malformed, Sighting
from ...values.cause import Cause
from ...values.wire import Wire
from ..context import Context
from .event_part import SECONDS_FOR_A_PART, Delivery, take
from .reject import reject
from .sighting import Outcome

KEPT_MAX = 5000  # parts of one event: more than fit into an asynchronous invocation's 128 KB
TIME_SHARE = 0.5  # of what is left of a tick
GIVE_UP = timedelta(hours=24)


class Late(Wire, frozen=True, kw_only=True):
    """What is still to be taken of an event, whose invocation it was, and since when it waits."""

    request_id: str = field(name="RequestId")
    region_id: str = field(name="RegionId")
    since: datetime = field(name="Since")
    requests: tuple[DirectRequest, ...] = field(name="Requests", default=())
    sightings: tuple[Sighting, ...] = field(name="Sightings", default=())
    malformed: tuple[Malformed, ...] = field(name="Malformed", default=())

    @property
    def parts(self) -> tuple[Arrival, ...]:
        """What records alone first."""
        return (*self.requests, *self.malformed, *self.sightings)

    def left(self, parts: Iterable[Arrival]) -> "Late":
        """The same with these parts alone."""
        parts = tuple(parts)
        return replace(
            self,
            requests=tuple(one for one in parts if isinstance(one, DirectRequest)),
            sightings=tuple(one for one in parts if isinstance(one, Sighting)),
            malformed=tuple(one for one in parts if isinstance(one, Malformed)),
        )


def keep(context: Context, left: list[Delivery]) -> dict[int, Outcome]:
    """Keep these parts of an event for the watcher; answers what became of each. Raises LedgerFault.

    A DryRun is nothing to keep, since nobody would hear of it.
    """
    wanted = [part for part in left if not (isinstance(part.arrival, DirectRequest) and part.arrival.dry_run)]
    outcome = {part.position: Outcome(because="There was no time for this DryRun.") for part in left}
    if not wanted:
        return outcome
    context.ledger.ready(anew=True)  # perhaps the first question of this invocation: what time it is
    first = wanted[0]
    key = keys.LATE + hashlib.sha256(first.request_id.encode() + first.body).hexdigest()[:40]
    empty = Late(request_id=first.request_id, region_id=first.region_id, since=context.ledger.now)
    _put(context, key, empty.left(map(_named, wanted[:KEPT_MAX])), context.ledger.now + MINUTE)
    context.log.warning("event.kept", parts=len(wanted), key=key)
    outcome |= {part.position: Outcome(undecided=True) for part in wanted}
    if len(wanted) > KEPT_MAX:
        message = f"The event has {len(wanted) - KEPT_MAX} parts more than can be kept until there is time for them."
        cause = Cause(code="TooManyParts", message=message, recommend="Send them again, in smaller arrays.")
        reject(context, hashlib.sha256(first.body + b"#rest").hexdigest(), cause, first.kept)
        outcome |= {part.position: Outcome(rejected=cause) for part in wanted[KEPT_MAX:]}
    return outcome


def _named(part: Delivery) -> Arrival:
    """The request under the name by which FC's next delivery of the event would find it."""
    one = part.arrival
    return replace(one, event_id=one.event_id or part.name) if isinstance(one, DirectRequest) else one


def _put(context: Context, key: str, late: Late, at: datetime) -> None:
    context.ledger.schedule(keys.due_sighting(at, key), lambda: context.ledger.put(keys.Late(key).key, late))


def take_late(context: Context, key: str, hint: str) -> list[Outcome]:
    """Record what there is time for, and keep the rest. Raises LedgerFault."""
    ledger, outcome, left = context.ledger, list[Outcome](), list[Arrival]()
    found = ledger.read(keys.Late(key).key, Late)
    until_s = max(context.remaining_s() * TIME_SHARE, SECONDS_FOR_A_PART)
    for part in found.fact.parts if found else ():
        took = _take(context, found.fact, part) if found and context.remaining_s() >= until_s else None
        if took:
            outcome.append(took)
        else:
            left.append(part)
    if found and left:
        _put(context, key, found.fact.left(left), ledger.now + (MINUTE if outcome else LOOK_MOST))
    elif found:
        ledger.delete(keys.Late(key).key)
    if found or not may_be_ahead(hint, ledger.now):
        ledger.delete(hint)
    return [*outcome, *(Outcome(undecided=True) for _ in left)]


def _take(context: Context, late: Late, part: Arrival) -> Outcome | None:
    """None where it could not be taken now; after a day of that it is rejected, so that somebody hears of it."""
    body = _as_sent(part)
    delivery = Delivery(body, late.request_id, late.region_id, 0, part)
    try:
        return take(context, delivery)
    except (LedgerFault, CloudFault) as fault:
        context.log.error("event.not_recorded", code=fault.code, error=fault.cause.message)
        if not isinstance(fault, FactUnreadable) or context.ledger.now - late.since < GIVE_UP:
            return None
        reject(context, delivery.digest, fault.cause, delivery.kept)
        return Outcome(rejected=fault.cause)


def _as_sent(part: Arrival) -> bytes:
    """A body that a replay reads as the same request."""
    if not isinstance(part, DirectRequest):
        return b""
    return json.dumps({name: value for name, value in part.wire().items() if value and name != "EventId"}).encode()
