"""Somebody pauses all starts for a while: how it comes about, what must be true of it, and the look left out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import msgspec
import pytest

from image_export.use_cases.ledger.fact_store import Written
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import Stored
from image_export.values.facts import Pause
from image_export.values.ledger_keys import Paused

from .reading import exports
from .scenario import DAY_S, Scenario
from .world import Ground, World

SHARE = 0.1  # of the lives
LOOKED_BEFORE = timedelta(minutes=6)  # a worker that had looked before the pause, and is killed by then
PAUSED = "nothing starts while paused"
PAUSES = Ground(pauses=True)
BODY = msgspec.json.encode(Written(nonce="an operator", fact=Pause(by="an operator", reason="a drill")))


def somebody_pauses(scenario: Scenario) -> None:
    """Once or twice, by dice of its own, so that all else in the life stays as it was."""
    world, random = scenario.world, Random(f"{scenario.world.seed}-pauses")  # noqa: S311 - dice, not secrets
    if not world.ground.pauses and random.random() >= SHARE:
        return
    for _ in range(random.choice((1, 1, 2))):
        from_s = random.choice((0.0, 5.0, 3000.0, 20000.0)) * random.random()
        for_s = random.choice((600.0, 5000.0, DAY_S)) * random.random()
        world.baton.at(scenario.at(from_s), lambda: _pause(world))
        world.baton.at(scenario.at(from_s + for_s), lambda: _resume(world))


def _pause(world: World) -> None:
    world.tell("  somebody pauses all starts")
    world.objects.setdefault(Paused().key, Stored(BODY, world.clock.now))


def _resume(world: World) -> None:
    stood = world.objects.pop(Paused().key, None)
    if stood:
        world.tell("  and lets them go on")
        world.pauses.append((stood.modified_at, world.clock.now))


def nothing_starts_while_paused(scenario: Scenario) -> Iterator[str]:
    """No claim of a start is made while a pause stands that its worker must have seen."""
    world = scenario.world
    if not world.ground.kills:
        return  # whoever looked before may be at it for ever
    for export in exports(world):
        for number, at in export.claimed_at.items():
            if export.claims[number]["Kind"] == "start" and (since := _paused_at(world, at)):
                yield f"{export.export_id} has its claim {number} at {at}, and all starts are paused since {since}"


def _paused_at(world: World, at: datetime) -> datetime | None:
    return next((since for since, until in world.pauses if since + LOOKED_BEFORE < at < until), None)


def starts_all_the_same(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks at the switch."""
    patch.setattr(Ledger, "paused", lambda _self: None)
