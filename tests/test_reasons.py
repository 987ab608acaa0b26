"""What an export that waits or cannot be seen says of itself: in a look at it and in lists, without a call a row."""

from typing import Any

import pytest

from image_export.use_cases.export.record import record
from image_export.values.export import RequestedBy

from .builders import ACCOUNT, IMAGE, REGION, a_request, an_image
from .entrance import TOKEN, Entrance
from .fakes import Counting, refused
from .workshop import Workshop

BY_NIGHT = RequestedBy(trigger="nightly", id="night-1")


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


@pytest.fixture
def entrance(shop: Workshop) -> Entrance:
    return Entrance(shop, TOKEN)


def everywhere(entrance: Entrance, export: str, field: str) -> tuple[Any, Any]:
    """The field as GET of the export and the list have it."""
    (listed,) = [one for one in entrance.page().value["Exports"] if one["ExportId"] == export]
    return entrance.get(export).value[field], listed[field]


def by_night(shop: Workshop, image_id: str) -> str:
    """An export that a night records, and that waits for its turn."""
    shop.show(an_image(image_id=image_id))
    return record(shop.context(), a_request(image_id=image_id, requested_by=BY_NIGHT)).export_id


# Why it waits


@pytest.mark.parametrize("status", ["Creating", "Waiting", "a word that nobody has met"])
def test_an_export_that_waits_for_its_image_says_so(shop: Workshop, entrance: Entrance, status: str) -> None:
    shop.show(an_image(status=status))
    export = str(entrance.post().value["ExportId"])
    assert everywhere(entrance, export, "Reason") == ("ImageNotAvailable", "ImageNotAvailable")


def test_it_says_so_no_more_when_it_has_started(shop: Workshop, entrance: Entrance) -> None:
    shop.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    shop.show(an_image())
    shop.tick(minutes=10)
    assert everywhere(entrance, export, "Reason") == (None, None)


def test_what_waited_for_its_image_and_then_for_room_says_that_it_waits_for_room(
    shop: Workshop, entrance: Entrance
) -> None:
    shop.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    shop.cloud.concurrent_exports = 0
    shop.show(an_image(image_id="m-other"))
    entrance.post("m-other")  # is refused, so that a hold stands
    shop.show(an_image())
    shop.tick(minutes=10)
    assert everywhere(entrance, export, "Reason") == ("ConcurrentQuotaExceed", "ConcurrentQuotaExceed")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ConcurrentQuotaExceed.ExportImage", "ConcurrentQuotaExceed"),
        ("WeeklyQuotaExceed.ExportImage", "WeeklyQuotaExceed"),
    ],
)
def test_what_waits_behind_anothers_hold_says_which(shop: Workshop, entrance: Entrance, code: str, reason: str) -> None:
    shop.cloud.faults.before("export_image", refused(code))
    entrance.post()
    behind = by_night(shop, "m-behind")
    assert everywhere(entrance, behind, "Reason") == (reason, reason)


def test_what_is_behind_no_hold_and_has_not_had_its_turn_says_nothing(shop: Workshop, entrance: Entrance) -> None:
    assert everywhere(entrance, by_night(shop, IMAGE), "Reason") == (None, None)


def test_what_waits_for_a_role_says_which_refusal_it_met(shop: Workshop, entrance: Entrance) -> None:
    shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    export = str(entrance.post().value["ExportId"])
    assert everywhere(entrance, export, "Reason") == ("EntityNotExist.Role", "EntityNotExist.Role")


def test_a_reason_is_written_once_however_long_it_stays(shop: Workshop, entrance: Entrance) -> None:
    shop.show(an_image(status="Creating"))
    entrance.post()
    shop.store.faults = Counting()
    for _ in range(60):
        shop.tick(minutes=5)
    assert shop.store.faults.count("put waits") == 0


def test_an_export_that_starts_at_once_has_no_reason_written(shop: Workshop, entrance: Entrance) -> None:
    entrance.post()
    assert not shop.keys("/waits")


def test_a_reason_that_this_version_does_not_know_hides_nothing(shop: Workshop, entrance: Entrance) -> None:
    shop.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    shop.store.put(f"exports/{export}/waits", b"{")
    assert entrance.get(export).status == 200


def test_an_export_whose_objects_may_not_be_read_is_verifying_with_the_clouds_word(
    shop: Workshop, entrance: Entrance
) -> None:
    export = str(entrance.post().value["ExportId"])
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("object", *[refused("AccessDenied")] * 9)
    shop.tick(minutes=10)
    assert everywhere(entrance, export, "Reason") == ("AccessDenied", "AccessDenied")
    assert everywhere(entrance, export, "Status") == ("Verifying", "Verifying")


def test_a_task_that_is_seen_again_says_no_more_that_it_could_not_be(shop: Workshop, entrance: Entrance) -> None:
    export = str(entrance.post().value["ExportId"])
    shop.clock.advance(hours=6)
    shop.cloud.faults.before("task", refused("Forbidden.RAM"))
    shop.tick()
    assert entrance.page().value["Exports"][0]["Reason"] == "Forbidden.RAM"
    assert entrance.get(export).value["Reason"] == "Stalled"


# What else a list shows


def test_the_name_of_an_image_that_a_rule_wants_is_there_before_the_first_attempt(
    shop: Workshop, entrance: Entrance
) -> None:
    shop.show(an_image(status="Creating"))
    shop.tell()
    assert [one["ImageName"] for one in entrance.page().value["Exports"]] == ["golden-web"]


def test_the_name_of_an_image_that_somebody_asked_for_is_there_once_it_was_seen(
    shop: Workshop, entrance: Entrance
) -> None:
    shop.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    assert everywhere(entrance, export, "ImageName") == ("golden-web", "golden-web")


def test_the_prefix_is_there_before_the_first_attempt_and_is_the_one_that_it_gets(
    shop: Workshop, entrance: Entrance
) -> None:
    export = by_night(shop, IMAGE)
    before, listed = everywhere(entrance, export, "OSSPrefix")
    shop.tick(minutes=1)
    (start,) = shop.cloud.exported
    assert (before, listed) == (start.oss_prefix, start.oss_prefix)


def test_an_export_that_was_cancelled_before_it_started_has_no_prefix(shop: Workshop, entrance: Entrance) -> None:
    export = by_night(shop, IMAGE)
    entrance.cancel(export)
    assert everywhere(entrance, export, "OSSPrefix") == (None, None)


def test_the_progress_of_what_has_stalled_is_in_lists_as_it_was_then(shop: Workshop, entrance: Entrance) -> None:
    export = str(entrance.post().value["ExportId"])
    shop.tick(hours=6)
    assert everywhere(entrance, export, "Progress") == ("1%", "1%")


def test_a_list_asks_the_cloud_nothing_and_reads_a_hold_once(shop: Workshop, entrance: Entrance) -> None:
    shop.cloud.faults.before("export_image", refused("WeeklyQuotaExceed.ExportImage"))
    entrance.post()
    for number in range(10):
        by_night(shop, f"m-{number}")
    shop.cloud.faults, read = Counting(), []
    gets = shop.store.get
    shop.store.get = lambda key: (read.append(key), gets(key))[1]  # type: ignore[method-assign, func-returns-value]
    assert len(entrance.page().value["Exports"]) == 11
    assert (shop.cloud.faults.calls, read.count(f"holds/{ACCOUNT}/{REGION}")) == ([], 1)
