"""Services that take a connection and never answer: they cost a tick some time, and nobody else's turn. Over fakes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.use_cases.export.record import record
from image_export.values.answer import Answer
from image_export.values.export import RequestedBy
from image_export.values.notify_target import ChannelAddress, NotifyTarget
from image_export.values.policy import Destination

from .builders import ACCOUNT, BUCKET, REGION, a_request, an_image
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import Events, FakeCloud, Faults, refused, unanswered

HUNG = tuple(f"aa-hung-{number}" for number in range(7))  # before the region of the examples, wherever names are sorted
NIGHT = RequestedBy(trigger="nightly", id="night")

NAMED = {
    "id": "e-1",
    "product": "ECS",
    "name": "Image:StateChange",
    "regionId": REGION,
    "content": {"imageId": "m-bp1named", "currentState": "Available"},
}


class Silence(Faults):
    """Every call is waited for as long as a read is, and in vain."""

    def __init__(self, world: FakeWorld) -> None:
        super().__init__()
        self._world = world

    def run(self, call: str, effect: Callable[[], Any]) -> Any:  # noqa: ARG002 - never reached
        self._world.remaining_s -= 40
        raise unanswered("Unanswered")


@pytest.fixture
def world() -> FakeWorld:
    """An account with a healthy region and seven others."""
    world = FakeWorld()
    world.change_account(destinations={region: Destination(bucket=BUCKET) for region in (*HUNG, REGION)})
    return world


def image_in(region: str) -> str:
    """The id of an image there."""
    return f"m-bp1{region.replace('-', '')}"


def cloud(world: FakeWorld, region: str) -> FakeCloud:
    return world.clouds.of(ACCOUNT, region)


def hang(world: FakeWorld, count: int) -> None:
    """So many regions answer nobody from now on."""
    for region in HUNG[:count]:
        cloud(world, region).faults = Silence(world)


def hang_up(world: FakeWorld, name: str) -> None:
    """The notify target of that name answers nobody from now on."""
    tell = world.notifier.deliver

    def takes(target: NotifyTarget, events: Events, _: ChannelAddress | None = None, /) -> None:
        if target.name == name:
            world.remaining_s -= 20
            raise unanswered("Unanswered")
        tell(target, events)

    world.notifier.deliver = takes  # type: ignore[method-assign]


def tell(world: FakeWorld, region: str, image_id: str) -> None:
    """An image of that region is there, and its event arrives."""
    cloud(world, region).inventory[image_id] = an_image(image_id=image_id, region_id=region)
    event = {**NAMED, "id": image_id, "regionId": region, "userId": ACCOUNT}
    world.receive(json.dumps({**event, "content": {"imageId": image_id, "currentState": "Available"}}).encode())


def tick(world: FakeWorld) -> Answer:
    """The next minute's, with the five minutes of s.yaml."""
    world.remaining_s = 300.0
    return world.tick(minutes=1)


def ticks_until(world: FakeWorld, done: Callable[[], object]) -> int:
    """How many it takes."""
    for number in range(1, 30):
        tick(world)
        if done():
            return number
    raise AssertionError("not in half an hour of ticks")


@pytest.mark.parametrize("count", [3, 7])
def test_regions_that_hang_keep_no_other_region_from_its_end(world: FakeWorld, count: int) -> None:
    for region in (*HUNG, REGION):
        tell(world, region, image_in(region))
    world.cloud.finish(world.task_id)
    hang(world, count)
    assert ticks_until(world, lambda: world.keys("/ended")) <= len(HUNG)


def waits(world: FakeWorld) -> float:
    """How many calls a tick with all the time in the world waits for in vain."""
    world.remaining_s = 3000.0
    world.tick(minutes=1)
    return (3000.0 - world.remaining_s) / 40


def test_a_tick_waits_in_vain_for_two_regions_in_which_tasks_run(world: FakeWorld) -> None:
    for region in HUNG:
        tell(world, region, image_in(region))
    hang(world, len(HUNG))
    assert waits(world) == 2


def test_a_tick_waits_in_vain_for_four_regions_in_which_something_is_due(world: FakeWorld) -> None:
    hang(world, len(HUNG))
    for region in HUNG:
        tell(world, region, image_in(region))
    assert waits(world) == 4


def test_what_is_due_in_a_region_that_has_answered_is_looked_at_however_many_others_hang(world: FakeWorld) -> None:
    tell(world, REGION, image_in(REGION))
    hang(world, len(HUNG))
    for region in HUNG:
        tell(world, region, image_in(region))
    world.clock.advance(minutes=1)
    world.remaining_s = 0.0  # no time for a look of its own: it is due behind the others
    tell(world, REGION, "m-bp1named")
    world.clock.advance(minutes=1)
    assert waits(world) == 4
    assert [start.image_id for start in world.cloud.exported] == [image_in(REGION), "m-bp1named"]


def test_regions_that_hang_keep_nothing_else_from_its_start(world: FakeWorld) -> None:
    for region in HUNG:
        tell(world, region, image_in(region))
    hang(world, len(HUNG))
    record(world.context(), a_request(requested_by=NIGHT))
    assert ticks_until(world, lambda: world.cloud.exported) == 1


