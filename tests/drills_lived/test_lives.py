"""Lives of drills by the hundred in `make test`, by the thousand in `make prove`."""

import pytest

from tests.drawing import kinds_of
from tests.fakes import Objects

from .life import live
from .mutants import MUTANTS
from .world import DrillGround

A_FEW, MANY, PARTS = 120, 20_000, 20
UNHARMED = range(60)  # of each ground
WITHIN_THE_RULES = sorted({one.ground for one in MUTANTS}, key=repr)


def broken(seeds: range, ground: DrillGround | None = None) -> list[tuple[int, list[tuple[str, str]]]]:
    """The seeds that break an invariant, and which."""
    return [(seed, world.broken) for seed in seeds if (world := live(seed, ground)).broken]


@pytest.mark.parametrize("part", range(4))
def test_nothing_breaks_in_hundreds_of_lives_of_drills(part: int) -> None:
    assert not broken(range(part * A_FEW // 4, (part + 1) * A_FEW // 4))


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_breaks_in_thousands_of_lives_of_drills(part: int) -> None:
    share = MANY // PARTS
    assert not broken(range(1000 + part * share, 1000 + (part + 1) * share))


@pytest.mark.prove
@pytest.mark.parametrize("ground", WITHIN_THE_RULES, ids=repr)
def test_the_grounds_of_the_mutants_of_drills_break_nothing_by_themselves(ground: DrillGround) -> None:
    assert not broken(UNHARMED, ground)


def test_the_same_seed_is_the_same_life_of_drills() -> None:
    one, again = live(3, tracing=True), live(3, tracing=True)
    assert one.trace == again.trace
    assert one.objects.data == again.objects.data
    assert len(one.trace) > 50


@pytest.fixture(scope="module")
def kept() -> list[Objects]:
    """The ledgers of some lives."""
    return [live(seed).objects for seed in range(50)]


def test_lives_of_drills_end_in_each_way_and_leave_what_the_drawing_shows(kept: list[Objects]) -> None:
    ends = b"".join(objects[key].body for objects in kept for key in objects.below("drills/") if "/ended" in key)
    assert [ends.count(verdict) > 0 for verdict in (b'"Proved"', b'"Unproven"', b'"Failed"')] == [True] * 3
    assert not [key for objects in kept for key in objects if len(kinds_of(key)) != 1]


def test_lives_of_drills_reach_each_level(kept: list[Objects]) -> None:
    levels = {(key[-1], b'"Proved"' in objects[key].body) for objects in kept for key in objects if "/level-" in key}
    assert levels >= {(number, True) for number in "123456"}
