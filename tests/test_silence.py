"""Services that take a connection and never answer: they cost a tick some time, and nobody else's turn. Over fakes."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.use_cases.export.record import record
from image_export.values.answer import Answer
from image_export.values.export import RequestedBy
from image_export.values.notify_target import NotifyTarget
from image_export.values.policy import Destination

from .builders import ACCOUNT, BUCKET, REGION, a_request, an_image
from .fakes import FakeCloud, Faults, refused, unanswered
from .workshop import BUS, FUNCTION, Workshop

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

    def __init__(self, shop: Workshop) -> None:
        super().__init__()
        self._shop = shop

    def run(self, call: str, effect: Callable[[], Any]) -> Any:  # noqa: ARG002 - never reached
        self._shop.remaining_s -= 40
        raise unanswered("Unanswered")


@pytest.fixture
def shop() -> Workshop:
    """An account with a healthy region and seven others."""
    shop = Workshop()
    shop.change_account(destinations={region: Destination(bucket=BUCKET) for region in (*HUNG, REGION)})
    return shop


def image_in(region: str) -> str:
    """The id of an image there."""
    return f"m-bp1{region.replace('-', '')}"


def cloud(shop: Workshop, region: str) -> FakeCloud:
    return shop.clouds.of(ACCOUNT, region)


def hang(shop: Workshop, count: int) -> None:
    """So many regions answer nobody from now on."""
    for region in HUNG[:count]:
        cloud(shop, region).faults = Silence(shop)


def hang_up(shop: Workshop, name: str) -> None:
    """The notify target of that name answers nobody from now on."""
    tell = shop.notifier.deliver

    def takes(target: NotifyTarget, event: Mapping[str, Any]) -> None:
        if target.name == name:
            shop.remaining_s -= 20
            raise unanswered("Unanswered")
        tell(target, event)

    shop.notifier.deliver = takes  # type: ignore[method-assign]


def tell(shop: Workshop, region: str, image_id: str) -> None:
    """An image of that region is there, and its event arrives."""
    cloud(shop, region).inventory[image_id] = an_image(image_id=image_id, region_id=region)
    event = {**NAMED, "id": image_id, "regionId": region, "userId": ACCOUNT}
    shop.receive(json.dumps({**event, "content": {"imageId": image_id, "currentState": "Available"}}).encode())


def tick(shop: Workshop) -> Answer:
    """The next minute's, with the five minutes of s.yaml."""
    shop.remaining_s = 300.0
    return shop.tick(minutes=1)


def ticks_until(shop: Workshop, done: Callable[[], object]) -> int:
    """How many it takes."""
    for number in range(1, 30):
        tick(shop)
        if done():
            return number
    raise AssertionError("not in half an hour of ticks")


@pytest.mark.parametrize("count", [3, 7])
def test_regions_that_hang_keep_no_other_region_from_its_end(shop: Workshop, count: int) -> None:
    for region in (*HUNG, REGION):
        tell(shop, region, image_in(region))
    shop.cloud.finish(shop.task_id)
    hang(shop, count)
    assert ticks_until(shop, lambda: shop.keys("/ended")) <= len(HUNG)


def waits(shop: Workshop) -> float:
    """How many calls a tick with all the time in the world waits for in vain."""
    shop.remaining_s = 3000.0
    shop.tick(minutes=1)
    return (3000.0 - shop.remaining_s) / 40


def test_a_tick_waits_in_vain_for_two_regions_in_which_tasks_run(shop: Workshop) -> None:
    for region in HUNG:
        tell(shop, region, image_in(region))
    hang(shop, len(HUNG))
    assert waits(shop) == 2


def test_a_tick_waits_in_vain_for_four_regions_in_which_something_is_due(shop: Workshop) -> None:
    hang(shop, len(HUNG))
    for region in HUNG:
        tell(shop, region, image_in(region))
    assert waits(shop) == 4


def test_what_is_due_in_a_region_that_has_answered_is_looked_at_however_many_others_hang(shop: Workshop) -> None:
    tell(shop, REGION, image_in(REGION))
    hang(shop, len(HUNG))
    for region in HUNG:
        tell(shop, region, image_in(region))
    shop.clock.advance(minutes=1)
    shop.remaining_s = 0.0  # no time for a look of its own: it is due behind the others
    tell(shop, REGION, "m-bp1named")
    shop.clock.advance(minutes=1)
    assert waits(shop) == 4
    assert [start.image_id for start in shop.cloud.exported] == [image_in(REGION), "m-bp1named"]


def test_regions_that_hang_keep_nothing_else_from_its_start(shop: Workshop) -> None:
    for region in HUNG:
        tell(shop, region, image_in(region))
    hang(shop, len(HUNG))
    record(shop.context(), a_request(requested_by=NIGHT))
    assert ticks_until(shop, lambda: shop.cloud.exported) == 1


