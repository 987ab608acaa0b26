"""A cloud that takes its time: no tick dies of a look, and the others have their turn. Over fakes."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.use_cases.export.record import record
from image_export.use_cases.night.list_images import list_images
from image_export.use_cases.night.run import go_on
from image_export.use_cases.ports import StartExport, TaskList
from image_export.values.export import RequestedBy
from image_export.values.place import Scope

from .builders import BUCKET, IMAGE, REGION, a_request, a_role, an_image
from .fakes import START, Faults, unanswered
from .test_nightly import run, stock
from .workshop import Workshop

NIGHT = RequestedBy(trigger="nightly", id="night")


class Killed(BaseException):
    """FC ends the worker."""


class Slow(Faults):
    """Every call takes its time of the invocation."""

    def __init__(self, shop: Workshop, seconds: float) -> None:
        super().__init__()
        self._shop, self._seconds = shop, seconds

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self._shop.remaining_s -= self._seconds
        if self._shop.remaining_s < 0:
            raise Killed
        return super().run(call, effect)


@pytest.fixture
def shop() -> Workshop:
    return Workshop("when: [image-created, nightly]")


def nameless(shop: Workshop, count: int) -> None:
    """So many tasks of others, of which the list does not say whose they are."""
    listed = shop.cloud.export_tasks
    shop.cloud.resource_ids = False
    shop.cloud.export_tasks = lambda *a, **b: TaskList(  # type: ignore[method-assign]
        [replace(task, image_id=None) for task in listed(*a, **b).tasks]
    )
    for number in range(count):
        shop.show(an_image(image_id=f"m-theirs{number}"))
        shop.cloud.start_task(StartExport(f"m-theirs{number}", BUCKET, "theirs", "raw", None))


def doubt(shop: Workshop, image_id: str) -> None:
    shop.show(an_image(image_id=image_id))
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell(image_id)


@pytest.mark.parametrize("doubts", [1, 4])
def test_doubts_among_sixty_nameless_tasks_kill_no_tick_and_the_others_start(shop: Workshop, doubts: int) -> None:
    nameless(shop, 60)
    for number in range(doubts):
        doubt(shop, f"m-doubt{number}")
    for number in range(8):
        shop.show(an_image(image_id=f"m-waits{number}"))
        record(shop.context(), a_request(image_id=f"m-waits{number}", requested_by=NIGHT))
    shop.cloud.faults = Slow(shop, 6.0)
    for _ in range(15):
        shop.remaining_s = 300.0
        shop.tick(minutes=1)
    started = {start.image_id for start in shop.cloud.exported}
    assert started >= {f"m-waits{number}" for number in range(8)}


def test_a_doubt_among_many_tasks_is_resolved_over_many_looks(shop: Workshop) -> None:
    nameless(shop, 60)
    doubt(shop, IMAGE)
    task_id = list(shop.cloud.running)[-1]
    shop.clock.advance(minutes=2)
    shop.cloud.finish(task_id)
    shop.cloud.faults = Slow(shop, 6.0)
    for _ in range(60):
        shop.remaining_s = 300.0
        shop.tick(minutes=5)
    assert len(shop.keys("/ended")) == 1
    assert len([start for start in shop.cloud.exported if start.image_id == IMAGE]) == 1


def test_the_hint_of_a_doubt_moves_before_the_look_that_kills(shop: Workshop) -> None:
    doubt(shop, IMAGE)
    shop.clock.advance(minutes=5)
    (before,) = shop.keys("due/")
    shop.cloud.faults.before("export_tasks", Killed())
    with pytest.raises(Killed):
        shop.tick()
    (after,) = shop.keys("due/")
    assert after > before


def test_a_night_goes_on_at_the_page_at_which_its_time_ran_out(shop: Workshop) -> None:
    stock(shop, 1000)
    shop.cloud.inventory.pop(IMAGE, None)
    shop.cloud.faults = Slow(shop, 60.0)
    shop.remaining_s = 600.0
    night = run(shop)
    for _ in range(10):
        if night.finished:
            break
        shop.clock.advance(minutes=1)
        shop.remaining_s = 300.0
        night = go_on(shop.context(), request_id="r-tick") or night
    (totals,) = night.totals
    assert (night.finished, totals.images, totals.recorded, totals.exported) == (True, 1000, 1000, 0)


def test_a_listing_takes_half_of_the_time_that_is_left_and_says_on_which_page_to_go_on(shop: Workshop) -> None:
    shop.cloud.inventory.clear()
    stock(shop, 1000)
    shop.cloud.faults = Slow(shop, 60.0)
    shop.remaining_s = 600.0
    listed = list_images(shop.context(), Scope(a_role(), REGION, BUCKET))
    assert (len(listed.images), listed.goes_on, shop.remaining_s) == (600, 7, 240.0)
    rest = list_images(shop.context(), Scope(a_role(), REGION, BUCKET), 9)
    assert (len(rest.images), rest.goes_on) == (200, None)


def test_a_sweep_records_a_burst_of_images_over_several_ticks(shop: Workshop) -> None:
    shop.sweeps = True
    shop.cloud.inventory.clear()
    for number in range(30):
        shop.show(an_image(image_id=f"m-{number}", created_at=START))
    shop.cloud.faults = Slow(shop, 6.0)
    shop.store.faults = Slow(shop, 0.5)
    for _ in range(20):
        shop.remaining_s = 300.0
        shop.tick(minutes=1)
    assert len(shop.cloud.exported) == 30


def test_a_named_image_is_not_asked_for_in_many_accounts_past_the_time(shop: Workshop) -> None:
    shop.cloud.faults = Slow(shop, 6.0)
    shop.remaining_s = 4.0
    assert shop.tell().undecided == 1
    assert shop.remaining_s == 4.0


def test_objects_are_not_read_past_the_time(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults = Slow(shop, 6.0)
    shop.remaining_s = 52.0
    shop.tick(minutes=10)
    for _ in range(3):
        shop.remaining_s = 300.0
        shop.tick(minutes=10)
    assert len(shop.keys("/ended")) == 1
