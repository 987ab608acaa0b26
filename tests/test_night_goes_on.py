"""A night's run that is cut off: the watcher goes on with it, nothing is forgotten, counted twice or over the limit."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from image_export.use_cases.night.run import go_on
from image_export.use_cases.night.worker import RUN
from image_export.values.match import Match
from image_export.values.place import Place
from image_export.values.run import NightlyAnswer, Run

from .builders import ACCOUNT, REGION
from .fake_world import FakeWorld
from .fakes import START
from .test_crashes import DyingAt
from .test_nightly import ELSEWHERE, cancel_what_waits, limit, run, stock, two_regions, world

__all__ = ["world"]  # the fixture


def slowed(world: FakeWorld, seconds: float) -> None:
    """Each write takes so long."""
    whole = world.store.put

    def costly(key: str, body: bytes) -> None:
        world.remaining_s -= seconds
        whole(key, body)

    world.store.put = costly  # type: ignore[method-assign]


def to_the_end(world: FakeWorld, seconds: float = 70.0) -> list[NightlyAnswer]:
    """What the watcher's ticks answer until the run is finished."""
    answers = []
    for _ in range(40):
        world.remaining_s = seconds
        answer = go_on(world.context(), request_id="r-tick")
        if answer is None:
            break
        answers.append(answer)
    return answers


def cursor(world: FakeWorld) -> Run:
    found = world.context().ledger.read(RUN, Run)
    assert found is not None
    return found.fact


def test_a_run_without_time_pauses_and_the_watcher_goes_on_with_it(world: FakeWorld) -> None:
    stock(world, 8)
    stock(world, 4, ELSEWHERE)
    world.remaining_s = 70.0
    slowed(world, 5)
    assert not run(world).finished
    first = cursor(world).of(Place(ACCOUNT, REGION))
    assert (0 < first.recorded < 8, first.unfinished) == (True, True)
    last = to_the_end(world)[-1]
    assert len(set(world.requested())) == len(world.requested()) == 12
    assert [(one.images, one.recorded, one.exported) for one in last.totals] == [(8, 8, 0), (4, 4, 0)]
    assert (last.finished, last.warnings) == (True, ())
    assert world.log.events().count("nightly.finished") == 1


def test_a_pause_among_the_chosen_keeps_to_the_limit(world: FakeWorld) -> None:
    limit(world, 9)
    stock(world, 8)
    stock(world, 4, ELSEWHERE, created_at=START - timedelta(days=30))
    world.remaining_s = 70.0
    slowed(world, 4)
    assert not run(world).finished
    assert 0 < len(cursor(world).chosen) < 9
    last = to_the_end(world)[-1]
    assert [(one.recorded, one.left_over) for one in last.totals] == [(5, 3), (4, 0)]
    assert len(world.requested()) == 9


@pytest.mark.parametrize("before", ["failed", "cancelled"])
def test_what_became_of_a_chosen_image_before_is_known_when_the_run_goes_on(world: FakeWorld, before: str) -> None:
    limit(world, 2)
    stock(world, 1)
    assert world.policy is not None
    world.change(rules=(replace(world.policy.rules[0], cancelled="again"),))
    run(world, "night-1")
    if before == "cancelled":
        cancel_what_waits(world)
    else:
        world.tick(minutes=1)
        world.cloud.fail(world.task_id)
        world.tick(minutes=10)
    world.remaining_s = 80.0
    slowed(world, 15)
    run(world, "night-2")
    assert [one.before for one in cursor(world).chosen] == [before]
    assert to_the_end(world, 300.0)[-1].totals[0].recorded == 1


def test_a_run_that_is_delivered_again_after_the_next_one_keeps_to_its_first_choice(world: FakeWorld) -> None:
    limit(world, 2)
    stock(world, 5)
    run(world, "night-1")
    run(world, "night-2")
    last = run(world, "night-1")
    there = last.totals[0]
    assert (there.recorded, there.exported, there.left_over) == (0, 4, 1)
    assert len(world.requested()) == 4


@pytest.mark.parametrize("removed", [True, False])
def test_what_a_rule_chose_that_is_gone_when_the_run_goes_on_is_left_over(world: FakeWorld, removed: bool) -> None:
    limit(world, 2)
    stock(world, 3)
    stock(world, 1, ELSEWHERE, name="web")
    world.remaining_s = 80.0
    slowed(world, 15)
    assert (run(world).finished, len(cursor(world).chosen)) == (False, 2)
    (rule,) = world.policy.rules if world.policy else ()
    world.change(rules=() if removed else (replace(rule, name="renamed"),))
    last = to_the_end(world, 300.0)[-1]
    assert [(one.images, one.recorded, one.left_over) for one in last.totals] == [(3, 0, 3), (1, 0, 0)]
    assert (last.finished, world.requested()) == (True, [])


def test_while_its_worker_lives_nobody_else_takes_a_run_over(world: FakeWorld) -> None:
    stock(world, 2)
    world.store.faults = DyingAt(4, after=False)
    assert not world.surviving(lambda: run(world))
    world.clock.advance(minutes=10, seconds=58)
    assert go_on(world.context(), request_id="r-tick") is None
    world.clock.advance(seconds=3)
    answer = go_on(world.context(), request_id="r-tick")
    assert answer is not None
    assert answer.finished
    assert go_on(world.context(), request_id="r-tick") is None


def test_a_tick_without_time_leaves_the_run_to_the_next(world: FakeWorld) -> None:
    stock(world, 1)
    world.remaining_s = 30.0
    assert not run(world).finished
    assert go_on(world.context(), request_id="r-tick") is None
    assert [answer.finished for answer in to_the_end(world)] == [True]


def night(world: FakeWorld, faults: DyingAt) -> None:
    """Two regions, a rule with a limit and one without; the worker may die, and the watcher comes along later."""
    limit(world, 3)
    rules = world.policy.rules if world.policy else ()
    world.change(rules=(*rules, replace(rules[0], name="all", match=Match(), max_per_run=None)))
    for region in (REGION, ELSEWHERE):
        stock(world, 2, region)
        stock(world, 1, region, image_id=f"m-{region}", name="web")
        world.clouds.of(ACCOUNT, region).faults = faults
    world.store.faults = faults
    world.surviving(lambda: run(world))
    for _ in range(3):
        world.clock.advance(minutes=11)
        world.surviving(lambda: go_on(world.context(), request_id="r-tick"))


CALLS = DyingAt(0, after=False)
night(two_regions(), CALLS)
NUMBERS = range(4, len(CALLS.calls) + 1)  # before the cursor stands, it is FC's repetition that begins again


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number}-{CALLS.calls[number - 1].replace(' ', '-')}")
def test_whichever_call_a_run_dies_at_the_watcher_finishes_it(number: int, after: bool) -> None:
    world = two_regions()
    night(world, DyingAt(number, after=after))
    assert cursor(world).finished
    assert world.requested() == ["m-ap-southeast-1", "m-ap0000", "m-ap0001", "m-cn-hangzhou", "m-cn0001"]
