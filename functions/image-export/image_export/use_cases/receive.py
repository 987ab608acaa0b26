"""`on_event`: whatever arrived becomes sightings and requests, each recorded and looked at once."""

import hashlib

import msgspec
from msgspec.structs import replace

from ..decisions.admission import admit_direct
from ..decisions.envelopes import read_event
from ..errors import AskerFault, CloudFault, LedgerFault
from ..values.answer import LISTED_MAX, Answer
from ..values.arrival import Arrival, DirectRequest, Malformed, Sighting
from ..values.cause import Cause
from ..values.export import RequestedBy
from .advance import begin
from .outside import Outside
from .record import record
from .rehearse import rehearse
from .reject import Kept, kept_event, reject
from .see import Seen, ignore, see


class Delivery(msgspec.Struct, frozen=True):
    """One thing of an event. `name` stays the same when FC delivers the event again, which it does at least once."""

    body: bytes
    request_id: str
    region_id: str
    position: int = 0

    @property
    def name(self) -> str:
        """The invocation's request id, and for what stands behind another in an array its place."""
        return f"{self.request_id}-{self.position}" if self.position else self.request_id

    @property
    def digest(self) -> str:
        """What a rejection is kept under."""
        place = f"#{self.position}".encode() if self.position else b""
        return hashlib.sha256(self.body + place).hexdigest()

    @property
    def kept(self) -> Kept:
        """What a rejection keeps of it."""
        return kept_event(self.body, self.position, self.region_id)


def receive(outside: Outside, body: bytes, *, request_id: str, region_id: str) -> Answer:
    """Take an event. Raises what kept a part of it from being recorded, after everything else in it was tried.

    FC delivers it again then (P6); what was recorded the first time is found.
    """
    seen: list[Seen] = []
    lost: LedgerFault | CloudFault | None = None
    for position, arrival in enumerate(read_event(body)):
        try:
            seen.append(_take(outside, arrival, Delivery(body, request_id, region_id, position)))
        except (LedgerFault, CloudFault) as fault:
            outside.log.error("event.not_recorded", code=fault.code, error=fault.cause.message)
            lost = fault
    if lost:
        raise lost
    return answer_of(seen, request_id)


def answer_of(seen: list[Seen], request_id: str) -> Answer:
    """What came of each part, in one answer."""
    because = [one.because for one in seen if one.ignored and one.because]
    return Answer(
        request_id=request_id,
        exports=tuple(one.export for one in seen if one.export),
        rejected=tuple(one.rejected for one in seen if one.rejected),
        ignored=sum(one.ignored for one in seen),
        ignored_because=tuple(because[:LISTED_MAX]),
        undecided=sum(one.undecided for one in seen),
    )


def receive_part(outside: Outside, body: bytes, position: int, name: tuple[str, str]) -> Seen:
    """Take that part of an event alone, under this name, in this region. Raises as `receive`, and AskerFault."""
    request_id, region_id = name
    arrivals = read_event(body)
    if position >= len(arrivals):
        raise AskerFault(Cause(code="NotReplayable", message=f"The event has no part {position}."), status=409)
    return _take(outside, arrivals[position], Delivery(body, request_id, region_id, position))


def _take(outside: Outside, arrival: Arrival, delivery: Delivery) -> Seen:
    if isinstance(arrival, Sighting):
        return see(outside, arrival)
    if isinstance(arrival, DirectRequest):
        return _direct(outside, arrival, delivery)
    if isinstance(arrival, Malformed):
        reject(outside, arrival.digest, arrival.cause, delivery.kept)
        return Seen(rejected=arrival.cause)
    return ignore(outside._replace(log=outside.log.bind(event_id=arrival.event_id)), arrival.reason)


def _direct(outside: Outside, direct: DirectRequest, delivery: Delivery) -> Seen:
    """Without a ClientToken the token is the message's id or the delivery's own name (DESIGN §7)."""
    try:
        asker = RequestedBy(trigger="invoke", id=delivery.request_id)
        request = admit_direct(outside.ruled(), direct, default_region=delivery.region_id, requested_by=asker)
        if direct.dry_run:
            return Seen(export=rehearse(outside, request))
        name = direct.event_id or delivery.name  # FC may bring a message again by another invocation
        recorded = record(outside, replace(request, client_token=request.client_token or name))
        return Seen(export=begin(outside, recorded).export)
    except AskerFault as fault:
        if not direct.dry_run:  # which writes nothing
            reject(outside, delivery.digest, fault.cause, delivery.kept)
        return Seen(rejected=fault.cause)
