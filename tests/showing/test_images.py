"""An image is shown by id or name, with what nights decided on it, exported or not."""

from datetime import timedelta

import pytest

from image_export.values import ledger_keys as keys
from image_export.values.facts import Requested
from image_export_cli.show.images import images
from image_export_cli.show.printing import show_image
from tests.builders import REGION, a_record, a_request
from tests.fake_world import FakeWorld
from tests.fakes import START
from tests.readers import FakeClouds, a_reader
from tests.test_nightly import run, stock, two_regions


@pytest.fixture
def world() -> FakeWorld:
    """Two nights: one image is exported, the other is wanted by no rule."""
    world = two_regions()
    stock(world, 1, image_id="m-wanted", created_at=START - timedelta(days=1))
    stock(world, 1, image_id="m-unwanted", name="web", created_at=START - timedelta(days=1))
    run(world, "night-1")
    world.clock.advance(days=1)
    run(world, "night-2")
    return world


def asked(world: FakeWorld, what: str) -> list[tuple[str, int, int]]:
    """Each image, how many nights and how many exports it has."""
    found = images(a_reader(world.context().ledger, FakeClouds()), what)
    return [(one.image_id, len(one.nights), len(one.exports)) for one in found]


def test_an_image_has_its_exports_and_every_nights_decision(world: FakeWorld) -> None:
    assert asked(world, "m-wanted") == [("m-wanted", 2, 1)]


def test_an_image_is_known_since_its_first_night_although_somebody_asked_for_it_later(world: FakeWorld) -> None:
    ledger, record = world.context().ledger, a_record(request=a_request(image_id="m-unwanted"))
    name = keys.History(keys.backwards(world.clock.now), REGION, "m-unwanted", record.export_id)
    ledger.open(Requested(export_id=record.export_id, listed=name.key, request=record.request))
    for key in (name.key, name.of_image.key):
        ledger.name(key)
    (image,) = images(a_reader(ledger, FakeClouds()), "m-unwanted")
    assert (len(image.exports), image.known_since) == (1, START)
    assert image.exports[0].requested_at > START


def test_an_image_that_was_never_exported_is_found_by_its_name_too(
    world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(world, "m-unwanted") == asked(world, "web") == [("m-unwanted", 2, 0)]
    (image,) = images(a_reader(world.context().ledger, FakeClouds()), "web")
    assert image.known_since == START
    show_image(image, [])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Image                web (m-unwanted)", "Known since          2026-11-24 08:00:00"]
    assert lines[3].split() == ["NIGHT", "RULE", "WANTED", "WHY"]
    assert lines[4] == (
        "2026-11-25 08:00        no      no rule for nightly matches image 'web': golden wants name golden-*"
    )
    assert lines[-1].strip() == "image-export export m-unwanted"


def test_who_is_in_no_night_and_has_no_export_is_unknown(world: FakeWorld) -> None:
    assert (asked(world, "m-nobody"), asked(world, "nobody")) == ([], [])


def test_a_night_that_cannot_be_read_is_said_and_hides_nothing(
    world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = world.context().ledger
    last = max(entry.key for entry in ledger.walk("nights/") if entry.key.endswith(".json.gz"))
    ledger.store.put(last, b"no gzip")
    assert asked(world, "m-wanted") == [("m-wanted", 1, 1)]
    assert f"? 1 records of nights cannot be read: {last}" in capsys.readouterr().err
