"""Every rule of restores that is left out breaks a life, within a bounded number of seeds."""

import pytest

from .life import live
from .mutants import MUTANTS, Mutant, catch, unpatched

SEEDS = range(1500)
# Where those are caught that take most lives: a seed to begin with, for as long as the code draws alike.
CAUGHT_AT = {
    "temporary image deleted while a call may be on its way": 504,
    "another's cancel not seen": 285,
    "others do not wait for the claimer": 228,
    "an altered object's image kept": 181,
    "each image told as the start": 175,
    "no marker": 173,
    "copied without looking": 139,
    "unpacking goes on after the end": 77,
    "outcome overwritten": 73,
    "ended by refused looks before the look behind": 67,
    "a token for each call": 67,
}


@pytest.mark.prove
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_rule_of_restores_that_is_left_out_breaks_a_life(mutant: Mutant) -> None:
    first = CAUGHT_AT.get(mutant.name, SEEDS.start)
    caught = catch(mutant, SEEDS[first : first + 1]) or catch(mutant, SEEDS)
    assert caught, f"{mutant.name}: {mutant.breaks} did not break within {len(SEEDS)} seeds"
    unharmed = live(caught.seed, mutant.ground)
    assert mutant.patch is unpatched or mutant.breaks not in dict(unharmed.broken), "the same life breaks without it"
    print(f"{mutant.name}: seed {caught.seed} breaks {mutant.breaks}: {caught.how}")  # noqa: T201 - pytest -rP shows
