"""Every way in which a task can end gives the right Status, cause and event (docs/protocol.md#p3, #p4)."""

import json

import pytest

from .world import BUCKET, FUNCTION, REGION, World

BADLY = {
    "fail": ("Failed", "ExportImageFailed"),
    "cancel": ("Cancelled", "TaskCancelled"),
    "empty": ("Failed", "ObjectEmpty"),
    "damaged": ("Failed", "ObjectDamaged"),
    "truncated": ("Failed", "ObjectDamaged"),
    "missing_disk": ("Failed", "ObjectMissing"),
}


@pytest.mark.parametrize(("outcome", "expected"), BADLY.items())
def test_what_ends_badly_is_never_completed_and_keeps_its_cause(
    world: World, outcome: str, expected: tuple[str, str]
) -> None:
    image = world.image(outcome)
    world.tell(image)
    export = world.follow(image)
    assert (export["Status"], export["Error"]["Code"]) == expected
    assert export["Error"]["Recommend"]
    assert world.kinds(image) == world.kinds(image, FUNCTION) == ["Started", expected[0]]
    assert world.delivered(image)[-1]["data"]["Error"] == export["Error"]


def test_the_clouds_own_words_reach_the_answer_and_the_event(world: World) -> None:
    image = world.image("fail", plan={"code": "DiskReadFailed", "message": "Sector 7 of /dev/xvdb is gone."})
    world.tell(image)
    error = world.follow(image)["Error"]
    assert (error["Code"], error["Message"]) == ("DiskReadFailed", "Sector 7 of /dev/xvdb is gone.")


def test_a_task_that_never_moves_is_told_as_stalled_once_and_goes_on(world: World) -> None:
    image = world.image("stall")
    world.tell(image)
    stalls_after_s = 3600 + 140 * 120
    world.pass_time(stalls_after_s - 120)
    assert world.kinds(image) == ["Started"]
    (export,) = [one for one in world.pass_time(300) if one["ImageId"] == image]
    assert (export["Status"], export["Reason"]) == ("Exporting", "Stalled")
    world.pass_time(3600)
    assert [event["type"].rsplit(":", 1)[1] for event in world.delivered(image)] == ["Started", "Stalled"]
    assert not [key for key in world.ledger("ended") if export["ExportId"] in key]


def test_a_foreign_export_of_the_same_image_is_waited_for_and_never_adopted(world: World) -> None:
    image = world.image()
    theirs = {"RegionId": REGION, "ImageId": image, "OSSBucket": BUCKET, "OSSPrefix": "theirs"}
    world.emulator.post("tasks", theirs)
    (export,) = world.tell(image)["Exports"]
    assert (export["Status"], export["Reason"]) == ("Requested", "ImageIsExporting")
    done = world.follow(image)
    assert done["Status"] == "Completed"
    assert all(item["Key"].startswith(done["OSSPrefix"]) for item in done["Objects"])
    assert len(world.tasks_of(image)) == 2


def test_a_full_quota_is_waited_for_with_one_probe_a_tick(world: World) -> None:
    world.emulator.post("quotas", {"concurrent_exports": 0})
    images = [world.image(RegionId="ap-southeast-1") for _ in range(3)]
    answers = [world.emulator.invoke("image-export-event", world.event(one, region="ap-southeast-1")) for one in images]
    reasons = {answer["Exports"][0]["Reason"] for answer in answers}
    assert reasons == {"ConcurrentQuotaExceed"}
    before = sum(len(world.calls_of(image)) for image in images)
    world.pass_time(61)
    assert sum(len(world.calls_of(image)) for image in images) == before + 1
    world.emulator.post("quotas", {"concurrent_exports": 2})
    world.pass_time(61)
    assert [len(world.tasks_of(image)) for image in images].count(1) == 2
    for image in images:
        assert world.follow(image)["Status"] == "Completed"
    assert not world.ledger("holds/")


def test_the_completed_export_has_its_objects_its_manifest_and_the_same_event_for_all(world: World) -> None:
    image = world.image()
    world.tell(image)
    export = world.follow(image)
    keys = {one["key"] for one in world.emulator.state("objects") if one["bucket"] == BUCKET}
    assert {item["Key"] for item in export["Objects"]} <= keys
    assert export["Manifest"].removeprefix(f"oss://{BUCKET}/") in keys
    assert len(export["Objects"]) == 2
    bus, function = world.delivered(image)[-1], world.delivered(image, FUNCTION)[-1]
    assert bus["id"] == function["id"] == f"{export['ExportId']}.Completed"
    assert bus["data"] == json.loads(json.dumps(export))
    assert bus["subject"] == f"acs:ecs:{REGION}:1234567890123456:image/{image}"


def test_a_target_that_refuses_is_told_later_and_holds_up_no_other(world: World) -> None:
    image = world.image()
    world.emulator.fault("eventbridge", "PutEvents", "http_503", times=99)
    world.tell(image)
    world.pass_time(700)
    assert world.kinds(image, FUNCTION) == ["Completed", "Started"]  # in one tick the newest state goes first
    assert world.kinds(image) == []
    world.emulator.delete("faults")
    for _ in range(8):
        world.pass_time(400)
    assert sorted(world.kinds(image)) == ["Completed", "Started"]


def test_a_failed_export_is_not_repeated_by_the_same_event_but_by_a_request(world: World) -> None:
    image = world.image("fail")
    first = world.tell(image)["Exports"][0]["ExportId"]
    world.follow(image)
    assert world.tell(image)["Exports"][0]["ExportId"] == first
    second = world.request(image)["Exports"][0]["ExportId"]
    assert (second[:-4], second[-4:]) == (first[:-4], "0002")


def test_a_direct_request_delivered_again_is_the_same_export_even_after_its_end(world: World) -> None:
    image = world.image()
    first = world.request(image, ClientToken="token-of-this-test")["Exports"][0]["ExportId"]
    world.follow(image)
    assert world.request(image, ClientToken="token-of-this-test")["Exports"][0]["ExportId"] == first
    (error,) = world.request(image, ClientToken="token-of-this-test", OSSPrefix="other")["Rejected"]
    assert error["Code"] == "IdempotentParameterMismatch"
