"""One part of an event: a sighting, a request or what cannot be understood. Looks come later."""

import hashlib

import msgspec
from msgspec.structs import replace

from ...decisions.arrivals.own_tokens import of_delivery
from ...decisions.policy.admission import admit_direct
from ...errors import AskerFault
from ...values.arrival import Arrival, DirectRequest, Ignored, Malformed, Sighting
from ...values.export import RequestedBy
from ..context import Context
from ..export.dry_run import rehearse
from ..export.record import record
from .reject import Kept, kept_event, reject
from .sighting import Outcome, consider, ignore

SECONDS_FOR_A_PART = 20.0  # some ten calls of the ledger, or one look and these


class Delivery(msgspec.Struct, frozen=True):
    """One thing of an event. `name` stays the same when FC delivers the event again, which it does at least once."""

    body: bytes
    request_id: str
    region_id: str
    position: int = 0
    arrival: Arrival = Ignored(reason="")

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


def take(context: Context, part: Delivery) -> Outcome:
    """Record what it asks for, or what is wrong with it. Raises LedgerFault and CloudFault."""
    arrival = part.arrival
    if isinstance(arrival, Sighting):
        return consider(context, arrival)
    if isinstance(arrival, DirectRequest):
        return _direct(context, arrival, part)
    if isinstance(arrival, Malformed):
        reject(context, arrival.digest, arrival.cause, part.kept)
        return Outcome(rejected=arrival.cause)
    return ignore(context._replace(log=context.log.bind(event_id=arrival.event_id)), arrival.reason)


def _direct(context: Context, direct: DirectRequest, part: Delivery) -> Outcome:
    """Without a ClientToken the token is the message's id or the delivery's own name."""
    try:
        asker = RequestedBy(trigger="invoke", id=part.request_id)
        request = admit_direct(context.ruled(), direct, default_region=part.region_id, requested_by=asker)
        if direct.dry_run:
            return Outcome(export=rehearse(context, request))
        token = request.client_token or of_delivery(direct.event_id or part.name)  # a message comes by any invocation
        return Outcome(recorded=record(context, replace(request, client_token=token)))
    except AskerFault as fault:
        if not direct.dry_run:  # which writes nothing
            reject(context, part.digest, fault.cause, part.kept)
        return Outcome(rejected=fault.cause)
