"""The watcher keeps the slots of a quota full, at a small size of the bench's row "makespan"."""

import pytest

from tests.bench.makespan import TICK_S, Span, spans


@pytest.mark.prove
def test_slots_are_filled_again_by_the_next_tick_in_every_region() -> None:
    for span in spans(exports=6, slots=2, lengths_s=(100, 130, 170, 230)):
        assert len(span.lengths_s) == 6
        assert max(span.idle_s) <= 1.5 * TICK_S
        assert span.makespan_s <= 1.1 * span.in_order_s + span.waits_s


def test_tasks_in_their_order_without_a_wait() -> None:
    span = Span(region_id="r", slots=2, lengths_s=[3, 1, 1, 5], idle_s=[], makespan_s=8)
    assert (span.least_s, span.in_order_s, span.waits_s) == (5, 7, 120)


@pytest.mark.parametrize("lengths_s", [[2.0], [1.0, 1.0]])
def test_slots_that_are_not_needed_stay_empty(lengths_s: list[float]) -> None:
    assert Span(region_id="r", slots=4, lengths_s=lengths_s, idle_s=[], makespan_s=9).in_order_s == max(lengths_s)
