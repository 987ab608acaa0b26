"""An image was seen, or named by an event: is it wanted, and by which rule? Records it if so (DESIGN §4.1, §7)."""

import hashlib
from datetime import timedelta

import msgspec

from ..decisions import hints
from ..decisions.admission import NotWanted, admit_image, watches
from ..decisions.refusals import advised
from ..decisions.starting import VISIBLE_WITHIN
from ..errors import CloudFault
from ..values.account import AssumedRole
from ..values.arrival import Sighting
from ..values.cause import Cause
from ..values.export import Export, RequestedBy, Trigger
from ..values.image import Image
from ..values.steps import Sight
from .advance import advance
from .outside import Outside
from .record import record
from .reject import reject

LOOK_AGAIN = timedelta(minutes=1)


class Seen(msgspec.Struct, frozen=True):
    """What came of a sighting: an export, a rejection, or nothing (ignored, or to be looked for again)."""

    export: Export | None = None
    rejected: Cause | None = None


def see(outside: Outside, sighting: Sighting, trigger: Trigger) -> Seen:
    """Look at a named image and record what the policy wants of it. Raises LedgerFault."""
    outside.ledger.ready()
    log = outside.log.bind(image_id=sighting.image_id, region_id=sighting.region_id, event_id=sighting.event_id)
    accounts = watches(outside.policy, sighting.account_id, sighting.region_id)
    if not accounts:
        log.info("event.ignored", reason="The policy names no account with a destination there.")
        return Seen()
    try:
        image = _find(outside, sighting, accounts)
    except CloudFault as fault:
        log.warning("look.failed", code=fault.code, error=fault.cause.message)
        _look_again(outside, sighting)
        return Seen()
    if image is None:
        return _not_visible(outside, sighting)
    wanted = admit_image(
        outside.policy,
        image,
        sighting,
        when="image-created",
        requested_by=RequestedBy(trigger=trigger, id=sighting.event_id),
    )
    if isinstance(wanted, NotWanted):
        log.info("event.ignored", reason=wanted.reason)
        return Seen()
    recorded = record(outside, wanted)
    return Seen(export=advance(outside, recorded.export_id, sight=Sight(image=image), hint=recorded.hint))


def _find(outside: Outside, sighting: Sighting, accounts: list[AssumedRole]) -> Image | None:
    for role in accounts:
        bucket = outside.policy.bucket(role.account_id, sighting.region_id)
        image = outside.clouds.at(role, sighting.region_id, bucket).image(sighting.image_id)
        if image:
            return image
    return None


def _not_visible(outside: Outside, sighting: Sighting) -> Seen:
    if sighting.named_by_creation:
        outside.log.info("image.not_visible", image_id=sighting.image_id, region_id=sighting.region_id)
        _look_again(outside, sighting)
        return Seen()
    return _give_up(outside, sighting)


def _give_up(outside: Outside, sighting: Sighting) -> Seen:
    message = (
        f"The event {sighting.event_id} names image {sighting.image_id}, which is not there in {sighting.region_id}."
    )
    cause = advised(Cause(code="InvalidImageId.NotFound", message=message))
    reject(outside, _digest(sighting), cause)
    return Seen(rejected=cause)


def _look_again(outside: Outside, sighting: Sighting) -> None:
    """The marker `sighted` keeps when the image was first named; the hint says when to look."""
    outside.ledger.create(f"sighted/{_digest(sighting)}", sighting)
    outside.ledger.put(hints.due(outside.ledger.now + LOOK_AGAIN, f"sighted-{_digest(sighting)}"))


def see_again(outside: Outside, digest: str, hint: str) -> Seen:
    """Look once more for an image that was not visible; after 15 minutes it is rejected. Raises LedgerFault."""
    ledger = outside.ledger
    found = ledger.read(f"sighted/{digest}", Sighting)
    if found is None:
        ledger.delete(hint)
        return Seen()
    late = ledger.now - found.at > VISIBLE_WITHIN
    sighting = msgspec.structs.replace(found.fact, named_by_creation=not late)
    seen = see(outside, sighting, "watch")
    ledger.delete(hint)
    if late or seen.export:
        ledger.delete(f"sighted/{digest}")
    return seen


def _digest(sighting: Sighting) -> str:
    parts = (sighting.account_id or "", sighting.region_id, sighting.image_id)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
