"""An image was seen, or named by an event: is it wanted, and by which rule? Records it if so (DESIGN §4.1, §7)."""

from datetime import datetime, timedelta

import msgspec

from ..decisions import hints
from ..decisions.admission import NotWanted, admit_image, watches
from ..decisions.exportable import format_warning
from ..decisions.identity import sighting_key
from ..decisions.refusals import advised
from ..decisions.waiting import LOOK_MOST, MINUTE, SILENCE, VISIBLE_WITHIN, growing
from ..errors import CloudFault
from ..values.account import AssumedRole
from ..values.arrival import Sighting
from ..values.cause import Cause
from ..values.export import Export, RequestedBy
from ..values.image import Image
from ..values.steps import Sight
from .advance import begin
from .outside import Outside
from .record import record
from .reject import Kept, reject

GIVE_UP = timedelta(hours=24)  # looks that fail are no verdict, but not for ever


class Seen(msgspec.Struct, frozen=True):
    """What came of a sighting: an export, a rejection, a look that comes again (`undecided`), or nothing.

    `fault`: the cloud's word on why it is undecided. `because`: why it is none of our business.
    """

    export: Export | None = None
    rejected: Cause | None = None
    undecided: bool = False
    fault: str | None = None
    because: str | None = None

    @property
    def ignored(self) -> bool:
        """None of our business."""
        return not (self.export or self.rejected or self.undecided)


def ignore(outside: Outside, reason: str) -> Seen:
    """It is none of our business, and the log and the answer say why."""
    outside.log.info("event.ignored", reason=reason)
    return Seen(because=reason)


def see(outside: Outside, sighting: Sighting, *, since: datetime | None = None) -> Seen:
    """Look at a named image and record what the policy wants of it. `since`: when it was first named."""
    outside.ledger.ready()
    log = outside.log.bind(image_id=sighting.image_id, region_id=sighting.region_id, event_id=sighting.event_id)
    outside = outside._replace(log=log)
    policy = outside.policy
    accounts = watches(policy, sighting.account_id, sighting.region_id) if policy else []
    if policy and not accounts:
        return ignore(outside, f"The policy names no account with a destination in {sighting.region_id}.")
    since = since or _named_at(outside, sighting)
    if policy is None:
        return _look_again(outside, sighting, since)
    try:
        image = _find(outside, sighting, accounts)
    except CloudFault as fault:
        log.warning("look.failed", code=fault.code, error=fault.cause.message)
        return msgspec.structs.replace(_look_failed(outside, sighting, since, fault), fault=fault.code)
    return _judge(outside, sighting, image) if image else _not_visible(outside, sighting, since)


def _named_at(outside: Outside, sighting: Sighting) -> datetime | None:
    """When another event named it, if one did. The first question to the ledger, whose time is fresh from here on."""
    found = outside.ledger.read(f"sighted/{sighting_key(sighting)}", Sighting)
    return found.at if found else None


def _find(outside: Outside, sighting: Sighting, accounts: list[AssumedRole]) -> Image | None:
    """The account's own image; a shared one is somebody else's to export. One dead role hides no other.

    A region that gives no answer is not asked again in another account's name.
    """
    faults = []
    for role in accounts:
        bucket = outside.ruled().bucket(role.account_id, sighting.region_id)
        try:
            image = outside.clouds.at(role, sighting.region_id, bucket).image(sighting.image_id)
        except CloudFault as fault:
            faults.append(fault)
            if fault.code in SILENCE:
                break
            continue
        if image and image.owner_alias == "self":
            return image
    if faults:
        raise faults[0]
    return None


def _judge(outside: Outside, sighting: Sighting, image: Image) -> Seen:
    asker = RequestedBy(trigger="event", id=sighting.event_id)
    now, policy = outside.ledger.now, outside.ruled()
    wanted = admit_image(policy, image, when="image-created", now=now, requested_by=asker)
    if isinstance(wanted, NotWanted):
        return ignore(outside, wanted.reason)
    gives_way = format_warning(policy.rule(wanted.rule).format, image.region_id)
    if gives_way:
        outside.log.warning("format.replaced", rule=wanted.rule, reason=gives_way)
    recorded = record(outside, wanted)
    return Seen(export=begin(outside, recorded, Sight(image=image)).export)


def _not_visible(outside: Outside, sighting: Sighting, since: datetime | None) -> Seen:
    if sighting.named_by_creation and (since is None or outside.ledger.now - since <= VISIBLE_WITHIN):
        outside.log.info("image.not_visible")
        return _look_again(outside, sighting, since)
    message = f"The event {sighting.event_id} names {sighting.image_id}, which is not there in {sighting.region_id}."
    return _give_up(outside, sighting, advised(Cause(code="InvalidImageId.NotFound", message=message)))


def _look_failed(outside: Outside, sighting: Sighting, since: datetime | None, fault: CloudFault) -> Seen:
    if since and outside.ledger.now - since > GIVE_UP:
        return _give_up(outside, sighting, advised(fault.cause))
    return _look_again(outside, sighting, since)


def _give_up(outside: Outside, sighting: Sighting, cause: Cause) -> Seen:
    reject(outside, sighting_key(sighting), cause, Kept(sighting=sighting))
    return Seen(rejected=cause)


def _look_again(outside: Outside, sighting: Sighting, since: datetime | None) -> Seen:
    """The marker `sighted` keeps when the image was first named; the hint says when to look."""
    ledger, key = outside.ledger, sighting_key(sighting)
    until = growing(since, ledger.now, most=LOOK_MOST) if since else ledger.now + MINUTE
    soon = ledger.now + MINUTE
    in_time = since is None or ledger.now - since <= VISIBLE_WITHIN
    hint = hints.due(min(until, soon) if in_time else until, f"sighted-{key}")
    ledger.put(hint)  # first, and kept for a while though it leads nowhere: no marker is left behind without one
    ledger.create(f"sighted/{key}", sighting)
    return Seen(undecided=True)


def asks(outside: Outside, key: str) -> set[tuple[str, str]]:
    """The accounts and regions that a look for a sighted image asks. Raises LedgerFault."""
    found = outside.readable(f"sighted/{key}", Sighting)
    if found is None or outside.policy is None:
        return set()
    region = found.fact.region_id
    return {(role.account_id, region) for role in watches(outside.policy, found.fact.account_id, region)}


def see_again(outside: Outside, key: str, hint: str) -> Seen:
    """Look once more for an image that was named before and not decided upon. Raises LedgerFault.

    The hint outlives the decision until nobody can be on his way any more who named the image in the same second.
    """
    ledger = outside.ledger
    found = ledger.read(f"sighted/{key}", Sighting)
    seen = see(outside, found.fact, since=found.at) if found else Seen()
    if found and not seen.undecided:
        ledger.delete(f"sighted/{key}")
    if seen.undecided or not hints.may_be_ahead(hint, ledger.now):
        ledger.delete(hint)
    return seen
