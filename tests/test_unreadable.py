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
from .fakes import START, refused, unanswered
from .test_nightly import ELSEWHERE, limit, run, shop, stock
from .workshop import Workshop

__all__ = ["shop"]  # the fixture
NIGHT = RequestedBy(trigger="nightly", id="night")
STRANGE = b'{"Nonce": "x", "Fact": {"Status": "Expired"}}'


def spoil(shop: Workshop, key: str) -> None:
    shop.store.put(key, STRANGE)


def spoil_an_end(shop: Workshop) -> None:
    """The end of an export that failed, and was written by a version to come."""
    stock(shop, 1)
    shop.cloud.faults.before("export_image", refused("ImageNotSupported"))
    shop.tell("m-cn0000")
    (ended,) = shop.keys("/ended")
    spoil(shop, ended)


def unreadable(shop: Workshop) -> int:
    return shop.log.events().count("fact.unreadable")


def test_a_hold_that_cannot_be_read_is_none_and_other_groups_start(shop: Workshop) -> None:
    stock(shop, 1)
    stock(shop, 1, ELSEWHERE)
    run(shop)
    spoil(shop, f"holds/{ACCOUNT}/{ELSEWHERE}")
    shop.tick(minutes=1)
    assert (len(shop.cloud.running), len(shop.clouds.of(ACCOUNT, ELSEWHERE).running)) == (1, 1)
    assert unreadable(shop)


def test_a_hold_that_cannot_be_read_hinders_no_request_and_no_end(shop: Workshop) -> None:
    spoil(shop, f"holds/{ACCOUNT}/{REGION}")
    stock(shop, 1)
    shop.tell("m-cn0000")
    spoil(shop, f"holds/{ACCOUNT}/{REGION}")
    shop.cloud.finish(shop.task_id)
    assert [export.status for export in shop.tick(minutes=10).exports] == ["Completed"]


def test_a_hold_that_cannot_be_read_is_no_part_of_a_nights_warnings(shop: Workshop) -> None:
    spoil(shop, f"holds/{ACCOUNT}/{REGION}")
    stock(shop, 1)
    assert run(shop).warnings == ()


def test_an_export_whose_end_cannot_be_read_is_left_over_and_the_night_goes_on(shop: Workshop) -> None:
    spoil_an_end(shop)
    stock(shop, 3)
    (here, _) = run(shop).totals
    assert (here.images, here.recorded, here.exported, here.left_over) == (3, 2, 0, 1)


def test_the_same_by_a_rule_with_a_limit(shop: Workshop) -> None:
    limit(shop, 2)
    spoil_an_end(shop)
    stock(shop, 1, image_id="m-other")
    (here, _) = run(shop).totals
    assert (here.images, here.recorded, here.exported, here.left_over) == (2, 1, 0, 1)


def test_an_export_that_cannot_be_read_hides_no_image_from_the_sweep(shop: Workshop) -> None:
    shop.sweeps = True
    for number in range(3):
        stock(shop, 1, image_id=f"m-{number}", created_at=START + timedelta(seconds=number))
    spoilt = export_id(natural_key(a_request(image_id="m-1")), 1)
    spoil(shop, f"exports/{spoilt}/requested")
    shop.tick(minutes=1)
    assert [start.image_id for start in shop.cloud.exported] == ["m-2", "m-0"]


def test_a_cursor_that_cannot_be_read_is_none(shop: Workshop) -> None:
    stock(shop, 2)
    spoil(shop, RUN)
    assert go_on(shop.context(), request_id="r-tick") is None
    shop.tick(minutes=1)
    assert run(shop).finished
    assert len(shop.requested()) == 2


def test_a_first_choice_that_cannot_be_read_is_left_over_for_the_next_night(shop: Workshop) -> None:
    limit(shop, 2)
    stock(shop, 3)
    spoil(shop, f"nightly/chosen-{run_key('night-1')}")
    (here, _) = run(shop).totals
    assert (here.recorded, here.left_over) == (0, 3)
    assert run(shop, "night-2").finished
    assert len(shop.requested()) == 2


