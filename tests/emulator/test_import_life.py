"""What becomes of an import: its image, its task, and what is told of them."""

import struct
from typing import Any
from urllib.error import HTTPError

import pytest

from alicloud_emulator.cloud import Settings
from tests.emulator.ecs_requests import (
    BUCKET,
    cancel_task,
    describe_images,
    describe_task,
    describe_tasks,
    export_image,
)
from tests.emulator.test_import_image import ARCHIVE, KEY, QCOW2, ROLE, VHD, asked, put, shown
from tests.emulator.world import World, code_of, running
from tests.ground import OPEN

CODE, SAID = "DiskBroken", "The disk is broken."


def started(world: World, key: str = KEY, body: bytes = QCOW2, **params: Any) -> tuple[str, str]:
    """Image and task of an import that takes ten minutes."""
    world.post("imports", {"takes_s": 600})
    put(world, key, body)
    answer = world.send(asked(key, **params))
    return answer["ImageId"], answer["TaskId"]


def task(world: World, task_id: str) -> dict[str, Any]:
    return dict(world.send(describe_task(task_id)))


def state(world: World, image_id: str) -> tuple[str, str]:
    image = shown(world, image_id)
    return image["Status"], image["Progress"]


def test_an_image_is_waiting_creating_and_then_available_after_its_task(world: World) -> None:
    image, task_id = started(world)
    assert (state(world, image), task(world, task_id)["TaskStatus"]) == (("Waiting", "0%"), "Waiting")
    world.advance(10)
    assert (state(world, image), task(world, task_id)["TaskStatus"]) == (("Creating", "0%"), "Processing")
    world.advance(290)
    assert (state(world, image), task(world, task_id)["TaskProcess"]) == (("Creating", "50%"), "50%")
    world.advance(301)
    done = task(world, task_id)
    assert (done["TaskAction"], done["TaskStatus"], done["SuccessCount"]) == ("ImportImage", "Finished", 1)
    assert state(world, image) == ("Creating", "90%")
    world.advance(30)
    assert state(world, image) == ("Available", "100%")


def test_an_import_takes_as_long_as_its_disks_are_large(world: World) -> None:
    put(world)
    image = world.send(asked())["ImageId"]
    world.advance(300 + 6 * 40 - 30)
    assert state(world, image)[0] == "Creating"
    world.advance(61)
    assert state(world, image)[0] == "Available"


def test_imports_are_listed_beside_exports_and_found_by_their_action(world: World) -> None:
    world.post("unsure", {"task_list_lag_s": 0})
    image, task_id = started(world)
    for params in ({"TaskAction": "ImportImage"}, {"ResourceIds.1": image}, {"TaskStatus": "Processing"}, {}):
        world.advance(10)
        (one,) = world.send(describe_tasks(**params))["TaskSet"]["Task"]
        assert (one["TaskId"], one["TaskAction"], one["ResourceId"]) == (task_id, "ImportImage", image)
    assert world.send(describe_tasks(TaskAction="ExportImage"))["TaskSet"]["Task"] == []
    world.post("unsure", {"task_action_spelling": "EXPORT_IMAGE"})
    assert world.send(describe_tasks())["TaskSet"]["Task"][0]["TaskAction"] == "IMPORT_IMAGE"


def test_imports_do_not_count_against_the_quotas_of_exports(world: World) -> None:
    world.post("quotas", {"concurrent_exports": 1, "weekly_exports": 1})
    started(world)
    exported = world.create_image(Status="Available")["ImageId"]
    assert world.send(export_image(exported))["TaskId"]


@pytest.mark.parametrize("told", [True, False])
def test_an_import_may_fail_late_with_a_cause_in_its_task_or_without(world: World, told: bool) -> None:
    world.post("unsure", {"import_cause_in_task": told})
    put(world)
    world.post("imports", {"ImageName": "gold*", "outcome": "fail", "takes_s": 60, "code": CODE, "message": SAID})
    answer = world.send(asked(ImageName="golden"))
    world.advance(61)
    assert state(world, answer["ImageId"])[0] == "CreateFailed"
    failed = task(world, answer["TaskId"])
    (entry,) = failed["OperationProgressSet"]["OperationProgress"]
    assert (failed["TaskStatus"], failed["FailedCount"]) == ("Failed", 1)
    assert (entry["ErrorCode"], entry["ErrorMsg"]) == ((CODE, SAID) if told else ("", ""))
    world.advance(3600)
    assert state(world, answer["ImageId"])[0] == "CreateFailed"


def cause(world: World, task_id: str) -> tuple[str, str]:
    (entry,) = task(world, task_id)["OperationProgressSet"]["OperationProgress"]
    return entry["ErrorCode"], entry["ErrorMsg"]


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("a.qcow2", QCOW2[:-0x2000]),
        ("a.qcow2", QCOW2[:0x8000]),
        ("a.qcow2", QCOW2[:0xC000] + struct.pack(">Q", 1 << 40) + QCOW2[0xC008:]),
        ("a.qcow2", QCOW2[:0xC000] + struct.pack(">Q", 1 << 62 | 1 << 40) + QCOW2[0xC008:]),
        ("a.qcow2", QCOW2[:0xC000] + struct.pack(">Q", 1 << 62 | 0x10000) + QCOW2[0xC008:]),
        ("a.raw.tar.gz", ARCHIVE[:-1]),
        ("a.raw.tar.gz", ARCHIVE[:-6] + b"\0" + ARCHIVE[-5:]),
        ("a.vhd", VHD[:200_000] + VHD[-512:]),
        ("a.vhd", VHD[:2048] + VHD[-512:]),
    ],
)
def test_a_file_that_is_cut_or_altered_fails_when_it_is_read(world: World, key: str, body: bytes) -> None:
    image, task_id = started(world, key, body)
    world.advance(601)
    assert state(world, image)[0] == "CreateFailed"
    code, said = cause(world, task_id)
    assert (code, key in said) == ("ImportImageFailed", True)