def test_those_who_wait_in_regions_that_hang_keep_nobody_else_from_his_start(shop: Workshop) -> None:
    for region in HUNG:
        for number in range(40):
            record(shop.context(), a_request(image_id=f"m-{number}", region_id=region, requested_by=NIGHT))
    hang(shop, len(HUNG))
    record(shop.context(), a_request(requested_by=NIGHT))
    assert ticks_until(shop, lambda: shop.cloud.exported) <= len(HUNG) + 1


def test_regions_that_hang_keep_no_other_from_being_swept(shop: Workshop) -> None:
    shop.sweeps = True
    hang(shop, len(HUNG))
    shop.clock.advance(minutes=1)
    shop.show(an_image(created_at=shop.clock.now))
    assert ticks_until(shop, lambda: shop.cloud.exported) <= len(HUNG) + 1


def test_a_tick_that_has_waited_in_vain_asks_for_nothing_more_without_time_for_it(shop: Workshop) -> None:
    for region in HUNG[:2]:
        tell(shop, region, image_in(region))
    hang(shop, 2)
    shop.remaining_s = 150.0
    shop.tick(minutes=1)
    assert shop.remaining_s == 110.0


def test_images_that_were_named_in_a_region_that_hangs_keep_nobody_else_from_his_start(shop: Workshop) -> None:
    hang(shop, 1)
    for number in range(8):
        tell(shop, HUNG[0], f"m-bp1named{number}")
    record(shop.context(), a_request(requested_by=NIGHT))
    shop.clock.advance(minutes=1)
    assert ticks_until(shop, lambda: shop.cloud.exported) == 1
    assert shop.remaining_s == 260.0


def test_an_image_in_a_region_that_hangs_is_waited_for_once_whichever_accounts_have_it(shop: Workshop) -> None:
    assert shop.policy is not None
    (one,) = shop.policy.accounts
    shop.change(accounts=(one, replace(one, name="other", role_arn="acs:ram::2234567890123456:role/image-export")))
    for account in ("2234567890123456", ACCOUNT):
        shop.clouds.of(account, HUNG[0]).faults = Silence(shop)
    shop.remaining_s = 300.0
    shop.receive(json.dumps({**NAMED, "regionId": HUNG[0]}).encode())
    assert shop.remaining_s == 260.0


def test_what_is_due_in_regions_that_hang_keeps_nobody_else_from_his_start(shop: Workshop) -> None:
    hang(shop, len(HUNG))
    for region in HUNG:
        for number in range(20):
            tell(shop, region, f"m-bp1due{number}")
    record(shop.context(), a_request(requested_by=NIGHT))
    shop.clock.advance(minutes=1)
    assert ticks_until(shop, lambda: shop.cloud.exported) == 1


def test_a_target_that_hangs_is_waited_for_once_a_tick_and_holds_up_no_other_target(shop: Workshop) -> None:
    for number in range(60):
        tell(shop, REGION, f"m-bp1ends{number}")
    for task_id in shop.cloud.running:
        shop.cloud.finish(task_id)
    healthy = shop.notifier.deliver
    hang_up(shop, BUS)
    assert len(tick(shop).exports) == 60
    assert (shop.remaining_s, len(shop.keys("/ended"))) == (280.0, 60)
    assert shop.notifier.kinds(FUNCTION).count("Completed") == 60
    shop.notifier.deliver = healthy  # type: ignore[method-assign]
    for _ in range(10):
        tick(shop)
    assert (shop.notifier.kinds(BUS).count("Completed"), shop.keys("open/")) == (60, [])


def test_of_many_rejections_at_once_a_target_that_hangs_is_told_later(shop: Workshop) -> None:
    healthy = shop.notifier.deliver
    hang_up(shop, BUS)
    shop.receive(
        json.dumps([{"ImageId": f"m-bp1any{number}", "OSSBucket": "not-ours"} for number in range(5)]).encode()
    )
    tick(shop)
    assert (shop.remaining_s, len(shop.notifier.kinds(FUNCTION))) == (280.0, 5)
    shop.notifier.deliver = healthy  # type: ignore[method-assign]
    tick(shop)
    assert shop.notifier.kinds(BUS) == ["Rejected"] * 5


@pytest.mark.parametrize("fault", [refused("AccessDenied"), unanswered("InternalError")])
def test_a_target_that_answers_with_a_fault_is_told_what_comes_next(shop: Workshop, fault: Exception) -> None:
    shop.notifier.faults.before("tell", fault)
    shop.receive(
        json.dumps([{"ImageId": f"m-bp1any{number}", "OSSBucket": "not-ours"} for number in range(2)]).encode()
    )
    tick(shop)
    assert shop.notifier.kinds(BUS) == ["Rejected"]
