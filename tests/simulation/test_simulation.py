"""Lives by the hundred in `make test`, by the thousand in `make prove`, by as many as one likes in `make simulate`."""

from datetime import timedelta

import pytest

from tests.drawing import kinds_of
from tests.fakes import START

from .life import live
from .watched import watched

A_FEW = 200
MANY = 2000
PARTS = 20


def broken(seeds: range) -> list[tuple[int, list[tuple[str, str]]]]:
    """The seeds that break an invariant, and which."""
    return [(seed, life.broken) for seed in seeds if (life := live(seed)).broken]


@pytest.mark.parametrize("part", range(4))
def test_nothing_breaks_in_hundreds_of_lives(part: int) -> None:
    assert not broken(range(part * A_FEW // 4, (part + 1) * A_FEW // 4))


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_breaks_in_thousands_of_lives(part: int) -> None:
    share = MANY // PARTS
    assert not broken(range(1000 + part * share, 1000 + (part + 1) * share))


def test_the_same_seed_is_the_same_life() -> None:
    one, again = live(11, tracing=True), live(11, tracing=True)
    assert one.world.trace == again.world.trace
    assert one.world.objects.data == again.world.objects.data
    assert len(one.world.trace) > 50


def test_tracing_changes_nothing() -> None:
    seen = live(12, tracing=True).world.objects.data
    assert {key: stored.modified_at for key, stored in seen.items()} == {
        key: stored.modified_at for key, stored in live(12).world.objects.items()
    }


def test_whatever_is_left_in_a_ledger_stands_in_its_drawing() -> None:
    kept = {key for seed in range(40) for key in live(seed).world.objects}
    assert {key.split("/")[0] for key in kept} >= {"exports", "known", "nightly", "rejected"}
    assert not [key for key in kept if len(kinds_of(key)) != 1]


@pytest.mark.parametrize(
    ("ticks", "hours"),
    [((), 0), ((1, 2, 3, 4), 5), ((1, 3, 5), 5), ((1, 4), 2), ((-1, 3, 6), 2), ((1, 2, 99), 2)],
)
def test_a_time_in_which_the_watcher_stands_still_is_not_watched(ticks: tuple[int, ...], hours: int) -> None:
    at = [START + timedelta(hours=tick) for tick in ticks]
    assert watched(at, START, START + timedelta(hours=5)) == timedelta(hours=hours)
