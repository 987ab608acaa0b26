"""Reads are repeated while that can help and time allows (docs/protocol.md#p6). Nothing here sleeps or rolls dice."""

from collections.abc import Callable

import pytest

from image_export.edges.retrying import retry_read, timeouts
from image_export.errors import CloudFault
from tests.fakes import refused, unanswered, unreached


class Flaky:
    """A call that fails so many times, and the naps that were taken between."""

    def __init__(self, *faults: CloudFault) -> None:
        self.faults = list(faults)
        self.calls = 0
        self.naps: list[float] = []

    def __call__(self) -> str:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "answer"

    def run(self, remaining_s: float = 300.0, random: Callable[[], float] = lambda: 1.0) -> str:
        """The call, repeated."""
        return retry_read(self, remaining_s=lambda: remaining_s, sleep=self.naps.append, random=random)


@pytest.mark.parametrize(
    "fault",
    [
        refused("Throttling"),
        refused("Throttling.User"),
        refused("Rejected.Throttling"),
        refused("ServiceUnavailable"),
        refused("InternalError"),
        unanswered("InternalError"),
        unanswered("Unanswered"),
        unreached(),
    ],
    ids=lambda fault: f"{type(fault).__name__}-{fault.code}",
)
def test_what_passes_is_asked_again(fault: CloudFault) -> None:
    flaky = Flaky(fault)
    assert flaky.run() == "answer"
    assert flaky.calls == 2


@pytest.mark.parametrize("code", ["Forbidden.RAM", "InvalidImageId.NotFound", "NeverHeardOf"])
def test_a_refusal_that_stays_is_not_asked_again(code: str) -> None:
    flaky = Flaky(refused(code))
    with pytest.raises(CloudFault):
        flaky.run()
    assert flaky.calls == 1


def test_the_wait_doubles_up_to_five_seconds_and_the_fifth_fault_is_told() -> None:
    flaky = Flaky(*[unanswered(f"Fault{number}") for number in range(9)])
    with pytest.raises(CloudFault) as told:
        flaky.run()
    assert told.value.code == "Fault4"
    assert flaky.naps == pytest.approx([0.2, 0.4, 0.8, 1.6])


@pytest.mark.parametrize(("each_s", "calls"), [(20.0, 2), (10.0, 3), (5.0, 5), (1.0, 5)])
def test_a_service_that_never_answers_is_asked_for_three_quarters_of_a_minute_at_most(
    each_s: float, calls: int
) -> None:
    left = [300.0]
    flaky = Flaky(*[unanswered()] * 9)

    def hangs() -> str:
        left[0] -= each_s
        return flaky()

    with pytest.raises(CloudFault):
        retry_read(hangs, remaining_s=lambda: left[0], sleep=flaky.naps.append, random=lambda: 1.0)
    assert flaky.calls == calls
    assert 300.0 - left[0] + sum(flaky.naps) <= 45.0


def test_the_wait_has_full_jitter() -> None:
    flaky = Flaky(unanswered(), unanswered())
    flaky.run(random=lambda: 0.25)
    assert flaky.naps == pytest.approx([0.05, 0.1])


def test_nothing_is_asked_again_when_the_wait_would_eat_into_the_last_three_seconds() -> None:
    flaky = Flaky(unanswered())
    with pytest.raises(CloudFault):
        flaky.run(remaining_s=3.1)
    assert (flaky.calls, flaky.naps) == (1, [])


def test_time_outs_stay_within_what_is_left_of_the_invocation() -> None:
    assert timeouts(300.0) == (5.0, 20.0)
    assert timeouts(11.0) == (5.0, 10.0)
    assert timeouts(3.0) == (2.0, 2.0)
    assert timeouts(-1.0) == (1.0, 1.0)
