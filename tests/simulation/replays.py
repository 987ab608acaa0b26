"""Somebody has what failed done once more, and callers use tokens that look like our own.

The callers come while exports are open, the replays when all is quiet: they need ends. The dice are of their own, so
that lives without any of this stay as they are.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from random import Random

from image_export.use_cases.entrances.event import on_event
from image_export.values.answer import Answer
from tests.builders import REGION
from tests.fakes import START, no_restores

from .reading import Delivered, exports
from .scenario import Scenario

SHARE = 0.15
OVER = ("Failed", "Cancelled")
ABOUT_TOKENS = "IdempotentParameterMismatch"
CALLED_AFTER_S = (30.0, 600.0, 4000.0)
REPLAYED_AFTER_S = (120.0, 121.0, 4000.0)  # twice at the same time, and once more when that may have ended


def callers_spell_like_us(scenario: Scenario) -> None:
    """In some lives, some callers ask for what is open, with the token that its replay had in 0.1.0."""
    world, dice = scenario.world, _dice(scenario)
    scenario.replaying = world.ground.replays or dice.random() < SHARE
    if not scenario.replaying:
        return

    def ask() -> None:
        is_open = [one for one in exports(world) if not one.ended]
        if is_open:
            _ask(scenario, dice.choice(is_open), {})

    for after_s in CALLED_AFTER_S:
        if dice.random() < 0.5:
            world.baton.at(START + timedelta(seconds=after_s * dice.random()), ask)


def somebody_replays(scenario: Scenario) -> bool:
    """Whether anything is done once more in this life; if so, it is on its way."""
    world, dice = scenario.world, _dice(scenario)
    over = [one for one in exports(world) if one.ended and one.ended["Status"] in OVER]
    if not over or not scenario.replaying:
        return False
    export, now_s = dice.choice(over), _now_s(scenario)
    if dice.random() < 0.5:
        _ask(scenario, export, {"OSSPrefix": "another"} if dice.random() < 0.7 else {})
    for after_s in REPLAYED_AFTER_S:
        _once(scenario, export.export_id, now_s + after_s)
    return True


def _dice(scenario: Scenario) -> Random:
    return Random(f"{scenario.world.seed}-replays")  # noqa: S311 - a seed's dice, no secret


def _now_s(scenario: Scenario) -> float:
    return (scenario.world.clock.now - START).total_seconds()


def _ask(scenario: Scenario, export: Delivered, other: dict[str, str]) -> None:
    """A caller asks for the same, or for something else, with a token that looks like the replay's."""
    request = export.request
    body = {
        "AccountId": request["Role"]["AccountId"],
        "RegionId": request["RegionId"],
        "ImageId": request["ImageId"],
        "OSSBucket": request["OSSBucket"],
        "ClientToken": f"replay-{export.export_id}",
    }
    same = {"OSSPrefix": request["CallerPrefix"]} if request["CallerPrefix"] else {}
    scenario.ask("POST", "/exports", {**body, **same, **other}, _now_s(scenario) + 1)


def _once(scenario: Scenario, export: str, seconds: float) -> None:
    body = json.dumps({"Replay": export}).encode()
    scenario.functions.invoke(
        scenario.at(seconds),
        "event",
        lambda context: on_event(
            context, body, request_id=f"replay-{seconds}", region_id=REGION, importing=no_restores
        ),
        lambda answer: scenario.replays.append((export, answer)),
    )


def once_more_is_one_more(scenario: Scenario) -> Iterator[str]:
    """A replay is one new export however often it is asked for, and what a caller asked for is not in its way."""
    made: dict[str, set[str]] = {}
    for export, answer in scenario.replays:
        if not isinstance(answer, Answer):
            continue
        yield from (f"{export}: {one.message}" for one in answer.rejected if one.code == ABOUT_TOKENS)
        made.setdefault(export, set()).update(one.export_id for one in answer.exports)
    for export, names in made.items():
        if len(names) > 1 or export in names:
            yield f"{export} was done once more as {sorted(names)}"
