"""An array of requests that is too large for one invocation: all is recorded or rejected visibly, none is lost."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from image_export.errors import LedgerFault
from image_export.use_cases.entrances.late_parts import Late
from image_export.use_cases.entrances.receive import receive

from .builders import BUCKET, REGION, an_image
from .fakes import START, Faults, refused, unanswered
from .workshop import Workshop


class Slow(Faults):
    """Every call takes its time of the invocation, and of the cloud's clock."""

    def __init__(self, shop: Workshop, seconds: float) -> None:
        super().__init__()
        self._shop, self._seconds = shop, seconds
        self.killed = 0

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self._shop.remaining_s -= self._seconds
        self._shop.clock.advance(seconds=self._seconds)
        if self._shop.remaining_s < 0:
            self.killed += 1
            raise KeyboardInterrupt  # FC kills
        return super().run(call, effect)


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def slow(shop: Workshop, seconds: float) -> Slow:
    faults = Slow(shop, seconds)
    shop.store.faults = shop.cloud.faults = faults
    return faults


def requests(count: int, **more: str) -> bytes:
    return json.dumps([{"ImageId": f"m-{number:04d}", "OSSBucket": BUCKET, **more} for number in range(count)]).encode()


def send(shop: Workshop, body: bytes, request_id: str = "r-array") -> Any:
    shop.remaining_s = 120.0
    return receive(shop.context(), body, request_id=request_id, region_id=REGION)


def tick(shop: Workshop) -> Any:
    shop.remaining_s = 300.0
    return shop.tick(minutes=1)


def test_four_hundred_requests_of_fifty_milliseconds_a_call_are_all_recorded(shop: Workshop) -> None:
    faults = slow(shop, 0.05)
    answer = send(shop, requests(400))
    assert len(answer.exports) + answer.undecided == 400
    assert len(answer.exports) > 150
    for _ in range(4):
        tick(shop)
    assert (len(shop.requested()), faults.killed) == (400, 0)
    assert [key for key in shop.keys("sighted/") if "late-" in key] == []


def test_all_of_an_array_is_recorded_before_the_first_is_begun_with(shop: Workshop) -> None:
    for number in range(5):
        shop.show(an_image(image_id=f"m-{number:04d}"))
    slow(shop, 1.5)
    answer = send(shop, requests(5))
    shop.remaining_s = 300.0  # for the look at what came of it
    assert (len(answer.exports), len(shop.requested())) == (5, 5)
    assert len(shop.cloud.exported) < 5


def test_the_same_array_delivered_twice_is_recorded_once(shop: Workshop) -> None:
    slow(shop, 0.3)
    for _ in range(2):
        send(shop, requests(60))
    for _ in range(4):
        tick(shop)
    assert len(shop.requested()) == 60


def test_two_equal_arrays_of_two_invocations_are_both_kept(shop: Workshop) -> None:
    slow(shop, 0.3)
    for name in ("r-one", "r-two"):
        send(shop, requests(60), name)
    assert len({key for key in shop.keys("sighted/late-") if not key.startswith("due/")}) == 2


def test_what_the_policy_forbids_in_a_large_array_is_rejected_visibly(shop: Workshop) -> None:
    slow(shop, 0.5)
    body = json.dumps([{"ImageId": f"m-{number}", "OSSBucket": "not-ours"} for number in range(60)]).encode()
    answer = send(shop, body)
    assert len(answer.rejected) + answer.undecided == 60
    for _ in range(8):
        tick(shop)
    rejected = {key for key in shop.keys("rejected/") if key.endswith("/event")}
    assert len(rejected) == 60


def test_a_late_request_that_was_rejected_is_kept_as_it_can_be_sent_again(shop: Workshop) -> None:
    slow(shop, 0.5)
    send(shop, json.dumps([{"ImageId": f"m-{number}", "OSSBucket": "not-ours"} for number in range(60)]).encode())
    for _ in range(8):
        tick(shop)
    bodies = [shop.store.objects[key].body for key in shop.keys("rejected/") if key.endswith("/event")]
    assert any(b'{\\"ImageId\\": \\"m-59\\", \\"OSSBucket\\": \\"not-ours\\"' in body for body in bodies)


