"""Every rule of drills that is left out breaks a life, within a bounded number of seeds."""

import pytest

from .life import live
from .mutants import MUTANTS, Mutant, catch

SEEDS = range(1500)
# Where those are caught that take most lives: a seed to begin with, for as long as the code draws alike.
CAUGHT_AT = {
    "a restore on its way not waited for": 405,
    "image gone while an import is on its way": 265,
    "a boot mode not set taken for a failure": 138,
    "level overwritten": 116,
    "end overwritten": 97,
    "a token for each call": 40,
    "parameters made anew": 40,
}


@pytest.mark.prove
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_rule_of_drills_that_is_left_out_breaks_a_life(mutant: Mutant) -> None:
    first = CAUGHT_AT.get(mutant.name, SEEDS.start)
    caught = catch(mutant, SEEDS[first : first + 1]) or catch(mutant, SEEDS)
    assert caught, f"{mutant.name}: {mutant.breaks} did not break within {len(SEEDS)} seeds"
    unharmed = live(caught.seed, mutant.ground)
    assert mutant.breaks not in dict(unharmed.broken), "the same life breaks without it"
    print(f"{mutant.name}: seed {caught.seed} breaks {mutant.breaks}: {caught.how}")  # noqa: T201 - pytest -rP shows