def test_those_who_wait_in_regions_that_hang_keep_nobody_else_from_his_start(world: FakeWorld) -> None:
    for region in HUNG:
        for number in range(40):
            record(world.context(), a_request(image_id=f"m-{number}", region_id=region, requested_by=NIGHT))
    hang(world, len(HUNG))
    record(world.context(), a_request(requested_by=NIGHT))
    assert ticks_until(world, lambda: world.cloud.exported) <= len(HUNG) + 1


def test_regions_that_hang_keep_no_other_from_being_swept(world: FakeWorld) -> None:
    world.sweeps = True
    hang(world, len(HUNG))
    world.clock.advance(minutes=1)
    world.show(an_image(created_at=world.clock.now))
    assert ticks_until(world, lambda: world.cloud.exported) <= len(HUNG) + 1


def test_a_tick_that_has_waited_in_vain_asks_for_nothing_more_without_time_for_it(world: FakeWorld) -> None:
    for region in HUNG[:2]:
        tell(world, region, image_in(region))
    hang(world, 2)
    world.remaining_s = 150.0
    world.tick(minutes=1)
    assert world.remaining_s == 110.0


def test_images_that_were_named_in_a_region_that_hangs_keep_nobody_else_from_his_start(world: FakeWorld) -> None:
    hang(world, 1)
    for number in range(8):
        tell(world, HUNG[0], f"m-bp1named{number}")
    record(world.context(), a_request(requested_by=NIGHT))
    world.clock.advance(minutes=1)
    assert ticks_until(world, lambda: world.cloud.exported) == 1
    assert world.remaining_s == 260.0


def test_an_image_in_a_region_that_hangs_is_waited_for_once_whichever_accounts_have_it(world: FakeWorld) -> None:
    assert world.policy is not None
    (one,) = world.policy.accounts
    world.change(accounts=(one, replace(one, name="other", role_arn="acs:ram::2234567890123456:role/image-export")))
    for account in ("2234567890123456", ACCOUNT):
        world.clouds.of(account, HUNG[0]).faults = Silence(world)
    world.remaining_s = 300.0
    world.receive(json.dumps({**NAMED, "regionId": HUNG[0]}).encode())
    assert world.remaining_s == 260.0


def test_what_is_due_in_regions_that_hang_keeps_nobody_else_from_his_start(world: FakeWorld) -> None:
    hang(world, len(HUNG))
    for region in HUNG:
        for number in range(20):
            tell(world, region, f"m-bp1due{number}")
    record(world.context(), a_request(requested_by=NIGHT))
    world.clock.advance(minutes=1)
    assert ticks_until(world, lambda: world.cloud.exported) == 1


def test_a_target_that_hangs_is_waited_for_once_a_tick_and_holds_up_no_other_target(world: FakeWorld) -> None:
    for number in range(60):
        tell(world, REGION, f"m-bp1ends{number}")
    for task_id in world.cloud.running:
        world.cloud.finish(task_id)
    healthy = world.notifier.deliver
    hang_up(world, BUS)
    assert len(tick(world).exports) == 60
    assert (world.remaining_s, len(world.keys("/ended"))) == (280.0, 60)
    assert world.notifier.kinds(FUNCTION).count("Completed") == 60
    world.notifier.deliver = healthy  # type: ignore[method-assign]
    for _ in range(10):
        tick(world)
    assert (world.notifier.kinds(BUS).count("Completed"), world.keys("open/")) == (60, [])


def test_of_many_rejections_at_once_a_target_that_hangs_is_told_later(world: FakeWorld) -> None:
    healthy = world.notifier.deliver
    hang_up(world, BUS)
    world.receive(
        json.dumps([{"ImageId": f"m-bp1any{number}", "OSSBucket": "not-ours"} for number in range(5)]).encode()
    )
    tick(world)
    assert (world.remaining_s, len(world.notifier.kinds(FUNCTION))) == (280.0, 5)
    world.notifier.deliver = healthy  # type: ignore[method-assign]
    tick(world)
    assert world.notifier.kinds(BUS) == ["Rejected"] * 5


@pytest.mark.parametrize("fault", [refused("AccessDenied"), unanswered("InternalError")])
def test_a_target_that_answers_with_a_fault_is_told_what_comes_next(world: FakeWorld, fault: Exception) -> None:
    world.notifier.faults.before("tell", fault)
    world.receive(
        json.dumps([{"ImageId": f"m-bp1any{number}", "OSSBucket": "not-ours"} for number in range(2)]).encode()
    )
    tick(world)
    assert world.notifier.kinds(BUS) == ["Rejected"]


@pytest.mark.parametrize("hangs_s", [10.0, 20.0, 30.0])
def test_however_many_regions_hang_a_tick_has_time_to_deliver(world: FakeWorld, hangs_s: float) -> None:
    """Exports run there, are due there and wait there; somebody is to hear of something else."""

    class Hangs(Silence):
        def run(self, call: str, effect: Callable[[], Any]) -> Any:  # noqa: ARG002 - never reached
            self._world.remaining_s -= hangs_s
            raise unanswered("Unanswered")

    for region in HUNG:
        tell(world, region, image_in(region))
        for number in range(40):
            record(world.context(), a_request(image_id=f"m-{number}", region_id=region, requested_by=NIGHT))
        cloud(world, region).faults = Hangs(world)
        tell(world, region, f"m-due-{region}")
    world.receive(b'{"ImageId": "m-bp1any", "OSSBucket": "strangers-bucket"}')
    assert ticks_until(world, lambda: "Rejected" in world.notifier.kinds(BUS)) == 1