def test_an_archive_fails_late_where_it_is_read_so(world: World) -> None:
    world.post("unsure", {"import_of_tar_gz": "fails"})
    image, task_id = started(world, "a.raw.tar.gz", ARCHIVE)
    world.advance(601)
    assert (state(world, image)[0], cause(world, task_id)[0]) == ("CreateFailed", "ImportImageFailed")


def test_an_object_or_a_right_that_is_gone_meanwhile_fails_the_import(world: World) -> None:
    _, gone = started(world)
    world.cloud.oss.buckets[BUCKET].delete(KEY)
    world.advance(601)
    _, forbidden = started(world)
    world.post("ram", {"roles": {ROLE: {"policies": []}}})
    world.advance(601)
    assert cause(world, gone)[0] == "InvalidOSSObject.NotFound"
    assert cause(world, forbidden)[0] == "InvalidOSS.NotAuthorized"


def test_an_object_that_was_replaced_by_another_thing_fails_the_import(world: World) -> None:
    _, task_id = started(world)
    put(world, KEY, QCOW2[:24])
    world.advance(601)
    assert cause(world, task_id)[0] == "ImportImageFailed"


@pytest.mark.parametrize(("kept", "refused"), [(True, True), (False, False)])
def test_an_image_that_failed_may_keep_its_name(world: World, kept: bool, refused: bool) -> None:
    world.post("unsure", {"create_failed_keeps_name": kept})
    put(world)
    world.post("imports", {"outcome": "fail", "takes_s": 60})
    world.send(asked(ImageName="golden"))
    world.advance(61)
    if refused:
        assert code_of(world, asked(ImageName="golden")) == (400, "InvalidImageName.Duplicated")
    else:
        assert world.send(asked(ImageName="golden"))["ImageId"]


@pytest.mark.parametrize(("reading", "status"), [("gone", None), ("CreateFailed", "CreateFailed")])
def test_a_cancelled_import_leaves_no_image_or_one_that_failed(world: World, reading: str, status: str | None) -> None:
    world.post("unsure", {"cancelled_import": reading})
    image, task_id = started(world)
    world.advance(60)
    world.send(cancel_task(task_id))
    assert task(world, task_id)["TaskStatus"] == "Deleted"
    found = world.send(describe_images(ImageId=image, Status="ALL"))["Images"]["Image"]
    assert [one["Status"] for one in found] == ([status] if status else [])
    world.advance(3600)
    assert world.send(describe_images(ImageId=image))["Images"]["Image"] == []
    assert code_of(world, cancel_task(task_id)) == (403, "InvalidTaskId.IncorrectTaskStatus")


def test_an_import_may_stall_be_cancelled_by_somebody_else_or_refuse_to_be(world: World) -> None:
    put(world)
    world.post("imports", {"ImageName": "stalls", "outcome": "stall", "takes_s": 60, "support_cancel": False})
    world.post("imports", {"ImageName": "ends", "outcome": "cancel", "takes_s": 60})
    stalls, ends = (world.send(asked(ImageName=name)) for name in ("stalls", "ends"))
    world.advance(7200)
    assert (task(world, stalls["TaskId"])["TaskProcess"], task(world, ends["TaskId"])["TaskStatus"]) == (
        "37%",
        "Deleted",
    )
    assert state(world, stalls["ImageId"]) == ("Creating", "37%")
    assert code_of(world, cancel_task(stalls["TaskId"])) == (403, "CancelTaskFailed")


def test_an_image_that_somebody_changed_meanwhile_stays_so(world: World) -> None:
    image, _ = started(world)
    world.post(f"images/{image}", {"Status": "UnAvailable"})
    world.advance(3600)
    assert state(world, image)[0] == "UnAvailable"


def test_the_call_is_told_as_actiontrail_tells_calls(world: World) -> None:
    image, task_id = started(world, ImageName="golden")
    (event,) = [one["event"] for one in world.get("state")["events"]]
    assert (event["type"], event["data"]["eventName"]) == ("ecs:ActionTrail:ApiCall", "ImportImage")
    assert event["data"]["responseElements"]["ImageId"] == image
    assert event["data"]["requestParameters"]["DiskDeviceMapping.1.OSSObject"] == KEY
    assert event["data"]["requestParameters"]["ImageName"] == "golden"
    assert task_id


@pytest.mark.parametrize(("reading", "ends"), [("once", ["Available"]), ("twice", ["Available", "Available"])])
def test_each_state_of_an_imported_image_is_told(reading: str, ends: list[str]) -> None:
    with running(Settings(speed=0.01, ground=OPEN, events=frozenset({"image"}))) as world:
        world.post("unsure", {"image_event_on_import": reading})
        started(world)
        world.advance(700)
        told = [one["event"]["data"]["currentState"] for one in world.get("state")["events"]]
    assert told == ["Waiting", "Creating", *ends]


def test_state_shows_what_an_import_reads(world: World) -> None:
    image, task_id = started(world)
    (row,) = world.get("state")["tasks"]
    assert (row["TaskId"], row["TaskAction"], row["ImageId"]) == (task_id, "ImportImage", image)
    assert row["Files"] == [f"{BUCKET}/{KEY}"]


def test_a_wrong_order_of_imports_is_refused(world: World) -> None:
    with pytest.raises(HTTPError):
        world.post("imports", {"outcome": "explode"})
