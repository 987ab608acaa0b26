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
from .fakes import START
from .test_crashes import DyingAt
from .test_nightly import ELSEWHERE, cancel_what_waits, limit, run, shop, stock, two_regions
from .workshop import Workshop

__all__ = ["shop"]  # the fixture


def slowed(shop: Workshop, seconds: float) -> None:
    """Each write takes so long."""
    whole = shop.store.put

    def costly(key: str, body: bytes) -> None:
        shop.remaining_s -= seconds
        whole(key, body)

    shop.store.put = costly  # type: ignore[method-assign]


def to_the_end(shop: Workshop, seconds: float = 70.0) -> list[NightlyAnswer]:
    """What the watcher's ticks answer until the run is finished."""
    answers = []
    for _ in range(40):
        shop.remaining_s = seconds
        answer = go_on(shop.context(), request_id="r-tick")
        if answer is None:
            break
        answers.append(answer)
    return answers


def cursor(shop: Workshop) -> Run:
    found = shop.context().ledger.read(RUN, Run)
    assert found is not None
    return found.fact


def test_a_run_without_time_pauses_and_the_watcher_goes_on_with_it(shop: Workshop) -> None:
    stock(shop, 8)
    stock(shop, 4, ELSEWHERE)
    shop.remaining_s = 70.0
    slowed(shop, 5)
    assert not run(shop).finished
    first = cursor(shop).of(Place(ACCOUNT, REGION))
    assert (0 < first.recorded < 8, first.unfinished) == (True, True)
    last = to_the_end(shop)[-1]
    assert len(set(shop.requested())) == len(shop.requested()) == 12
    assert [(one.images, one.recorded, one.exported) for one in last.totals] == [(8, 8, 0), (4, 4, 0)]
    assert (last.finished, last.warnings) == (True, ())
    assert shop.log.events().count("nightly.finished") == 1


def test_a_pause_among_the_chosen_keeps_to_the_limit(shop: Workshop) -> None:
    limit(shop, 9)
    stock(shop, 8)
    stock(shop, 4, ELSEWHERE, created_at=START - timedelta(days=30))
    shop.remaining_s = 70.0
    slowed(shop, 4)
    assert not run(shop).finished
    assert 0 < len(cursor(shop).chosen) < 9
    last = to_the_end(shop)[-1]
    assert [(one.recorded, one.left_over) for one in last.totals] == [(5, 3), (4, 0)]
    assert len(shop.requested()) == 9


@pytest.mark.parametrize("before", ["failed", "cancelled"])
def test_what_became_of_a_chosen_image_before_is_known_when_the_run_goes_on(shop: Workshop, before: str) -> None:
    limit(shop, 2)
    stock(shop, 1)
    assert shop.policy is not None
    shop.change(rules=(replace(shop.policy.rules[0], cancelled="again"),))
    run(shop, "night-1")
    if before == "cancelled":
        cancel_what_waits(shop)
    else:
        shop.tick(minutes=1)
        shop.cloud.fail(shop.task_id)
        shop.tick(minutes=10)
    shop.remaining_s = 80.0
    slowed(shop, 15)
    run(shop, "night-2")
    assert [one.before for one in cursor(shop).chosen] == [before]
    assert to_the_end(shop, 300.0)[-1].totals[0].recorded == 1


def test_a_run_that_is_delivered_again_after_the_next_one_keeps_to_its_first_choice(shop: Workshop) -> None:
    limit(shop, 2)
    stock(shop, 5)
    run(shop, "night-1")
    run(shop, "night-2")
    last = run(shop, "night-1")
    there = last.totals[0]
    assert (there.recorded, there.exported, there.left_over) == (0, 4, 1)
    assert len(shop.requested()) == 4


@pytest.mark.parametrize("removed", [True, False])
def test_what_a_rule_chose_that_is_gone_when_the_run_goes_on_is_left_over(shop: Workshop, removed: bool) -> None:
    limit(shop, 2)
    stock(shop, 3)
    stock(shop, 1, ELSEWHERE, name="web")
    shop.remaining_s = 80.0
    slowed(shop, 15)
    assert (run(shop).finished, len(cursor(shop).chosen)) == (False, 2)
    (rule,) = shop.policy.rules if shop.policy else ()
    shop.change(rules=() if removed else (replace(rule, name="renamed"),))
    last = to_the_end(shop, 300.0)[-1]
    assert [(one.images, one.recorded, one.left_over) for one in last.totals] == [(3, 0, 3), (1, 0, 0)]
    assert (last.finished, shop.requested()) == (True, [])


def test_while_its_worker_lives_nobody_else_takes_a_run_over(shop: Workshop) -> None:
    stock(shop, 2)
    shop.store.faults = DyingAt(4, after=False)
    assert not shop.surviving(lambda: run(shop))
    shop.clock.advance(minutes=10, seconds=58)
    assert go_on(shop.context(), request_id="r-tick") is None
    shop.clock.advance(seconds=3)
    answer = go_on(shop.context(), request_id="r-tick")
    assert answer is not None
    assert answer.finished
    assert go_on(shop.context(), request_id="r-tick") is None


def test_a_tick_without_time_leaves_the_run_to_the_next(shop: Workshop) -> None:
    stock(shop, 1)
    shop.remaining_s = 30.0
    assert not run(shop).finished
    assert go_on(shop.context(), request_id="r-tick") is None
    assert [answer.finished for answer in to_the_end(shop)] == [True]


def night(shop: Workshop, faults: DyingAt) -> None:
    """Two regions, a rule with a limit and one without; the worker may die, and the watcher comes along later."""
    limit(shop, 3)
    rules = shop.policy.rules if shop.policy else ()
    shop.change(rules=(*rules, replace(rules[0], name="all", match=Match(), max_per_run=None)))
    for region in (REGION, ELSEWHERE):
        stock(shop, 2, region)
        stock(shop, 1, region, image_id=f"m-{region}", name="web")
        shop.clouds.of(ACCOUNT, region).faults = faults
    shop.store.faults = faults
    shop.surviving(lambda: run(shop))
    for _ in range(3):
        shop.clock.advance(minutes=11)
        shop.surviving(lambda: go_on(shop.context(), request_id="r-tick"))


CALLS = DyingAt(0, after=False)
night(two_regions(), CALLS)
NUMBERS = range(4, len(CALLS.calls) + 1)  # before the cursor stands, it is FC's repetition that begins again


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number}-{CALLS.calls[number - 1].replace(' ', '-')}")
def test_whichever_call_a_run_dies_at_the_watcher_finishes_it(number: int, after: bool) -> None:
    shop = two_regions()
    night(shop, DyingAt(number, after=after))
    assert cursor(shop).finished
    assert shop.requested() == ["m-ap-southeast-1", "m-ap0000", "m-ap0001", "m-cn-hangzhou", "m-cn0001"]
