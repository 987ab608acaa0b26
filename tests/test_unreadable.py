"""One object of the ledger that this version does not understand stops one thing, is logged, and nothing else stops."""

from datetime import timedelta

import pytest

from image_export.decisions.naming import export_id, natural_key, run_key
from image_export.errors import LedgerFault
from image_export.use_cases.export.record import record
from image_export.use_cases.night.run import go_on
from image_export.use_cases.night.worker import RUN
from image_export.values.export import RequestedBy

from .builders import ACCOUNT, IMAGE, REGION, a_request, an_image
from .fake_world import FakeWorld
from .fakes import START, refused, unanswered
from .test_nightly import ELSEWHERE, limit, run, stock, world

__all__ = ["world"]  # the fixture
NIGHT = RequestedBy(trigger="nightly", id="night")
STRANGE = b'{"Nonce": "x", "Fact": {"Status": "Expired"}}'


def spoil(world: FakeWorld, key: str) -> None:
    world.store.put(key, STRANGE)


def spoil_an_end(world: FakeWorld) -> None:
    """The end of an export that failed, and was written by a version to come."""
    stock(world, 1)
    world.cloud.faults.before("export_image", refused("ImageNotSupported"))
    world.tell("m-cn0000")
    (ended,) = world.keys("/ended")
    spoil(world, ended)


def unreadable(world: FakeWorld) -> int:
    return world.log.events().count("fact.unreadable")


def test_a_hold_that_cannot_be_read_is_none_and_other_groups_start(world: FakeWorld) -> None:
    stock(world, 1)
    stock(world, 1, ELSEWHERE)
    run(world)
    spoil(world, f"holds/{ACCOUNT}/{ELSEWHERE}")
    world.tick(minutes=1)
    assert (len(world.cloud.running), len(world.clouds.of(ACCOUNT, ELSEWHERE).running)) == (1, 1)
    assert unreadable(world)


def test_a_hold_that_cannot_be_read_hinders_no_request_and_no_end(world: FakeWorld) -> None:
    spoil(world, f"holds/{ACCOUNT}/{REGION}")
    stock(world, 1)
    world.tell("m-cn0000")
    spoil(world, f"holds/{ACCOUNT}/{REGION}")
    world.cloud.finish(world.task_id)
    assert [export.status for export in world.tick(minutes=10).exports] == ["Completed"]


def test_a_hold_that_cannot_be_read_is_no_part_of_a_nights_warnings(world: FakeWorld) -> None:
    spoil(world, f"holds/{ACCOUNT}/{REGION}")
    stock(world, 1)
    assert run(world).warnings == ()


def test_an_export_whose_end_cannot_be_read_is_left_over_and_the_night_goes_on(world: FakeWorld) -> None:
    spoil_an_end(world)
    stock(world, 3)
    (here, _) = run(world).totals
    assert (here.images, here.recorded, here.exported, here.left_over) == (3, 2, 0, 1)


def test_the_same_by_a_rule_with_a_limit(world: FakeWorld) -> None:
    limit(world, 2)
    spoil_an_end(world)
    stock(world, 1, image_id="m-other")
    (here, _) = run(world).totals
    assert (here.images, here.recorded, here.exported, here.left_over) == (2, 1, 0, 1)


def test_an_export_that_cannot_be_read_hides_no_image_from_the_sweep(world: FakeWorld) -> None:
    world.sweeps = True
    for number in range(3):
        stock(world, 1, image_id=f"m-{number}", created_at=START + timedelta(seconds=number))
    spoilt = export_id(natural_key(a_request(image_id="m-1")), 1)
    spoil(world, f"exports/{spoilt}/requested")
    world.tick(minutes=1)
    assert [start.image_id for start in world.cloud.exported] == ["m-2", "m-0"]


def test_a_cursor_that_cannot_be_read_is_none(world: FakeWorld) -> None:
    stock(world, 2)
    spoil(world, RUN)
    assert go_on(world.context(), request_id="r-tick") is None
    world.tick(minutes=1)
    assert run(world).finished
    assert len(world.requested()) == 2


def test_a_first_choice_that_cannot_be_read_is_left_over_for_the_next_night(world: FakeWorld) -> None:
    limit(world, 2)
    stock(world, 3)
    spoil(world, f"nightly/chosen-{run_key('night-1')}")
    (here, _) = run(world).totals
    assert (here.recorded, here.left_over) == (0, 3)
    assert run(world, "night-2").finished
    assert len(world.requested()) == 2


