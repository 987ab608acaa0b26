"""Whoever looks at a Completed export learns whether its objects are still there; asked of OSS once an hour at most."""

import pytest

from .builders import ACCOUNT, BUCKET
from .entrance import TOKEN, Entrance
from .fakes import Counting, refused, unanswered
from .workshop import Workshop


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


@pytest.fixture
def entrance(shop: Workshop) -> Entrance:
    return Entrance(shop, TOKEN)


@pytest.fixture
def export(shop: Workshop, entrance: Entrance) -> str:
    """A Completed one with two objects."""
    export = str(entrance.post().value["ExportId"])
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=10)
    return export


def keys(shop: Workshop) -> list[str]:
    """The keys of its objects."""
    return sorted(address.split("/", 1)[1] for address in shop.cloud.stored if address.endswith(".raw.tar.gz"))


def test_an_export_whose_objects_are_there_says_nothing_of_them(entrance: Entrance, export: str) -> None:
    said = entrance.get(export).value
    assert (said["Status"], said["Reason"], said["MissingObjects"]) == ("Completed", None, [])


def test_an_object_that_is_gone_is_named_and_the_export_stays_completed(
    shop: Workshop, entrance: Entrance, export: str
) -> None:
    gone, _ = keys(shop)
    del shop.cloud.stored[f"{BUCKET}/{gone}"]
    said = entrance.get(export).value
    assert (said["Status"], said["Reason"], said["MissingObjects"]) == ("Completed", "Missing", [gone])
    (line,) = [line for line in shop.log.lines if line["event"] == "export.missing"]
    assert (line["export_id"], line["keys"]) == (export, (gone,))


def test_a_list_says_what_the_last_look_has_found(shop: Workshop, entrance: Entrance, export: str) -> None:
    shop.cloud.stored.clear()
    entrance.get(export)
    assert [one["Reason"] for one in entrance.page().value["Exports"]] == ["Missing"]


def test_it_is_asked_once_an_hour_however_often_somebody_looks(shop: Workshop, entrance: Entrance, export: str) -> None:
    shop.cloud.faults = calls = Counting()
    for _ in range(11):
        entrance.get(export)
        shop.clock.advance(minutes=6)
    assert calls.calls == ["object_keys", "object_keys"]


def test_what_is_there_again_is_missing_no_more(shop: Workshop, entrance: Entrance, export: str) -> None:
    stored = dict(shop.cloud.stored)
    shop.cloud.stored.clear()
    entrance.get(export)
    shop.cloud.stored.update(stored)
    assert entrance.get(export).value["Reason"] == "Missing"
    shop.clock.advance(hours=1)
    assert entrance.get(export).value["Reason"] is None
    assert [one["Reason"] for one in entrance.page().value["Exports"]] == [None]


def test_a_bucket_that_is_gone_holds_none_of_them(shop: Workshop, entrance: Entrance, export: str) -> None:
    shop.cloud.faults.before("object_keys", refused("NoSuchBucket"))
    assert entrance.get(export).value["MissingObjects"] == keys(shop)


@pytest.mark.parametrize("fault", [refused("AccessDenied"), unanswered("Unanswered")])
def test_a_look_that_fails_finds_nothing_missing_and_is_no_error(
    shop: Workshop, entrance: Entrance, export: str, fault: Exception
) -> None:
    shop.cloud.faults.before("object_keys", fault)
    answer = entrance.get(export)
    assert (answer.status, answer.value["Reason"], "look.failed" in shop.log.events()) == (200, None, True)


def test_it_is_looked_for_through_the_role_of_today(shop: Workshop, entrance: Entrance, export: str) -> None:
    role = f"acs:ram::{ACCOUNT}:role/image-export"
    shop.clouds.dead_roles.add(role)
    shop.change_account(role_arn=f"{role}-new")
    shop.cloud.stored.clear()
    assert entrance.get(export).value["Reason"] == "Missing"


def test_an_export_that_failed_is_not_looked_for(shop: Workshop, entrance: Entrance) -> None:
    export = str(entrance.post().value["ExportId"])
    shop.cloud.fail(shop.task_id)
    shop.tick(minutes=10)
    shop.cloud.faults = calls = Counting()
    assert (entrance.get(export).value["Status"], calls.calls) == ("Failed", [])
