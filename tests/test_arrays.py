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
from .fake_world import FakeWorld
from .fakes import START, Faults, refused, unanswered


class Slow(Faults):
    """Every call takes its time of the invocation, and of the cloud's clock."""

    def __init__(self, world: FakeWorld, seconds: float) -> None:
        super().__init__()
        self._world, self._seconds = world, seconds
        self.killed = 0

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self._world.remaining_s -= self._seconds
        self._world.clock.advance(seconds=self._seconds)
        if self._world.remaining_s < 0:
            self.killed += 1
            raise KeyboardInterrupt  # FC kills
        return super().run(call, effect)


def slow(world: FakeWorld, seconds: float) -> Slow:
    faults = Slow(world, seconds)
    world.store.faults = world.cloud.faults = faults
    return faults


def requests(count: int, **more: str) -> bytes:
    return json.dumps([{"ImageId": f"m-{number:04d}", "OSSBucket": BUCKET, **more} for number in range(count)]).encode()


def send(world: FakeWorld, body: bytes, request_id: str = "r-array") -> Any:
    world.remaining_s = 120.0
    return receive(world.context(), body, request_id=request_id, region_id=REGION)


def tick(world: FakeWorld) -> Any:
    world.remaining_s = 300.0
    return world.tick(minutes=1)


def test_four_hundred_requests_of_fifty_milliseconds_a_call_are_all_recorded(world: FakeWorld) -> None:
    faults = slow(world, 0.05)
    answer = send(world, requests(400))
    assert len(answer.exports) + answer.undecided == 400
    assert len(answer.exports) > 150
    for _ in range(4):
        tick(world)
    assert (len(world.requested()), faults.killed) == (400, 0)
    assert [key for key in world.keys("sighted/") if "late-" in key] == []


def test_all_of_an_array_is_recorded_before_the_first_is_begun_with(world: FakeWorld) -> None:
    for number in range(5):
        world.show(an_image(image_id=f"m-{number:04d}"))
    slow(world, 1.5)
    answer = send(world, requests(5))
    world.remaining_s = 300.0  # for the look at what came of it
    assert (len(answer.exports), len(world.requested())) == (5, 5)
    assert len(world.cloud.exported) < 5


def test_the_same_array_delivered_twice_is_recorded_once(world: FakeWorld) -> None:
    slow(world, 0.3)
    for _ in range(2):
        send(world, requests(60))
    for _ in range(4):
        tick(world)
    assert len(world.requested()) == 60


def test_two_equal_arrays_of_two_invocations_are_both_kept(world: FakeWorld) -> None:
    slow(world, 0.3)
    for name in ("r-one", "r-two"):
        send(world, requests(60), name)
    assert len({key for key in world.keys("sighted/late-") if not key.startswith("due/")}) == 2


def test_what_the_policy_forbids_in_a_large_array_is_rejected_visibly(world: FakeWorld) -> None:
    slow(world, 0.5)
    body = json.dumps([{"ImageId": f"m-{number}", "OSSBucket": "not-ours"} for number in range(60)]).encode()
    answer = send(world, body)
    assert len(answer.rejected) + answer.undecided == 60
    for _ in range(8):
        tick(world)
    rejected = {key for key in world.keys("rejected/") if key.endswith("/event")}
    assert len(rejected) == 60


def test_a_late_request_that_was_rejected_is_kept_as_it_can_be_sent_again(world: FakeWorld) -> None:
    slow(world, 0.5)
    send(world, json.dumps([{"ImageId": f"m-{number}", "OSSBucket": "not-ours"} for number in range(60)]).encode())
    for _ in range(8):
        tick(world)
    bodies = [world.store.objects[key].body for key in world.keys("rejected/") if key.endswith("/event")]
    assert any(b'{\\"ImageId\\": \\"m-59\\", \\"OSSBucket\\": \\"not-ours\\"' in body for body in bodies)


def test_a_dry_run_for_which_there_is_no_time_is_ignored_with_its_reason_and_writes_nothing(world: FakeWorld) -> None:
    slow(world, 5.0)
    body = json.dumps([{"ImageId": f"m-{n}", "OSSBucket": BUCKET, "DryRun": True} for n in range(20)]).encode()
    answer = send(world, body)
    assert (answer.ignored > 0, world.keys("")) == (True, [])
    assert set(answer.ignored_because) == {"There was no time for this DryRun."}