def test_what_is_due_and_cannot_be_read_stops_no_tick_while_a_region_is_silent(world: FakeWorld) -> None:
    for number in range(3):
        stock(world, 1, image_id=f"m-{number}", status="Creating")
        world.tell(f"m-{number}")
    second = sorted(world.keys("due/"))[1].rsplit("/", 1)[1]
    spoil(world, f"exports/{second}/requested")
    world.cloud.faults.before("image", unanswered("Unanswered"))
    world.tick(minutes=20)
    stock(world, 1, image_id="m-night")
    record(world.context(), a_request(image_id="m-night", requested_by=NIGHT))
    world.tick(minutes=1)
    assert [start.image_id for start in world.cloud.exported] == ["m-night"]


def test_an_image_that_cannot_be_read_is_counted_and_named_and_the_night_goes_on(world: FakeWorld) -> None:
    stock(world, 3)
    world.cloud.poisoned = {"m-cn0001"}
    answer = run(world)
    (here, _) = answer.totals
    assert (here.images, here.recorded, here.unreadable, here.fault) == (2, 2, 1, None)
    assert [text for text in answer.warnings if "m-cn0001 (Size)" in text and REGION in text]
    assert ("entry.unreadable", "m-cn0001") in [(line["event"], line.get("entry")) for line in world.log.lines]


def test_of_many_images_that_cannot_be_read_the_first_are_named(world: FakeWorld) -> None:
    stock(world, 30)
    world.cloud.poisoned = set(world.cloud.inventory)
    assert [text for text in run(world).warnings if text.startswith("10 more entries")]


def test_an_image_that_cannot_be_read_hides_no_other_from_the_sweep(world: FakeWorld) -> None:
    world.sweeps = True
    for number in range(3):
        stock(world, 1, image_id=f"m-{number}", created_at=START + timedelta(seconds=number))
    world.cloud.poisoned = {"m-1"}
    world.tick(minutes=1)
    assert [start.image_id for start in world.cloud.exported] == ["m-2", "m-0"]
    assert "entry.unreadable" in world.log.events()


def test_a_task_that_cannot_be_read_keeps_no_other_from_its_end(world: FakeWorld) -> None:
    stock(world, 3)
    for number in range(3):
        world.tell(f"m-cn000{number}")
    for task_id in world.cloud.running:
        world.cloud.finish(task_id)
    world.cloud.poisoned = {"tsk-0002"}
    world.tick(minutes=10)
    assert len(world.keys("/ended")) == 2
    world.cloud.poisoned = set()
    world.tick(minutes=10)
    assert len(world.keys("/ended")) == 3


def test_a_task_that_cannot_be_read_is_no_silence_of_its_region(world: FakeWorld) -> None:
    stock(world, 1)
    world.tell("m-cn0000")
    world.cloud.poisoned = {world.task_id}
    stock(world, 1, image_id="m-night")
    record(world.context(), a_request(image_id="m-night", requested_by=NIGHT))
    world.tick(minutes=1)
    assert [start.image_id for start in world.cloud.exported] == ["m-cn0000", "m-night"]


def test_an_image_that_was_named_and_cannot_be_read_is_no_silence_of_its_region(world: FakeWorld) -> None:
    stock(world, 1, image_id=IMAGE)
    world.cloud.poisoned = {IMAGE}
    world.tell()
    stock(world, 1, image_id="m-night")
    record(world.context(), a_request(image_id="m-night", requested_by=NIGHT))
    world.tick(minutes=2)
    assert [start.image_id for start in world.cloud.exported] == ["m-night"]
    world.cloud.poisoned = set()
    world.tick(minutes=2)
    assert len(world.cloud.exported) == 2


def test_a_task_in_doubt_that_cannot_be_read_is_never_taken_for_none(world: FakeWorld) -> None:
    stock(world, 1)
    world.cloud.faults.after("export_image", unanswered())
    world.tell("m-cn0000")
    world.cloud.fail(world.task_id)
    world.cloud.poisoned = {world.task_id}
    for _ in range(60):
        world.tick(minutes=30)
    assert len(world.cloud.exported) == 1
    (ended,) = world.keys("/ended")
    assert b"StartUnconfirmed" in world.store.objects[ended].body


@pytest.mark.parametrize("when", ["night", "tick"])
def test_a_ledger_that_is_away_is_raised_as_ever(world: FakeWorld, when: str) -> None:
    world.show(an_image(image_id=IMAGE))
    spoil(world, RUN)
    world.store.faults.before("get", *[unanswered()] * 9)
    with pytest.raises(LedgerFault):
        run(world) if when == "night" else world.tick(minutes=1)
