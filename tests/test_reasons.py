"""What an export that waits or cannot be seen says of itself: in a look at it and in lists, without a call a row."""

from typing import Any

import pytest

from image_export.decisions.state.reasons import reason_of, to_note
from image_export.use_cases.export.record import record
from image_export.values.cause import Cause
from image_export.values.export import RequestedBy
from image_export.values.facts import Ended, Hold, LookRefused, Result, Stalled, Waits
from image_export.values.record import Record
from image_export.values.steps import Wait

from .builders import (
    ACCOUNT,
    IMAGE,
    REGION,
    a_claimed_record,
    a_record,
    a_refused_record,
    a_request,
    a_started_record,
    a_task,
    an_image,
    minutes,
)
from .entrance import Entrance
from .fake_world import FakeWorld
from .fakes import START, Counting, refused

BY_NIGHT = RequestedBy(trigger="nightly", id="night-1")


def everywhere(entrance: Entrance, export: str, field: str) -> tuple[Any, Any]:
    """The field as GET of the export and the list have it."""
    (listed,) = [one for one in entrance.page().value["Exports"] if one["ExportId"] == export]
    return entrance.get(export).value[field], listed[field]


def by_night(world: FakeWorld, image_id: str) -> str:
    """An export that a night records, and that waits for its turn."""
    world.show(an_image(image_id=image_id))
    return record(world.context(), a_request(image_id=image_id, requested_by=BY_NIGHT)).export_id


# By the facts alone. Pure.

FULL = Hold(code="ConcurrentQuotaExceed.ExportImage")
DENIED = LookRefused(since=START, cause=Cause(code="Throttling.User", message="later"))
VOID: dict[str, Any] = {"result": Result(outcome="void"), "settled_at": START}
CREATING: dict[str, Any] = {"waits": Waits(reason="ImageNotAvailable"), "waits_at": START}
DENIED_LOOK: dict[str, Any] = {"look_refused": DENIED, "look_refused_at": START}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (a_record(), None),
        (a_record(**CREATING), "ImageNotAvailable"),
        (a_record(cancel_at=START, **CREATING), "CancelRequested"),
        (a_record(**DENIED_LOOK), "Throttling"),
        (a_record(look_refused=LookRefused(since=START), look_refused_at=START), None),
        (a_record(**DENIED_LOOK, ended=Ended(status="Failed"), ended_at=START), None),
        (a_refused_record("IncorrectImageStatus"), "ImageNotAvailable"),
        (a_refused_record("ImageNotSupported"), None),
        (a_refused_record("Unreached", **CREATING), "ImageNotAvailable"),
        (a_refused_record("Unreached", START + minutes(1), **CREATING), "Unreached"),
        (a_claimed_record(**VOID), "StartInDoubt"),
        (a_claimed_record(), "StartInDoubt"),
        (a_claimed_record(cancel_at=START), "CancelRequested"),
        (a_started_record(), None),
        (a_started_record(stalled=Stalled(), stalled_at=START), "Stalled"),
        (a_started_record(stalled=Stalled(), stalled_at=START, cancel_at=START), "CancelRequested"),
        (a_started_record(**DENIED_LOOK), "Throttling"),
    ],
)
def test_a_reason_is_read_from_the_facts(record: Record, reason: str | None) -> None:
    assert reason_of(record) == reason


def test_a_hold_is_the_reason_where_nothing_else_is_and_a_task_that_was_just_seen_is_an_answer() -> None:
    assert reason_of(a_record(), hold=FULL) == "ConcurrentQuotaExceed"
    assert reason_of(a_record(**CREATING), hold=FULL) == "ImageNotAvailable"
    denied = a_started_record(**DENIED_LOOK)
    assert reason_of(denied, task=a_task("Processing")) is None
    assert reason_of(denied, task=a_task("Finished")) == "Throttling"


@pytest.mark.parametrize(
    ("record", "wait", "noted"),
    [
        (a_record(), Wait("ImageNotAvailable"), Waits(reason="ImageNotAvailable", image_name="web")),
        (a_record(**CREATING), Wait("ImageNotAvailable"), None),
        (a_record(**CREATING), Wait("Throttling"), Waits(reason="Throttling", image_name="web")),
        (a_record(), Wait(), None),
        (a_record(**CREATING), Wait(queued=True), Waits(image_name="web")),
        (a_record(), Wait(queued=True), None),
        (a_record(waits=Waits(), waits_at=START), Wait(queued=True), None),
        (a_record(cancel_at=START), Wait("ImageNotAvailable"), None),
        (a_claimed_record(), Wait("ImageNotAvailable"), None),
        (a_started_record(), Wait("Stalled"), None),
    ],
)
def test_a_wait_is_noted_where_no_other_fact_says_it(record: Record, wait: Wait, noted: Waits | None) -> None:
    assert to_note(record, wait, "web") == noted


# Why it waits


@pytest.mark.parametrize("status", ["Creating", "Waiting", "a word that nobody has met"])
def test_an_export_that_waits_for_its_image_says_so(world: FakeWorld, entrance: Entrance, status: str) -> None:
    world.show(an_image(status=status))
    export = str(entrance.post().value["ExportId"])
    assert everywhere(entrance, export, "Reason") == ("ImageNotAvailable", "ImageNotAvailable")


