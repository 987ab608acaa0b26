"""What must be true of a life in which something is odd."""

from collections.abc import Iterator

from .reading import exports
from .scenario import Scenario

HELD_TICKS = 8  # nobody waits for more of them until his first claim, where there is room


def all_of_an_array_is_taken(scenario: Scenario) -> Iterator[str]:
    """Each request of an array has its export, or is rejected visibly."""
    world = scenario.world
    if "versioning" in world.conditions.kinds:
        return  # while the ledger's bucket is versioned, an array is refused as a whole
    known = {(*one.place, one.request["ImageId"]) for one in exports(world)}
    rejected = b"".join(world.objects[key].body for key in world.objects.below("rejected/"))
    for asked in world.odd.asked:
        if asked not in known and asked[-1].encode() not in rejected:
            yield f"{asked[-1]} is neither recorded nor rejected"


def nobody_is_held_up(scenario: Scenario) -> Iterator[str]:
    """Whom a night lets wait for room has his first claim within some ticks, whatever cannot be read beside him."""
    world = scenario.world
    if world.odd.kind != "poisoned" or not world.steady or "versioning" in world.conditions.kinds:
        return  # while the ledger's bucket is versioned, nothing starts
    if world.pauses:
        return  # and neither does anything while somebody has paused it
    for one in exports(world):
        if one.request["RequestedBy"]["Trigger"] != "nightly":  # its image may not be Available yet
            continue
        first = one.claimed_at.get(1)
        waited = sum(one.requested_at < at < first for at in scenario.ticks) if first else 0
        if waited > HELD_TICKS and not world.silent_until:
            yield f"{one.export_id} has waited for its first claim from {one.requested_at} to {first}"
