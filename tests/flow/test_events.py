"""Every recorded payload through `on_event` on the wire, and what becomes of the image that it names."""

import base64
import hashlib
import json
from typing import Any

import pytest

from ..test_envelopes import IGNORED, SIGHTINGS
from .world import EVENTS, World


def as_told(world: World, name: str, image_id: str) -> Any:
    text = (EVENTS / f"{name}.json").read_text()
    for recorded, _ in SIGHTINGS.values():
        text = text.replace(recorded, image_id)
    return world.emulator.invoke("image-export-event", text.encode())


@pytest.mark.parametrize("name", SIGHTINGS)
def test_an_image_event_exports_its_image(world: World, name: str) -> None:
    image = world.image()
    (export,) = as_told(world, name, image)["Exports"]
    assert (export["ImageId"], export["Status"]) == (image, "Exporting")
    assert world.follow(image)["Status"] == "Completed"


@pytest.mark.parametrize("name", IGNORED)
def test_another_event_is_ignored_without_an_error(world: World, name: str) -> None:
    before = world.emulator.count_calls()
    answer = as_told(world, name, "m-bp1unused")
    assert (answer["Exports"], answer["Rejected"], answer["Ignored"]) == ([], [], 1)
    assert world.emulator.count_calls() == before


def test_an_array_of_all_payloads_and_their_base64_in_a_message_has_the_same_outcome(world: World) -> None:
    image = world.image()
    texts = [(EVENTS / f"{name}.json").read_text() for name in (*SIGHTINGS, *IGNORED)]
    for recorded, _ in SIGHTINGS.values():
        texts = [text.replace(recorded, image) for text in texts]
    message = {"TopicName": "images", "Message": base64.b64encode(f"[{','.join(texts)}]".encode()).decode()}
    for body in (f"[{','.join(texts)}]", json.dumps(message)):
        answer = world.emulator.invoke("image-export-event", body.encode())
        assert {export["ImageId"] for export in answer["Exports"]} == {image}
        assert (len(answer["Exports"]), answer["Ignored"], answer["Rejected"]) == (len(SIGHTINGS), len(IGNORED), [])
    assert world.follow(image)["Status"] == "Completed"
    assert len(world.calls_of(image)) == 1


def test_an_image_that_is_still_creating_is_recorded_and_exported_by_the_watcher(world: World) -> None:
    image = world.image(Status="Creating")
    (export,) = world.tell(image)["Exports"]
    assert (export["Status"], export["Reason"]) == ("Requested", "ImageNotAvailable")
    world.pass_time(90)
    assert world.calls_of(image) == []
    world.emulator.post(f"images/{image}", {"Status": "Available"})
    assert world.follow(image)["Status"] == "Completed"


def test_an_image_whose_creation_fails_fails_its_export_at_once(world: World) -> None:
    image = world.image(Status="Creating")
    world.tell(image)
    world.emulator.post(f"images/{image}", {"Status": "CreateFailed"})
    export = world.follow(image, within_s=200)
    assert (export["Status"], export["Error"]["Code"]) == ("Failed", "IncorrectImageStatus")
    assert world.kinds(image) == ["Failed"]


def test_an_image_that_is_not_visible_yet_is_exported_once_it_is(world: World) -> None:
    image = "m-bp1visiblelater"
    assert world.tell(image)["Exports"] == []
    world.pass_time(120)
    world.image(ImageId=image)
    assert world.follow(image)["Status"] == "Completed"


def test_an_image_that_never_becomes_visible_is_rejected_after_a_quarter_of_an_hour(world: World) -> None:
    image = "m-bp1nevervisible"
    world.tell(image)
    world.pass_time(14 * 60)
    assert world.kinds(image) == []
    for _ in range(3):
        world.pass_time(61)
    assert world.kinds(image) == ["Rejected"]
    assert "InvalidImageId.NotFound" in json.dumps(world.delivered(image))
    assert not [key for key in world.ledger("sighted/") if image in key]


