"""What nights have decided on one image: the newest first, and since when it is known."""

import tracemalloc
from datetime import timedelta

import pytest
from msgspec.structs import replace

from image_export.decisions.naming import run_key
from image_export.decisions.results.night_record import joined, part_of
from image_export.use_cases.night.image_nights import nights_of
from image_export.use_cases.ports import Stored
from image_export.values.night import ImageNights

from .builders import ACCOUNT, REGION
from .fake_world import FakeWorld
from .fakes import START, refused
from .test_night_record import FINISHED, a_row
from .test_nightly import limit, run, stock, two_regions


@pytest.fixture
def world() -> FakeWorld:
    """Three nights; the second image is made after the first of them."""
    world = two_regions()
    limit(world, 1)
    stock(world, 1, image_id="m-first", created_at=START - timedelta(days=1))
    run(world, "night-1")
    stock(world, 1, image_id="m-second", name="web", created_at=START + timedelta(hours=1))
    for number in (2, 3):
        world.clock.advance(days=1)
        run(world, f"night-{number}")
    return world


def asked(world: FakeWorld, image_id: str, most: int = 30) -> ImageNights:
    return nights_of(world.context().ledger, image_id, most=most)


def test_the_newest_decision_comes_first_each_with_its_reason(world: FakeWorld) -> None:
    nights = asked(world, "m-first").nights
    assert [one.run_id for one in nights] == ["night-3", "night-2", "night-1"]
    assert [one.decided.wanted for one in nights] == [False, False, True]
    assert nights[0].decided.reason.startswith("already exported")
    assert nights[0].decided.export_id == nights[2].decided.export_id


def test_since_is_the_first_night_that_lists_the_image(world: FakeWorld) -> None:
    assert asked(world, "m-first").since == START
    second = asked(world, "m-second")
    assert second.since == second.nights[-1].began_at
    assert second.since.date() == (START + timedelta(days=1)).date()
    assert second.nights[0].decided.reason == "no rule for nightly matches image 'web': golden wants name golden-*"


@pytest.mark.parametrize(("image_id", "since"), [("m-first", "night-1"), ("m-second", "night-2")])
def test_so_many_nights_are_told_as_are_asked_for_and_since_looks_behind_them(
    world: FakeWorld, image_id: str, since: str
) -> None:
    found, all_of_them = asked(world, image_id, most=1), asked(world, image_id)
    assert [one.run_id for one in found.nights] == ["night-3"]
    assert found.since == next(one.began_at for one in all_of_them.nights if one.run_id == since)


def test_an_image_that_no_night_lists_is_not_known(world: FakeWorld) -> None:
    assert asked(world, "m-firs") == ImageNights()
    assert nights_of(two_regions().context().ledger, "m-first") == ImageNights()


def test_no_record_from_before_the_image_was_made_is_read(world: FakeWorld) -> None:
    reads: list[str] = []
    whole = world.store.get
    world.store.get = lambda key: (reads.append(key), whole(key))[1]  # type: ignore[method-assign, func-returns-value]
    world.clock.advance(days=1)
    stock(world, 1, image_id="m-third", created_at=START + timedelta(days=3))
    run(world, "night-4")
    reads.clear()
    asked(world, "m-third", most=1)
    assert reads == [f"nights/2026-11-27/{run_key('night-4')}.json.gz"]


@pytest.mark.parametrize("body", [b"", b"no gzip", part_of([a_row(1)])[:-9], part_of([])])
def test_a_record_that_cannot_be_read_is_named_and_hides_no_other(world: FakeWorld, body: bytes) -> None:
    key = f"nights/2026-11-25/{run_key('night-2')}.json.gz"
    world.store.objects[key] = Stored(body, START)
    found = asked(world, "m-first")
    assert ([one.run_id for one in found.nights], found.unread) == (["night-3", "night-1"], (key,))


def test_a_record_that_oss_refuses_is_named_too(world: FakeWorld) -> None:
    world.store.faults.before("get", refused("InvalidObjectState"))
    found = asked(world, "m-first")
    assert (len(found.nights), found.unread) == (2, (f"nights/2026-11-26/{run_key('night-3')}.json.gz",))


def test_a_large_record_is_never_whole_in_memory() -> None:
    world = two_regions()
    whole = joined(FINISHED, [part_of(map(a_row, range(50_000))), part_of([replace(a_row(7), image_id="m-last")])])
    world.store.objects["nights/2026-11-24/aaaa.json.gz"] = Stored(whole, START)
    tracemalloc.start()
    found = asked(world, "m-last")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.decided.image_id for one in found.nights] == ["m-last"]
    assert (found.nights[0].decided.account_id, found.nights[0].decided.region_id) == (ACCOUNT, REGION)
    assert peak < 1_000_000
