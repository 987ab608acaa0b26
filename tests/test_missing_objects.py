"""Whoever looks at a Completed export learns whether its objects are still there; asked of OSS once an hour at most."""

import pytest

from .builders import ACCOUNT, BUCKET
from .entrance import Entrance
from .fake_world import FakeWorld
from .fakes import Counting, refused, unanswered


@pytest.fixture
def export(world: FakeWorld, entrance: Entrance) -> str:
    """A Completed one with two objects."""
    export = str(entrance.post().value["ExportId"])
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    return export


def keys(world: FakeWorld) -> list[str]:
    """The keys of its objects."""
    return sorted(address.split("/", 1)[1] for address in world.cloud.stored if address.endswith(".raw.tar.gz"))


def test_an_export_whose_objects_are_there_says_nothing_of_them(entrance: Entrance, export: str) -> None:
    said = entrance.get(export).value
    assert (said["Status"], said["Reason"], said["MissingObjects"]) == ("Completed", None, [])


def test_an_object_that_is_gone_is_named_and_the_export_stays_completed(
    world: FakeWorld, entrance: Entrance, export: str
) -> None:
    gone, _ = keys(world)
    del world.cloud.stored[f"{BUCKET}/{gone}"]
    said = entrance.get(export).value
    assert (said["Status"], said["Reason"], said["MissingObjects"]) == ("Completed", "Missing", [gone])
    (line,) = [line for line in world.log.lines if line["event"] == "export.missing"]
    assert (line["export_id"], line["keys"]) == (export, (gone,))


def test_a_list_says_what_the_last_look_has_found(world: FakeWorld, entrance: Entrance, export: str) -> None:
    world.cloud.stored.clear()
    entrance.get(export)
    assert [one["Reason"] for one in entrance.page().value["Exports"]] == ["Missing"]


def test_it_is_asked_once_an_hour_however_often_somebody_looks(
    world: FakeWorld, entrance: Entrance, export: str
) -> None:
    world.cloud.faults = calls = Counting()
    for _ in range(11):
        entrance.get(export)
        world.clock.advance(minutes=6)
    assert calls.calls == ["object_keys", "object_keys"]


def test_what_is_there_again_is_missing_no_more(world: FakeWorld, entrance: Entrance, export: str) -> None:
    stored = dict(world.cloud.stored)
    world.cloud.stored.clear()
    entrance.get(export)
    world.cloud.stored.update(stored)
    assert entrance.get(export).value["Reason"] == "Missing"
    world.clock.advance(hours=1)
    assert entrance.get(export).value["Reason"] is None
    assert [one["Reason"] for one in entrance.page().value["Exports"]] == [None]


def test_a_bucket_that_is_gone_holds_none_of_them(world: FakeWorld, entrance: Entrance, export: str) -> None:
    world.cloud.faults.before("object_keys", refused("NoSuchBucket"))
    assert entrance.get(export).value["MissingObjects"] == keys(world)


@pytest.mark.parametrize("fault", [refused("AccessDenied"), unanswered("Unanswered")])
def test_a_look_that_fails_finds_nothing_missing_and_is_no_error(
    world: FakeWorld, entrance: Entrance, export: str, fault: Exception
) -> None:
    world.cloud.faults.before("object_keys", fault)
    answer = entrance.get(export)
    assert (answer.status, answer.value["Reason"], "look.failed" in world.log.events()) == (200, None, True)


def test_it_is_looked_for_through_the_role_of_today(world: FakeWorld, entrance: Entrance, export: str) -> None:
    role = f"acs:ram::{ACCOUNT}:role/image-export"
    world.clouds.dead_roles.add(role)
    world.change_account(role_arn=f"{role}-new")
    world.cloud.stored.clear()
    assert entrance.get(export).value["Reason"] == "Missing"


def test_an_export_that_failed_is_not_looked_for(world: FakeWorld, entrance: Entrance) -> None:
    export = str(entrance.post().value["ExportId"])
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    world.cloud.faults = calls = Counting()
    assert (entrance.get(export).value["Status"], calls.calls) == ("Failed", [])
