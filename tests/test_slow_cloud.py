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
from .fake_world import FakeWorld
from .fakes import START, Faults, unanswered
from .test_nightly import run, stock

NIGHT = RequestedBy(trigger="nightly", id="night")


class Killed(BaseException):
    """FC ends the worker."""


class Slow(Faults):
    """Every call takes its time of the invocation."""

    def __init__(self, world: FakeWorld, seconds: float) -> None:
        super().__init__()
        self._world, self._seconds = world, seconds

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self._world.remaining_s -= self._seconds
        if self._world.remaining_s < 0:
            raise Killed
        return super().run(call, effect)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld("when: [image-created, nightly]")


def nameless(world: FakeWorld, count: int) -> None:
    """So many tasks of others, of which the list does not say whose they are."""
    listed = world.cloud.export_tasks
    world.cloud.resource_ids = False
    world.cloud.export_tasks = lambda *a, **b: TaskList(  # type: ignore[method-assign]
        [replace(task, image_id=None) for task in listed(*a, **b).tasks]
    )
    for number in range(count):
        world.show(an_image(image_id=f"m-theirs{number}"))
        world.cloud.start_task(StartExport(f"m-theirs{number}", BUCKET, "theirs", "raw", None))


def doubt(world: FakeWorld, image_id: str) -> None:
    world.show(an_image(image_id=image_id))
    world.cloud.faults.after("export_image", unanswered())
    world.tell(image_id)


@pytest.mark.parametrize("doubts", [1, 4])
def test_doubts_among_sixty_nameless_tasks_kill_no_tick_and_the_others_start(world: FakeWorld, doubts: int) -> None:
    nameless(world, 60)
    for number in range(doubts):
        doubt(world, f"m-doubt{number}")
    for number in range(8):
        world.show(an_image(image_id=f"m-waits{number}"))
        record(world.context(), a_request(image_id=f"m-waits{number}", requested_by=NIGHT))
    world.cloud.faults = Slow(world, 6.0)
    for _ in range(15):
        world.remaining_s = 300.0
        world.tick(minutes=1)
    started = {start.image_id for start in world.cloud.exported}
    assert started >= {f"m-waits{number}" for number in range(8)}


def test_a_doubt_among_many_tasks_is_resolved_over_many_looks(world: FakeWorld) -> None:
    nameless(world, 60)
    doubt(world, IMAGE)
    task_id = list(world.cloud.running)[-1]
    world.clock.advance(minutes=2)
    world.cloud.finish(task_id)
    world.cloud.faults = Slow(world, 6.0)
    for _ in range(60):
        world.remaining_s = 300.0
        world.tick(minutes=5)
    assert len(world.keys("/ended")) == 1
    assert len([start for start in world.cloud.exported if start.image_id == IMAGE]) == 1


def test_the_hint_of_a_doubt_moves_before_the_look_that_kills(world: FakeWorld) -> None:
    doubt(world, IMAGE)
    world.clock.advance(minutes=5)
    (before,) = world.keys("due/")
    world.cloud.faults.before("export_tasks", Killed())
    with pytest.raises(Killed):
        world.tick()
    (after,) = world.keys("due/")
    assert after > before


def test_a_night_goes_on_at_the_page_at_which_its_time_ran_out(world: FakeWorld) -> None:
    stock(world, 1000)
    world.cloud.inventory.pop(IMAGE, None)
    world.cloud.faults = Slow(world, 60.0)
    world.remaining_s = 600.0
    night = run(world)
    for _ in range(10):
        if night.finished:
            break
        world.clock.advance(minutes=1)
        world.remaining_s = 300.0
        night = go_on(world.context(), request_id="r-tick") or night
    (totals,) = night.totals
    assert (night.finished, totals.images, totals.recorded, totals.exported) == (True, 1000, 1000, 0)


def test_a_listing_takes_half_of_the_time_that_is_left_and_says_on_which_page_to_go_on(world: FakeWorld) -> None:
    world.cloud.inventory.clear()
    stock(world, 1000)
    world.cloud.faults = Slow(world, 60.0)
    world.remaining_s = 600.0
    listed = list_images(world.context(), Scope(a_role(), REGION, BUCKET))
    assert (len(listed.images), listed.goes_on, world.remaining_s) == (600, 7, 240.0)
    rest = list_images(world.context(), Scope(a_role(), REGION, BUCKET), 9)
    assert (len(rest.images), rest.goes_on) == (200, None)


def test_a_sweep_records_a_burst_of_images_over_several_ticks(world: FakeWorld) -> None:
    world.sweeps = True
    world.cloud.inventory.clear()
    for number in range(30):
        world.show(an_image(image_id=f"m-{number}", created_at=START))
    world.cloud.faults = Slow(world, 6.0)
    world.store.faults = Slow(world, 0.5)
    for _ in range(20):
        world.remaining_s = 300.0
        world.tick(minutes=1)
    assert len(world.cloud.exported) == 30


def test_a_named_image_is_not_asked_for_in_many_accounts_past_the_time(world: FakeWorld) -> None:
    world.cloud.faults = Slow(world, 6.0)
    world.remaining_s = 4.0
    assert world.tell().undecided == 1
    assert world.remaining_s == 4.0


def test_objects_are_not_read_past_the_time(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults = Slow(world, 6.0)
    world.remaining_s = 52.0
    world.tick(minutes=10)
    for _ in range(3):
        world.remaining_s = 300.0
        world.tick(minutes=10)
    assert len(world.keys("/ended")) == 1
