"""The invariants of watching what stays refused: no export ends for that too early, and none takes long in silence."""

from collections.abc import Iterator, Sequence
from dataclasses import replace as changed
from datetime import datetime, timedelta
from itertools import pairwise

from .conditions import JUMP
from .dead import TASKS
from .reading import Delivered, exports
from .scenario import Scenario
from .world import World

FORTNIGHT = timedelta(days=14)
WATCHED_EVERY = timedelta(hours=2, minutes=5)  # looks that are further apart do not count as watching
STALLS_WITHIN = timedelta(hours=8)  # of the largest image here, and a watcher's pause
CALLED_OFF = timedelta(days=3)  # of watching: a task that flickers begins the ten minutes of rule 12 anew
SAID_WITHIN = timedelta(hours=6)  # of looks that are refused: one look's finding may be kept from the ledger


def refused_watches(scenario: Scenario) -> Iterator[str]:
    """WatchRefused: nothing could be looked at in a fortnight of watching. What takes too long is called Stalled."""
    world = scenario.world
    for export in exports(world):
        if export.ended is None or export.ended_at is None:
            continue
        if export.error == "WatchRefused" and export.ended["Status"] == "Failed":
            yield from _too_early(world, export, export.ended_at)
        first, last = max(export.settled_at + STALLS_WITHIN, world.fair_from), export.ended_at
        refused = [at for at in world.refused_at.get(export.place, ()) if first < at < last]
        if not export.stalled and refused and refused[-1] - refused[0] > SAID_WITHIN:
            yield f"{export.export_id} took long and could not be looked at, and nobody called it stalled"


def _too_early(world: World, export: Delivered, ended_at: datetime) -> Iterator[str]:
    """Where dates of single answers jump, a fortnight is one but for the largest jump."""
    first = ended_at - FORTNIGHT
    seen_from = first + (JUMP if "dates" in world.conditions.kinds else timedelta(0))
    named = {account.account_id for account in world.policy.accounts} if world.policy else set()
    unmended = (changed(dead, mends=dead.mends if dead.account_id in named else None) for dead in world.dead)
    if not any(dead.account_id == export.place[0] and dead.lasts(seen_from, ended_at) for dead in unmended):
        yield f"{export.export_id} is {export.error} at {ended_at}, and could be looked at since {first}"
    looks = [first, *(at for at in world.refused_at.get(export.place, ()) if first < at <= ended_at), ended_at]
    if max(later - earlier for earlier, later in pairwise(looks)) > WATCHED_EVERY:
        yield f"{export.export_id} is {export.error}, and nobody looked for a while"


def called_off(scenario: Scenario) -> Iterator[str]:
    """A cancel ends what cannot be looked at, as soon as it is looked at again and again; some tasks flicker."""
    for export in exports(scenario.world):
        for dead in scenario.world.dead:
            if export.cancel_at and export.ended_at and dead.account_id == export.place[0]:
                doubt = None if dead.calls >= TASKS else export.settled_at  # its tasks are seen, and one may be its own
                began = max(filter(None, (export.cancel_at, dead.since, doubt)))
                if dead.lasts(began, export.ended_at) and watched(scenario.ticks, began, export.ended_at) > CALLED_OFF:
                    yield f"{export.export_id} was cancelled, and went on until {export.ended_at}"


def watched(ticks: Sequence[datetime], first: datetime, last: datetime) -> timedelta:
    """How long the watcher ran in that time. While it stands still, exports wait (docs/protocol.md#p2)."""
    looks = [first, *(at for at in ticks if first < at < last), last]
    apart = (later - earlier for earlier, later in pairwise(looks))
    return sum((gap for gap in apart if gap <= WATCHED_EVERY), timedelta())
