"""Every mutant is caught within a bounded number of seeds."""

import pytest

from .life import live
from .mutants import LATE_AND_WELL, MUTANTS, SEEN, TWICE, UNBOUNDED, Mutant, catch, unpatched
from .world import Ground

SEEDS = range(6000)
# Where those are caught that take most lives: a seed to begin with, for as long as the code draws alike.
CAUGHT_AT = {
    "end read after what came before it": 5723,
    "versioning asked once": 426,
    "a flicker taken for a day": 257,
    "two lapses taken for a day": 213,
    "a fact that cannot be understood taken for none": 196,
    "task not listed for 40 minutes": 183,
    "an empty task list believed after one minute": 161,
    "any running task of the image adopted": 146,
    "a hint of a delivery gone too soon": 175,
    "a slow target uses up the time of a prompt one": 151,
    "unknown disks taken for none": 125,
    "known before it stands": 99,
    "caller thought gone too soon": 75,
    "busy asked again at once": 52,
    "error while looking taken as verdict": 57,
    "sighting without a hint": 50,
    "objects not counted": 40,
}
UNHARMED = range(40)  # of each ground; the lives of test_simulation.py draw from all of them
WITHIN_THE_RULES = sorted({one.ground for one in MUTANTS if one.ground.keeps_the_rules}, key=repr)


@pytest.mark.prove
@pytest.mark.parametrize("ground", WITHIN_THE_RULES, ids=repr)
def test_the_grounds_of_the_mutants_break_nothing_by_themselves(ground: Ground) -> None:
    assert not [(seed, life.broken) for seed in UNHARMED if (life := live(seed, ground)).broken]


@pytest.mark.prove
def test_a_task_that_is_listed_too_late_is_not_made_twice_unless_it_fails() -> None:
    assert not [seed for seed in range(300) if TWICE in dict(live(seed, LATE_AND_WELL).broken)]


@pytest.mark.prove
def test_a_task_too_many_is_seen_where_nobody_kills() -> None:
    lives = [live(seed, UNBOUNDED) for seed in range(200)]
    assert any(TWICE in dict(life.broken) for life in lives)
    assert not [life.world.seed for life in lives if SEEN in dict(life.broken)]


@pytest.mark.prove
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_rule_that_is_left_out_breaks_a_life(mutant: Mutant) -> None:
    first = CAUGHT_AT.get(mutant.name, SEEDS.start)
    caught = catch(mutant, SEEDS[first : first + 1]) or catch(mutant, SEEDS)
    assert caught, f"{mutant.name}: {mutant.breaks} did not break within {len(SEEDS)} seeds"
    unharmed = live(caught.seed, mutant.ground)
    assert mutant.patch is unpatched or mutant.breaks not in dict(unharmed.broken), "the same life breaks without it"
    print(f"{mutant.name}: seed {caught.seed} breaks {mutant.breaks}: {caught.how}")  # noqa: T201 - pytest -rP shows
