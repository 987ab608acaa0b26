"""Whatever the cloud turns out to do where no document settles it, exports end as they should.

Every reading of every fact in the emulator's `unsure.py` meets every reading of every other in one of a few rows, and
the same flows run under each row: two disks exported by an event, a failure, a lost answer, a cancel over HTTP, a
night.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.running import RunningEmulator
from alicloud_emulator.unsure import READINGS, Unsure

from .entrance import OLDER_TOKEN, TOKEN, Entrance, accepting
from .pairs import met, pairs, rows
from .world import FUNCTION, REGION, World, still_functions

# FC answers a body that is too large before the functions see it.
NOT_OURS = frozenset({"http_body_too_large"})
NUMBERS: dict[str, tuple[Any, ...]] = {"task_list_lag_s": (20.0, 0.0, 600.0)}
FACTS = {name: values for name, values in {**READINGS, **NUMBERS}.items() if name not in NOT_OURS}
ROWS = rows(FACTS)


@pytest.fixture(scope="module")
def unsettled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An emulator that also sends events of its own when an image is made."""
    folder: Path = tmp_path_factory.mktemp("unsure")
    functions = still_functions(folder, **accepting(OLDER_TOKEN, TOKEN))
    arguments = ("--functions", str(functions), "--speed", "1", "--events", "actiontrail,image")
    with RunningEmulator(*arguments, log=folder / "log") as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield World(emulator)


def test_every_fact_has_its_readings_and_the_first_one_is_in_force() -> None:
    assert {name: values[0] for name, values in {**READINGS, **NUMBERS}.items()} == asdict(Unsure())


def test_every_two_readings_meet_in_a_row() -> None:
    numbered = [{name: FACTS[name].index(value) for name, value in row.items()} for row in ROWS]
    assert set().union(*map(met, numbered)) == pairs(FACTS)
    assert len(ROWS) < 20


def test_a_cancel_is_heeded_though_the_listing_does_not_show_it_yet(world: World, entrance: Entrance) -> None:
    world.emulator.post("unsure", {"list_after_write": "lagging"})
    image = world.image()
    asked = entrance.post(image).value
    assert entrance.cancel(asked["ExportId"]).value["Reason"]
    assert world.follow(image)["Status"] == "Cancelled"


@pytest.mark.prove
@pytest.mark.parametrize("row", ROWS, ids=[f"row {number}" for number in range(len(ROWS))])
def test_exports_end_as_they_should_under_every_row(unsettled: World, row: dict[str, Any]) -> None:
    unsettled.emulator.post("unsure", row)
    by_event, failing, lost = (
        announced(unsettled, "finish"),
        announced(unsettled, "fail"),
        announced(unsettled, "finish", lost=True),
    )
    over_http = cancelled(unsettled)
    at_night = recorded(unsettled)
    ended = {
        name: unsettled.follow(image) for name, image in {"event": by_event, "fail": failing, "lost": lost}.items()
    }
    assert {name: export["Status"] for name, export in ended.items()} == {
        "event": "Completed",
        "fail": "Failed",
        "lost": "Completed",
    }
    assert len(ended["event"]["Objects"]) == 2
    assert (ended["fail"]["Error"]["Code"], ended["fail"]["Error"]["Message"]) == ("DiskGone", "Sector 7 is gone.")
    assert unsettled.follow(over_http)["Status"] == "Cancelled"
    assert unsettled.follow(at_night)["Status"] == "Completed"
    for image in (by_event, failing, lost, over_http, at_night):
        assert len(unsettled.tasks_of(image)) == 1, image
        assert ends(unsettled.kinds(image, FUNCTION)) == ends(unsettled.kinds(image)) != []


def ends(kinds: list[str]) -> list[str]:
    """The ends among the events, which may come before what was older."""
    return [kind for kind in kinds if kind in ("Completed", "Failed", "Cancelled")]


def announced(world: World, outcome: str, *, lost: bool = False) -> str:
    """An image whose making an event has told, and that is being exported."""
    if lost:
        world.emulator.fault("ecs", "ExportImage", "reset_after")
    plan = {"code": "DiskGone", "message": "Sector 7 is gone."} if outcome == "fail" else {}
    image = world.image(outcome, plan=plan)
    assert world.emulator.until(lambda: [call for call in world.calls_of(image) if call["status"] is not None])
    return image


def cancelled(world: World) -> str:
    """An image that no rule wants, exported over HTTP and cancelled while it runs."""
    entrance, image = Entrance(world.emulator.http_trigger), world.image(ImageName="other")
    asked = entrance.post(image, OSSPrefix="ours")
    assert asked.status == 202, asked.body
    world.emulator.advance(3)  # a listing may lag
    found = [one["ExportId"] for one in entrance.newest(50, RegionId=REGION, ImageId=image)]
    assert found == [asked.value["ExportId"]]
    looked = entrance.get(found[0])
    assert (looked.status, looked.value["Status"]) == (200, "Exporting"), json.dumps(looked.value)
    assert entrance.cancel(found[0]).status == 202
    return image


def recorded(world: World) -> str:
    """An image that no event told of, and that the night records."""
    image = world.image(ImageName="other", Tags={"Tag": [{"TagKey": "backup", "TagValue": "daily"}]})
    night = world.emulator.post("timers/on_nightly")
    assert night["Finished"], night
    return image
