"""What comes late: tags of an image that is Available already, and a night's event that somebody sends once more.

The dice are its own, so that lives without these conditions stay as they are.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from image_export.decisions.arrivals.timer import Timer
from image_export.use_cases.night.run import nightly
from image_export.values.image import Disk, Image
from image_export.values.run import NightlyAnswer
from tests.fakes import START

from .policies import with_tagged
from .reading import exports
from .scenario import DAY_S, Scenario
from .world import World

SHARE = 0.12  # of all lives
TAGGED_WITHIN_S = 890.0  # of being Available: docs/policy.md promises a quarter of an hour
MADE_IN_S = (0.0, 0.0, 30.0, 1200.0, 20000.0)
AGAIN_AFTER_S = (1.0, 60.0, 3600.0, 5 * 3600.0, 8 * 3600.0, 2 * DAY_S)


class Repeated(NamedTuple):
    """A night's answer, and when the run began that stood there finished, if it did, as the call began."""

    finished_before: datetime | None
    answer: NightlyAnswer


def tell_of_arrivals(scenario: Scenario) -> None:
    """Now and then, or where the ground wants it so."""
    world = scenario.world
    random = Random(f"{world.seed}-arrivals")  # noqa: S311 - dice, not secrets
    if random.random() < SHARE or world.ground.late_tags:
        world.ruled = with_tagged(world.ruled)
        world.rule(world.ruled)
        for number in range(random.choice((1, 2))):
            _tagged_later(scenario, random, number)
    if random.random() < SHARE or world.ground.repeats:
        for number in range(len(scenario.nights)):
            _sent_again(scenario, random, number)


def _tagged_later(scenario: Scenario, random: Random, number: int) -> None:
    """An image that is tagged within a quarter of an hour of being Available; an event may name it before."""
    world = scenario.world
    account, region, _ = random.choice(world.places)
    made_s = random.choice((5.0, 3000.0)) * random.random()
    image = Image(
        account_id=account,
        region_id=region,
        image_id=f"m-{world.seed % 100000}y{number}",
        name="plain",
        status="Available",
        created_at=START + timedelta(seconds=made_s),
        disks=(Disk(device="/dev/xvda", kind="system", size_gib=40),),
        size_gib=40,
    )
    available_s = made_s + random.choice(MADE_IN_S) * random.random()
    world.baton.at(scenario.at(made_s), lambda: world.show(replace(image, status="Creating")))
    world.baton.at(scenario.at(available_s), lambda: world.show(image))
    tagged = replace(image, tags={"export": "true"})
    world.baton.at(scenario.at(available_s + TAGGED_WITHIN_S * random.random()), lambda: world.show(tagged))
    scenario.tagged.append(tagged)
    if random.random() < 0.6:
        scenario.tell_of(image, made_s + random.choice((0.5, 60.0)) * random.random())


def _sent_again(scenario: Scenario, random: Random, number: int) -> None:
    """Somebody sends a night's event once more, within the time that FC delivers it or long after."""
    world, at_s = scenario.world, 3600.0 + number * DAY_S
    timer = Timer(run_id=scenario.nights[number], at=START + timedelta(seconds=at_s))
    before: list[datetime | None] = []

    def work(context: Any) -> NightlyAnswer:
        before.append(_finished(world, scenario.nights[number]))
        return nightly(context, timer, request_id=f"by-hand-{number}")

    def heard(answer: NightlyAnswer | None) -> None:
        if answer is not None:
            scenario.repeated.append(Repeated(before[-1], answer))

    scenario.functions.invoke(scenario.at(at_s + random.choice(AGAIN_AFTER_S)), "nightly", work, heard)


def _finished(world: World, run_id: str) -> datetime | None:
    stored = world.objects.get("nightly/run")
    run = msgspec.json.decode(stored.body)["Fact"] if stored else {"RunId": None}
    finished = run["RunId"] == run_id and run["State"] == "finished"
    return msgspec.convert(run["BeganAt"], datetime) if finished else None


def what_is_tagged_in_time_is_exported(scenario: Scenario) -> Iterator[str]:
    """Where the policy stays as it is."""
    if scenario.world.steady:
        exported = {one.request["ImageId"] for one in exports(scenario.world)}
        for image in scenario.tagged:
            if image.image_id not in exported:
                yield f"{image.image_id} was tagged in time and never exported"


def an_old_night_says_so(scenario: Scenario) -> Iterator[str]:
    """A run that stood there finished is not answered as one that has just been."""
    for finished_before, answer in scenario.repeated:
        if finished_before and answer.began_at == finished_before and not answer.repeated:
            yield f"{answer.run_id} of {answer.began_at} is answered as new"
        if answer.repeated and not answer.finished:
            yield f"{answer.run_id} is repeated and not finished"
