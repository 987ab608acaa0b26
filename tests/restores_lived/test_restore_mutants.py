"""Every rule of restores that is left out breaks a life, within a bounded number of seeds."""

import pytest

from .life import live
from .mutants import MUTANTS, Mutant, catch, unpatched

SEEDS = range(1500)
# Where those are caught that take most lives: a seed to begin with, for as long as the code draws alike.
CAUGHT_AT = {
    "a deleted image taken for this attempt's": 431,
    "a token for each call": 348,
    "outcome overwritten": 307,
    "others do not wait for the claimer": 228,
    "an altered object's image kept": 181,
    "a refused deletion forgotten": 173,
    "another's cancel not seen": 159,
    "each image told as the start": 138,
    "deleted while a call may be on its way": 100,
    "no marker": 71,
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