@pytest.mark.parametrize(("left_s", "recorded"), [(20.0, 2), (19.9, 0)])
def test_a_part_of_an_array_is_taken_where_twenty_seconds_are_left(
    world: FakeWorld, left_s: float, recorded: int
) -> None:
    world.remaining_s = left_s
    answer = receive(world.context(), requests(2), request_id="r-1", region_id=REGION)
    assert (len(answer.exports), answer.undecided) == (recorded, 2 - recorded)


def test_more_parts_than_can_be_kept_are_rejected_once_with_what_to_do(world: FakeWorld) -> None:
    world.remaining_s = 1.0
    answer = receive(world.context(), requests(5003), request_id="r-1", region_id=REGION)
    assert (answer.undecided, len(answer.rejected)) == (5000, 3)
    assert {(one.code, one.message, one.recommend) for one in answer.rejected} == {
        (
            "TooManyParts",
            "The event has 3 parts more than can be kept until there is time for them.",
            "Send them again, in smaller arrays.",
        )
    }
    assert len(world.keys("rejected/")) == 1


def test_what_a_warm_instance_keeps_is_kept_since_now(world: FakeWorld) -> None:
    """Nothing was asked of the ledger yet that would say what time it is by now."""
    context = world.context()
    receive(context, requests(1), request_id="r-1", region_id=REGION)
    world.clock.advance(days=2)
    context.ledger.begin()
    world.remaining_s = 1.0
    receive(context, requests(2), request_id="r-2", region_id=REGION)
    (key,) = world.keys("sighted/late-")
    late = context.ledger.read(key, Late)
    assert late is not None
    assert late.fact.since >= START + timedelta(days=2)


def test_as_many_parts_as_can_be_kept_are_not_rejected(world: FakeWorld) -> None:
    world.remaining_s = 1.0
    answer = receive(world.context(), requests(5000), request_id="r-1", region_id=REGION)
    assert (answer.undecided, answer.rejected, world.keys("rejected/")) == (5000, (), [])


def test_a_request_whose_export_cannot_be_read_is_kept_and_the_others_are_recorded(world: FakeWorld) -> None:
    send(world, requests(1))
    (key,) = world.keys("/requested")
    whole = world.store.objects[key]
    world.store.put(key, b"{}")
    answer = send(world, requests(3, OSSPrefix="other"), "r-other")
    assert (len(answer.exports), answer.undecided) == (2, 1)
    world.store.objects[key] = whole
    for _ in range(2):
        tick(world)
    assert len(world.requested()) == 4


def test_a_request_that_cannot_be_recorded_for_a_day_is_rejected(world: FakeWorld) -> None:
    send(world, requests(1))
    (key,) = world.keys("/requested")
    world.store.put(key, b"{}")
    assert send(world, requests(1, OSSPrefix="other"), "r-other").undecided == 1
    world.clock.advance(hours=23, minutes=58)
    tick(world)
    assert world.keys("rejected/") == []
    world.clock.advance(minutes=10)
    tick(world)
    assert [key for key in world.keys("rejected/") if key.endswith("/event")]
    assert [key for key in world.keys("sighted/") if "late-" in key] == []


def test_a_ledger_that_is_away_is_raised_so_that_fc_repeats_the_array(world: FakeWorld) -> None:
    world.store.faults.before("versioned", *[unanswered()] * 9)
    with pytest.raises(LedgerFault):
        send(world, requests(3))


def test_a_token_that_oss_refuses_keeps_no_other_request_from_being_recorded(world: FakeWorld) -> None:
    whole = world.store.get
    archived: list[str] = []

    def get(key: str) -> Any:
        if key.startswith("tokens/") and not archived:
            archived.append(key)
        if key in archived:
            raise refused("InvalidObjectState")
        return whole(key)

    world.store.get = get  # type: ignore[method-assign]
    answer = send(world, requests(3))
    assert (len(answer.exports), answer.undecided) == (2, 1)
