"""Images that were named or found and are not decided upon: a marker of each in the ledger, and when to look again."""

from collections.abc import Callable
from datetime import datetime

from ...decisions.naming import sighting_key
from ...decisions.policy.admission import watches
from ...values import ledger_keys as keys
from ...values.arrival import Sighted, Sighting
from ...values.image import Image
from ...values.place import Place
from ..context import Context
from ..ledger.fact_store import Found

Marker = Found[Sighted]


def key_of(sighting: Sighting) -> str:
    """Where its marker stands."""
    return keys.Sighted(sighting_key(sighting)).key


def marker_of(context: Context, sighting: Sighting) -> Marker | None:
    """The marker, if there is one that can be read."""
    return context.readable(key_of(sighting), Sighted)


def named_at(marker: Marker | None) -> datetime | None:
    """When it was first named, as far as that is known."""
    return (marker.fact.named_at or marker.at) if marker else None


def look_again(context: Context, sighting: Sighting, at: datetime) -> None:
    """The marker keeps when the image was first named; the hint says when to look."""
    _schedule(context, sighting, at, lambda: context.ledger.mark(key_of(sighting), sighting))


def reconsider_at(context: Context, seen: Sighted, at: datetime, marker: Marker | None) -> bool:
    """The same of an image that was seen. Answers whether it is seen, or seen Available, for the first time."""
    changed = marker is None or (marker.fact.named_at, marker.fact.available) != (seen.named_at, seen.available)
    _schedule(context, seen, at, lambda: context.ledger.put(key_of(seen), seen) if changed else None)
    return changed


def _schedule(context: Context, sighting: Sighting, at: datetime, then: Callable[[], object]) -> None:
    """Write the marker behind a hint, which is kept for a while though it leads nowhere.

    Where dates disagree it is late rather than early, for an early one seems to lead nowhere already.
    """
    at += context.ledger.latest - context.ledger.now
    context.ledger.schedule(keys.due_sighting(at, sighting_key(sighting)), then)


def sighted_now(sighting: Sighting, marker: Marker | None, image: Image, now: datetime) -> Sighted:
    """What the marker is to say of an image that was seen now."""
    fields = {name: getattr(sighting, name) for name in Sighting.__struct_fields__}
    available = image.status == "Available" or bool(marker and marker.fact.available)
    return Sighted(**fields, named_at=named_at(marker) or now, available=available)


def asks(context: Context, key: str) -> set[Place]:
    """The accounts and regions that a look for a sighted image asks. Raises LedgerFault."""
    found = context.readable(keys.Sighted(key).key, Sighted)
    if found is None or context.policy is None:
        return set()
    region = found.fact.region_id
    return {Place(role.account_id, region) for role in watches(context.policy, found.fact.account_id, region)}