def test_what_is_due_and_cannot_be_read_stops_no_tick_while_a_region_is_silent(shop: Workshop) -> None:
    for number in range(3):
        stock(shop, 1, image_id=f"m-{number}", status="Creating")
        shop.tell(f"m-{number}")
    second = sorted(shop.keys("due/"))[1].rsplit("/", 1)[1]
    spoil(shop, f"exports/{second}/requested")
    shop.cloud.faults.before("image", unanswered("Unanswered"))
    shop.tick(minutes=20)
    stock(shop, 1, image_id="m-night")
    record(shop.context(), a_request(image_id="m-night", requested_by=NIGHT))
    shop.tick(minutes=1)
    assert [start.image_id for start in shop.cloud.exported] == ["m-night"]


def test_an_image_that_cannot_be_read_is_counted_and_named_and_the_night_goes_on(shop: Workshop) -> None:
    stock(shop, 3)
    shop.cloud.poisoned = {"m-cn0001"}
    answer = run(shop)
    (here, _) = answer.totals
    assert (here.images, here.recorded, here.unreadable, here.fault) == (2, 2, 1, None)
    assert [text for text in answer.warnings if "m-cn0001 (Size)" in text and REGION in text]
    assert ("entry.unreadable", "m-cn0001") in [(line["event"], line.get("entry")) for line in shop.log.lines]


def test_of_many_images_that_cannot_be_read_the_first_are_named(shop: Workshop) -> None:
    stock(shop, 30)
    shop.cloud.poisoned = set(shop.cloud.inventory)
    assert [text for text in run(shop).warnings if text.startswith("10 more entries")]


def test_an_image_that_cannot_be_read_hides_no_other_from_the_sweep(shop: Workshop) -> None:
    shop.sweeps = True
    for number in range(3):
        stock(shop, 1, image_id=f"m-{number}", created_at=START + timedelta(seconds=number))
    shop.cloud.poisoned = {"m-1"}
    shop.tick(minutes=1)
    assert [start.image_id for start in shop.cloud.exported] == ["m-2", "m-0"]
    assert "entry.unreadable" in shop.log.events()


def test_a_task_that_cannot_be_read_keeps_no_other_from_its_end(shop: Workshop) -> None:
    stock(shop, 3)
    for number in range(3):
        shop.tell(f"m-cn000{number}")
    for task_id in shop.cloud.running:
        shop.cloud.finish(task_id)
    shop.cloud.poisoned = {"tsk-0002"}
    shop.tick(minutes=10)
    assert len(shop.keys("/ended")) == 2
    shop.cloud.poisoned = set()
    shop.tick(minutes=10)
    assert len(shop.keys("/ended")) == 3


def test_a_task_that_cannot_be_read_is_no_silence_of_its_region(shop: Workshop) -> None:
    stock(shop, 1)
    shop.tell("m-cn0000")
    shop.cloud.poisoned = {shop.task_id}
    stock(shop, 1, image_id="m-night")
    record(shop.context(), a_request(image_id="m-night", requested_by=NIGHT))
    shop.tick(minutes=1)
    assert [start.image_id for start in shop.cloud.exported] == ["m-cn0000", "m-night"]


def test_an_image_that_was_named_and_cannot_be_read_is_no_silence_of_its_region(shop: Workshop) -> None:
    stock(shop, 1, image_id=IMAGE)
    shop.cloud.poisoned = {IMAGE}
    shop.tell()
    stock(shop, 1, image_id="m-night")
    record(shop.context(), a_request(image_id="m-night", requested_by=NIGHT))
    shop.tick(minutes=2)
    assert [start.image_id for start in shop.cloud.exported] == ["m-night"]
    shop.cloud.poisoned = set()
    shop.tick(minutes=2)
    assert len(shop.cloud.exported) == 2


def test_a_task_in_doubt_that_cannot_be_read_is_never_taken_for_none(shop: Workshop) -> None:
    stock(shop, 1)
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell("m-cn0000")
    shop.cloud.fail(shop.task_id)
    shop.cloud.poisoned = {shop.task_id}
    for _ in range(60):
        shop.tick(minutes=30)
    assert len(shop.cloud.exported) == 1
    (ended,) = shop.keys("/ended")
    assert b"StartUnconfirmed" in shop.store.objects[ended].body


@pytest.mark.parametrize("when", ["night", "tick"])
def test_a_ledger_that_is_away_is_raised_as_ever(shop: Workshop, when: str) -> None:
    shop.show(an_image(image_id=IMAGE))
    spoil(shop, RUN)
    shop.store.faults.before("get", *[unanswered()] * 9)
    with pytest.raises(LedgerFault):
        run(shop) if when == "night" else shop.tick(minutes=1)