def test_it_says_so_no_more_when_it_has_started(world: FakeWorld, entrance: Entrance) -> None:
    world.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    world.show(an_image())
    world.tick(minutes=10)
    assert everywhere(entrance, export, "Reason") == (None, None)


def test_what_waited_for_its_image_and_then_for_room_says_that_it_waits_for_room(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    world.cloud.concurrent_exports = 0
    world.show(an_image(image_id="m-other"))
    entrance.post("m-other")  # is refused, so that a hold stands
    world.show(an_image())
    world.tick(minutes=10)
    assert everywhere(entrance, export, "Reason") == ("ConcurrentQuotaExceed", "ConcurrentQuotaExceed")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ConcurrentQuotaExceed.ExportImage", "ConcurrentQuotaExceed"),
        ("WeeklyQuotaExceed.ExportImage", "WeeklyQuotaExceed"),
    ],
)
def test_what_waits_behind_anothers_hold_says_which(
    world: FakeWorld, entrance: Entrance, code: str, reason: str
) -> None:
    world.cloud.faults.before("export_image", refused(code))
    entrance.post()
    behind = by_night(world, "m-behind")
    assert everywhere(entrance, behind, "Reason") == (reason, reason)


def test_what_is_behind_no_hold_and_has_not_had_its_turn_says_nothing(world: FakeWorld, entrance: Entrance) -> None:
    assert everywhere(entrance, by_night(world, IMAGE), "Reason") == (None, None)


def test_what_waits_for_a_role_says_which_refusal_it_met(world: FakeWorld, entrance: Entrance) -> None:
    world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    export = str(entrance.post().value["ExportId"])
    assert everywhere(entrance, export, "Reason") == ("EntityNotExist.Role", "EntityNotExist.Role")


def test_a_reason_is_written_once_however_long_it_stays(world: FakeWorld, entrance: Entrance) -> None:
    world.show(an_image(status="Creating"))
    entrance.post()
    world.store.faults = Counting()
    for _ in range(60):
        world.tick(minutes=5)
    assert world.store.faults.count("put waits") == 0


def test_an_export_that_starts_at_once_has_no_reason_written(world: FakeWorld, entrance: Entrance) -> None:
    entrance.post()
    assert not world.keys("/waits")


def test_a_reason_that_this_version_does_not_know_hides_nothing(world: FakeWorld, entrance: Entrance) -> None:
    world.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    world.store.put(f"exports/{export}/waits", b"{")
    assert entrance.get(export).status == 200


def test_an_export_whose_objects_may_not_be_read_is_verifying_with_the_clouds_word(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = str(entrance.post().value["ExportId"])
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("object", *[refused("AccessDenied")] * 9)
    world.tick(minutes=10)
    assert everywhere(entrance, export, "Reason") == ("AccessDenied", "AccessDenied")
    assert everywhere(entrance, export, "Status") == ("Verifying", "Verifying")


def test_a_task_that_is_seen_again_says_no_more_that_it_could_not_be(world: FakeWorld, entrance: Entrance) -> None:
    export = str(entrance.post().value["ExportId"])
    world.clock.advance(hours=6)
    world.cloud.faults.before("task", refused("Forbidden.RAM"))
    world.tick()
    assert entrance.page().value["Exports"][0]["Reason"] == "Forbidden.RAM"
    assert entrance.get(export).value["Reason"] == "Stalled"


# What else a list shows


def test_the_name_of_an_image_that_a_rule_wants_is_there_before_the_first_attempt(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.show(an_image(status="Creating"))
    world.tell()
    assert [one["ImageName"] for one in entrance.page().value["Exports"]] == ["golden-web"]


def test_the_name_of_an_image_that_somebody_asked_for_is_there_once_it_was_seen(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.show(an_image(status="Creating"))
    export = str(entrance.post().value["ExportId"])
    assert everywhere(entrance, export, "ImageName") == ("golden-web", "golden-web")


def test_the_prefix_is_there_before_the_first_attempt_and_is_the_one_that_it_gets(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = by_night(world, IMAGE)
    before, listed = everywhere(entrance, export, "OSSPrefix")
    world.tick(minutes=1)
    (start,) = world.cloud.exported
    assert (before, listed) == (start.oss_prefix, start.oss_prefix)


def test_an_export_that_was_cancelled_before_it_started_has_no_prefix(world: FakeWorld, entrance: Entrance) -> None:
    export = by_night(world, IMAGE)
    entrance.cancel(export)
    assert everywhere(entrance, export, "OSSPrefix") == (None, None)


def test_the_progress_of_what_has_stalled_is_in_lists_as_it_was_then(world: FakeWorld, entrance: Entrance) -> None:
    export = str(entrance.post().value["ExportId"])
    world.tick(hours=6)
    assert everywhere(entrance, export, "Progress") == ("1%", "1%")


def test_a_list_asks_the_cloud_nothing_and_reads_a_hold_once(world: FakeWorld, entrance: Entrance) -> None:
    world.cloud.faults.before("export_image", refused("WeeklyQuotaExceed.ExportImage"))
    entrance.post()
    for number in range(10):
        by_night(world, f"m-{number}")
    world.cloud.faults, read = Counting(), []
    gets = world.store.get
    world.store.get = lambda key: (read.append(key), gets(key))[1]  # type: ignore[method-assign, func-returns-value]
    assert len(entrance.page().value["Exports"]) == 11
    assert (world.cloud.faults.calls, read.count(f"holds/{ACCOUNT}/{REGION}")) == ([], 1)