def test_a_dry_run_for_which_there_is_no_time_is_ignored_with_its_reason_and_writes_nothing(shop: Workshop) -> None:
    slow(shop, 5.0)
    body = json.dumps([{"ImageId": f"m-{n}", "OSSBucket": BUCKET, "DryRun": True} for n in range(20)]).encode()
    answer = send(shop, body)
    assert (answer.ignored > 0, shop.keys("")) == (True, [])
    assert set(answer.ignored_because) == {"There was no time for this DryRun."}


@pytest.mark.parametrize(("left_s", "recorded"), [(20.0, 2), (19.9, 0)])
def test_a_part_of_an_array_is_taken_where_twenty_seconds_are_left(
    shop: Workshop, left_s: float, recorded: int
) -> None:
    shop.remaining_s = left_s
    answer = receive(shop.context(), requests(2), request_id="r-1", region_id=REGION)
    assert (len(answer.exports), answer.undecided) == (recorded, 2 - recorded)


def test_more_parts_than_can_be_kept_are_rejected_once_with_what_to_do(shop: Workshop) -> None:
    shop.remaining_s = 1.0
    answer = receive(shop.context(), requests(5003), request_id="r-1", region_id=REGION)
    assert (answer.undecided, len(answer.rejected)) == (5000, 3)
    assert {(one.code, one.message, one.recommend) for one in answer.rejected} == {
        (
            "TooManyParts",
            "The event has 3 parts more than can be kept until there is time for them.",
            "Send them again, in smaller arrays.",
        )
    }
    assert len(shop.keys("rejected/")) == 1


def test_what_a_warm_instance_keeps_is_kept_since_now(shop: Workshop) -> None:
    """Nothing was asked of the ledger yet that would say what time it is by now."""
    context = shop.context()
    receive(context, requests(1), request_id="r-1", region_id=REGION)
    shop.clock.advance(days=2)
    context.ledger.begin()
    shop.remaining_s = 1.0
    receive(context, requests(2), request_id="r-2", region_id=REGION)
    (key,) = shop.keys("sighted/late-")
    late = context.ledger.read(key, Late)
    assert late is not None
    assert late.fact.since >= START + timedelta(days=2)


def test_as_many_parts_as_can_be_kept_are_not_rejected(shop: Workshop) -> None:
    shop.remaining_s = 1.0
    answer = receive(shop.context(), requests(5000), request_id="r-1", region_id=REGION)
    assert (answer.undecided, answer.rejected, shop.keys("rejected/")) == (5000, (), [])


def test_a_request_whose_export_cannot_be_read_is_kept_and_the_others_are_recorded(shop: Workshop) -> None:
    send(shop, requests(1))
    (key,) = shop.keys("/requested")
    whole = shop.store.objects[key]
    shop.store.put(key, b"{}")
    answer = send(shop, requests(3, OSSPrefix="other"), "r-other")
    assert (len(answer.exports), answer.undecided) == (2, 1)
    shop.store.objects[key] = whole
    for _ in range(2):
        tick(shop)
    assert len(shop.requested()) == 4


def test_a_request_that_cannot_be_recorded_for_a_day_is_rejected(shop: Workshop) -> None:
    send(shop, requests(1))
    (key,) = shop.keys("/requested")
    shop.store.put(key, b"{}")
    assert send(shop, requests(1, OSSPrefix="other"), "r-other").undecided == 1
    shop.clock.advance(hours=23, minutes=58)
    tick(shop)
    assert shop.keys("rejected/") == []
    shop.clock.advance(minutes=10)
    tick(shop)
    assert [key for key in shop.keys("rejected/") if key.endswith("/event")]
    assert [key for key in shop.keys("sighted/") if "late-" in key] == []


def test_a_ledger_that_is_away_is_raised_so_that_fc_repeats_the_array(shop: Workshop) -> None:
    shop.store.faults.before("versioned", *[unanswered()] * 9)
    with pytest.raises(LedgerFault):
        send(shop, requests(3))


def test_a_token_that_oss_refuses_keeps_no_other_request_from_being_recorded(shop: Workshop) -> None:
    whole = shop.store.get
    archived: list[str] = []

    def get(key: str) -> Any:
        if key.startswith("tokens/") and not archived:
            archived.append(key)
        if key in archived:
            raise refused("InvalidObjectState")
        return whole(key)

    shop.store.get = get  # type: ignore[method-assign]
    answer = send(shop, requests(3))
    assert (len(answer.exports), answer.undecided) == (2, 1)
