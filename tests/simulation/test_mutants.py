"""Every mutant is caught within a bounded number of seeds."""

import pytest

from .mutants import MUTANTS, Mutant, catch

SEEDS = range(4000)


@pytest.mark.prove
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_rule_that_is_left_out_breaks_a_life(mutant: Mutant) -> None:
    caught = catch(mutant, SEEDS)
    assert caught, f"{mutant.name}: {mutant.breaks} did not break within {len(SEEDS)} seeds"
    print(f"{mutant.name}: seed {caught.seed} breaks {mutant.breaks}: {caught.how}")  # noqa: T201 - pytest -rP shows
