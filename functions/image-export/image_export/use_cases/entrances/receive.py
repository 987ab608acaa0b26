"""Whatever an event says becomes sightings and requests, each recorded and looked at once."""

from ...decisions.arrivals.envelopes import read_event
from ...decisions.results.export_view import export_of
from ...errors import AskerFault, CloudFault, FactUnreadable, LedgerFault
from ...values.answer import LISTED_MAX, Answer
from ...values.arrival import Sighting
from ...values.cause import Cause
from ..context import Context
from ..export.advance import SECONDS_TO_START, begin
from .event_part import SECONDS_FOR_A_PART, Delivery, take
from .late_parts import keep
from .sighting import Outcome

SECONDS_TO_BEGIN = SECONDS_TO_START + SECONDS_FOR_A_PART


def receive(context: Context, body: bytes, *, request_id: str, region_id: str) -> Answer:
    """Take an event: record all of it first, then look at what was recorded, as the time goes.

    Raises what kept a part of it from being recorded, after everything else in it was tried: FC delivers it again then
    (docs/protocol.md#p6), and what was recorded the first time is found. What there is no time for is kept for later.
    """
    parts = [Delivery(body, request_id, region_id, n, one) for n, one in enumerate(read_event(body))]
    outcome, left, lost = dict[int, Outcome](), list[Delivery](), None
    for part in sorted(
        parts, key=lambda part: isinstance(part.arrival, Sighting)
    ):  # these take looks, not records alone
        if len(parts) > 1 and context.remaining_s() < SECONDS_FOR_A_PART:
            left.append(part)
            continue
        try:
            outcome[part.position] = take(context, part)
        except FactUnreadable as fault:  # repeated soon it would be the same
            context.log.error("fact.unreadable", error=fault.cause.message)
            left.append(part)
        except (LedgerFault, CloudFault) as fault:
            context.log.error("event.not_recorded", code=fault.code, error=fault.cause.message)
            lost = fault
    outcome |= keep(context, left)
    if lost:
        raise lost
    return answer_of([_begun(context, outcome[n], alone=len(parts) == 1) for n in sorted(outcome)], request_id)


def _begun(context: Context, outcome: Outcome, *, alone: bool) -> Outcome:
    """What was recorded, after a look if there is time for one. It is watched by now, whatever comes of the look."""
    recorded = outcome.recorded
    if recorded is None:
        return outcome
    made = recorded.record
    if not alone and context.remaining_s() < SECONDS_TO_BEGIN:
        return Outcome(export=export_of(made)) if made else Outcome(undecided=True)
    try:
        return Outcome(export=begin(context, recorded).export)
    except LedgerFault as fault:
        if alone and not made:
            raise
        context.log.warning("look.broken", export_id=recorded.export_id, code=fault.code, error=fault.cause.message)
        return Outcome(export=export_of(made)) if made else Outcome(undecided=True)


def answer_of(outcome: list[Outcome], request_id: str) -> Answer:
    """What came of each part, in one answer."""
    because = [one.because for one in outcome if one.ignored and one.because]
    return Answer(
        request_id=request_id,
        exports=tuple(one.export for one in outcome if one.export),
        rejected=tuple(one.rejected for one in outcome if one.rejected),
        ignored=sum(one.ignored for one in outcome),
        ignored_because=tuple(because[:LISTED_MAX]),
        undecided=sum(one.undecided for one in outcome),
    )


def receive_part(context: Context, body: bytes, position: int, name: tuple[str, str]) -> Outcome:
    """Take that part of an event alone, under this name, in this region. Raises as `receive`, and AskerFault."""
    request_id, region_id = name
    arrivals = read_event(body)
    if position >= len(arrivals):
        raise AskerFault(Cause(code="NotReplayable", message=f"The event has no part {position}."))
    return _begun(
        context, take(context, Delivery(body, request_id, region_id, position, arrivals[position])), alone=True
    )