def test_an_image_that_no_rule_wants_is_undecided_for_a_while_and_then_ignored(world: World) -> None:
    image = world.image(ImageName="scratch")
    answer = world.tell(image)
    assert (answer["Undecided"], answer["Ignored"]) == (1, 0)
    assert world.ledger("sighted/")
    for _ in range(4):
        world.pass_time(16 * 60)
    assert (world.calls_of(image), world.ledger("sighted/")) == ([], [])


def test_an_image_that_ecs_does_not_export_is_ignored_at_once_with_the_reason(world: World) -> None:
    image = world.image(OSType="windows", Platform="Windows Server 2022")
    answer = world.tell(image)
    assert (answer["Ignored"], answer["IgnoredBecause"]) == (1, ["Windows images cannot be exported"])
    assert world.calls_of(image) == []


def test_a_direct_request_needs_no_rule(world: World) -> None:
    image = world.image(ImageName="scratch")
    (export,) = world.request(image, OSSPrefix="mine")["Exports"]
    assert export["OSSPrefix"].startswith("mine")
    assert world.follow(image)["Status"] == "Completed"


def test_a_request_outside_the_policy_is_rejected_before_any_call_to_the_cloud(world: World) -> None:
    image = world.image()
    before = len(world.emulator.calls("DescribeImages"))
    (error,) = world.request(image, OSSBucket="strangers-bucket")["Rejected"]
    assert error["Code"] == "Forbidden.Policy"
    assert (world.calls_of(image), len(world.emulator.calls("DescribeImages"))) == ([], before)


def test_a_malformed_event_is_rejected_kept_and_announced_once(world: World) -> None:
    body = b'{"source": "acs.ecs", "specversion": "1.0", "type": "ecs:Image:StateChange", "id": "e-9", "data": {}}'
    for _ in range(2):
        (error,) = world.emulator.invoke("image-export-event", body)["Rejected"]
        assert error["Code"] == "InvalidEvent"
    digest = hashlib.sha256(body).hexdigest()
    assert len(world.ledger(f"rejected/{digest}/event")) == 1
    world.pass_time(121)
    events = [one for one in world.emulator.state("received") if one["event"]["id"] == f"rejected-{digest}"]
    assert sorted(one["target"].split(":")[0] for one in events) == ["eventbridge", "fc"]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(world: World) -> None:
    image = world.image()
    before = world.ledger()
    (export,) = world.request(image, DryRun=True)["Exports"]
    assert (export["Status"], export["Reason"]) == ("Requested", "DryRun")
    assert (world.ledger(), world.calls_of(image)) == (before, [])


def test_several_regions_are_exported_side_by_side(world: World) -> None:
    here, there = world.image(), world.image(RegionId="ap-southeast-1")
    world.emulator.invoke("image-export-event", world.event(there, region="ap-southeast-1"))
    world.tell(here)
    ended = {export["ImageId"]: export for export in world.pass_time(700)}
    assert {ended[image]["Status"] for image in (here, there)} == {"Completed"}
    assert ended[there]["OSSBucket"] == "acme-images-singapore"


def test_every_request_of_an_array_is_an_export_of_its_own(world: World) -> None:
    images = [world.image(), world.image()]
    requests = [{"ImageId": image, "OSSBucket": "acme-images-hangzhou"} for image in images]
    answer = world.emulator.invoke("image-export-event", json.dumps(requests).encode())
    assert [export["ImageId"] for export in answer["Exports"]] == images


def test_every_forbidden_request_of_an_array_is_a_rejection_of_its_own(world: World) -> None:
    before = len(world.ledger("/event"))
    requests = [{"ImageId": "m-bp1array", "OSSBucket": bucket} for bucket in ("first-stranger", "second-stranger")]
    answer = world.emulator.invoke("image-export-event", json.dumps(requests).encode())
    assert len(answer["Rejected"]) == len(world.ledger("/event")) - before == 2
