"""An old ledger and a new one mix: an export begun by version 0.1.0 is ended by this one, and the other way round.

Both run from the packages that are uploaded, and are deployed in turn while exports are on their way.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.versions import released, todays

from .two_versions import NOW, OLD, Versions, Way, both, deployed
from .world import BUCKET, BUS, FUNCTION, REGION, TASK_S

pytestmark = pytest.mark.prove
WAYS = pytest.mark.parametrize("way", [Way(OLD, NOW), Way(NOW, OLD)], ids=["upgrade", "rollback"])
DAILY: dict[str, Any] = {"ImageName": "db", "Tags": {"Tag": [{"TagKey": "backup", "TagValue": "daily"}]}}
ELSEWHERE = "ap-southeast-1"
NEW_FIELDS = {"MissingObjects", "Rule", "QueuePosition", "EstimatedEnd", "DrilledAt", "DrillVerdict", "DrillLevel"}
"""The fields of an export that 0.1.0 did not have."""


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versions]:
    """One emulator for all tests of a worker: each version meets what the other has left in those before."""
    folder = tmp_path_factory.mktemp("versions")
    packages = {OLD: released("0.1.0", folder / "old.zip"), NOW: todays(folder / "now.zip")}
    with deployed(folder, packages[OLD]) as emulator:
        yield Versions(emulator, packages)


@pytest.fixture
def world(versions: Versions) -> Iterator[Versions]:
    """The world, with nothing wrong in it."""
    versions.emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
    yield versions
    versions.mend()
    versions.emulator.post("release")


def completed(world: Versions, image: str, *, also: tuple[str, ...] = ()) -> None:
    """One task, its objects as the manifest says, each event once to each target, and nothing left to do."""
    assert world.statuses(image) == ["Finished"]
    assert world.heard(image) == both("Started", "Completed", *also)
    manifest = world.manifest(image)
    assert {item["Key"]: item["Size"] for item in manifest["Objects"]} == world.objects(manifest["OSSPrefix"])
    assert len(manifest["Objects"]) == 2
    assert world.hints(manifest["ExportId"]) == []


def test_the_code_that_is_deployed_is_that_of_the_version(world: Versions) -> None:
    """A parameter that nobody knows was passed over by 0.1.0, and is refused since."""
    answers = {}
    for version in (OLD, NOW):
        world.deploy(version)
        answers[version] = world.entrance.ask("GET", "/healthz?Nonsense=1").status
    assert answers == {OLD: 200, NOW: 400}


# An export on its way


@WAYS
@pytest.mark.parametrize("ask", [Versions.ask_by_event, Versions.ask_over_http])
def test_an_export_that_one_version_has_begun_is_ended_by_the_other(
    world: Versions, way: Way, ask: Callable[[Versions, str], str]
) -> None:
    world.deploy(way.first)
    image = world.image()
    export = ask(world, image)
    world.pass_time(61)
    world.deploy(way.second)
    assert ask(world, image) == export
    world.settle(export)
    completed(world, image)


@WAYS
def test_an_export_that_waits_for_room_is_started_by_the_other(world: Versions, way: Way) -> None:
    world.emulator.post("quotas", {"concurrent_exports": 0})
    image = world.image()
    export = world.begin(way.first, image)
    world.pass_time(61)
    assert [key for key in world.hints(export) if "/waiting/" in key]
    world.deploy(way.second)
    world.pass_time(61)
    world.emulator.post("quotas", {"concurrent_exports": 1})
    world.settle(export)
    completed(world, image)
    assert not world.ledger("/holds/")


@WAYS
def test_the_end_of_a_task_that_one_version_has_not_seen_is_seen_by_the_other(world: Versions, way: Way) -> None:
    image = world.image()
    export = world.begin(way.first, image)
    world.pass_time(61)
    world.emulator.advance(TASK_S)
    assert world.statuses(image) == ["Finished"]
    world.deploy(way.second)
    world.settle(export)
    completed(world, image)


@WAYS
def test_a_manifest_and_events_that_are_still_to_be_written_and_delivered_are_left_to_the_other(
    world: Versions, way: Way
) -> None:
    image = world.image()
    export = world.begin(way.first, image)
    world.emulator.fault("oss", "PutObject", "http_503", times=999, key="*.manifest.json")
    world.refuse_all_targets()
    world.pass_time(TASK_S + 60)
    assert f"ledger/exports/{export}/ended" in world.ledger("/ended")
    world.mend()
    world.deploy(way.second)
    world.settle(export)
    completed(world, image)


@WAYS
def test_a_target_that_one_version_has_not_reached_hears_the_same_from_the_other(world: Versions, way: Way) -> None:
    image = world.image()
    export = world.begin(way.first, image)
    world.emulator.fault("fc", "InvokeFunction", "http_503", times=999)
    world.pass_time(TASK_S + 60)
    assert ("Completed" in world.kinds(image), world.kinds(image, FUNCTION)) == (True, [])
    world.mend()
    world.deploy(way.second)
    world.settle(export)
    completed(world, image)
    bus, function = (
        {event["id"]: without_news(event["data"]) for event in world.delivered(image, target)}
        for target in (BUS, FUNCTION)
    )
    assert bus == function


def without_news(export: dict[str, Any]) -> dict[str, Any]:
    """The export without the fields that 0.1.0 did not have."""
    old = {name: value for name, value in export.items() if name not in NEW_FIELDS}
    return {**old, "RequestedBy": {name: old["RequestedBy"].get(name) for name in ("Trigger", "Id")}}


@WAYS
def test_an_export_that_stalls_under_one_version_is_ended_by_the_other(world: Versions, way: Way) -> None:
    stalls_after_s = 3600 + 140 * 120
    image = world.image(plan={"takes_s": stalls_after_s + 3600})
    export = world.begin(way.first, image)
    world.pass_time(stalls_after_s + 300)
    world.pass_time(61)
    assert "Stalled" in world.kinds(image)
    world.deploy(way.second)
    world.pass_time(3600)
    world.settle(export)
    world.deploy(NOW)  # 0.1.0 does not remove the name by which nights know that it stalls
    world.pass_time(3601)
    completed(world, image, also=("Stalled",))


@WAYS
def test_what_one_version_is_asked_to_cancel_is_cancelled_by_the_other(world: Versions, way: Way) -> None:
    image = world.image()
    export = world.begin(way.first, image)
    world.pass_time(61)
    world.emulator.fault("ecs", "CancelTask", "throttle", times=999)
    assert world.entrance.cancel(export).value["Status"] == "Exporting"
    world.mend()
    world.deploy(way.second)
    world.pass_time(61)
    world.settle(export)
    assert world.statuses(image) == ["Deleted"]
    assert world.heard(image) == both("Started", "Cancelled")
    assert world.hints(export) == []


# A start of which nobody knows


@WAYS
def test_a_task_whose_start_was_not_answered_is_found_by_the_other(world: Versions, way: Way) -> None:
    world.emulator.fault("ecs", "ExportImage", "reset_after")
    image = world.image()
    export = world.begin(way.first, image)
    world.pass_time(61)
    world.deploy(way.second)
    world.settle(export)
    completed(world, image)


@WAYS
def test_a_start_that_was_lost_on_its_way_is_made_once_by_the_other(world: Versions, way: Way) -> None:
    world.emulator.fault("ecs", "ExportImage", "reset_before")
    image = world.image()
    export = world.begin(way.first, image)
    world.pass_time(61)
    world.deploy(way.second)
    world.settle(export)
    completed(world, image)


@WAYS
def test_a_start_that_is_under_way_while_the_other_is_deployed_is_made_once(world: Versions, way: Way) -> None:
    def deploy_meanwhile() -> None:
        assert world.emulator.until(lambda: world.held("ExportImage"))
        world.deploy(way.second)
        world.pass_time(130)
        world.emulator.post("release")

    world.emulator.fault("ecs", "ExportImage", "hold")
    image = world.image()
    export, _ = world.together(lambda: world.begin(way.first, image), deploy_meanwhile)
    world.settle(export)
    completed(world, image)


@WAYS
def test_entrances_of_one_version_and_the_watcher_of_the_other_work_together(world: Versions, way: Way) -> None:
    image = world.image()
    export = world.begin(way.first, image)
    world.deploy(way.second, "image-export-watch")
    world.settle(export)
    completed(world, image)


# What is no export yet


@WAYS
def test_an_image_that_one_version_has_not_found_is_exported_by_the_other(world: Versions, way: Way) -> None:
    image = "m-bp1later" + {OLD: "old", NOW: "now"}[way.first]
    world.deploy(way.first)
    world.tell(image)
    world.deploy(way.second)
    world.image(ImageId=image)
    world.pass_time(61)
    world.settle(world.ask_by_event(image))
    completed(world, image)
    world.pass_time(610)  # the hint outlives the decision for a while
    assert not world.ledger("/sighted")


@WAYS
def test_a_rejection_that_one_version_could_not_tell_is_told_by_the_other(world: Versions, way: Way) -> None:
    body = json.dumps({"RegionId": REGION, "ImageId": 7, "OSSBucket": f"{BUCKET}-{way.first[:1]}"}).encode()
    digest = hashlib.sha256(body).hexdigest()
    world.refuse_all_targets()
    world.deploy(way.first)
    world.emulator.invoke("image-export-event", body)
    world.pass_time(61)
    world.mend()
    world.deploy(way.second)
    for _ in range(3):
        world.pass_time(600)
    assert world.heard(digest) == both("Rejected")
    assert world.hints(digest) == []


def test_part_of_an_event_that_only_this_version_can_keep_waits_until_it_is_back(world: Versions) -> None:
    image = world.image(ImageName="wanted-by-no-rule")
    world.deploy(NOW)
    world.emulator.fault("oss", "PutObject", "code:AccessDenied", key="*/history/*")
    assert world.request(image)["Undecided"] == 1
    world.deploy(OLD)
    for _ in range(3):
        world.pass_time(600)
    assert world.tasks_of(image) == []
    world.deploy(NOW)
    for _ in range(3):
        world.pass_time(600)
    completed(world, image)


# Nights


@WAYS
def test_a_night_that_one_version_has_paused_is_finished_by_the_other_and_repeated_by_neither(
    world: Versions, way: Way
) -> None:
    here = [world.image(), world.image(**DAILY)]
    there = [world.image(RegionId=ELSEWHERE), world.image(RegionId=ELSEWHERE, **DAILY)]
    world.deploy(way.first)
    world.emulator.invoke("image-export-nightly", b'{"DryRun": true}')  # warm, the night has its time to itself
    world.emulator.fault("ecs", "DescribeImages", "slow", delay_s=6.5)
    paused = world.emulator.post("timers/on_nightly")
    assert (paused["Finished"], [one["RegionId"] for one in paused["Totals"]]) == (False, [REGION])
    world.deploy(way.second)
    for step_s in (61, 61, TASK_S, 310):
        world.pass_time(step_s)
    for version in way:
        world.deploy(version)
        night = world.night()
        assert (night["Finished"], sum(one["Recorded"] for one in night["Totals"])) == (True, 0)
    for image in here + there:
        assert world.statuses(image) == ["Finished"]
        assert world.heard(image) == both("Started", "Completed")
    assert not world.ledger("/open/")


@WAYS
def test_what_failed_under_one_version_is_exported_again_by_a_night_of_the_other_once(
    world: Versions, way: Way
) -> None:
    image = world.image("fail")
    world.settle(world.begin(way.first, image))
    world.emulator.post(f"images/{image}", {"_export": {"outcome": "finish", "takes_s": TASK_S}})
    world.deploy(way.second)
    world.night()
    world.pass_time(TASK_S + 60)
    world.deploy(way.first)
    world.night()
    assert world.statuses(image) == ["Failed", "Finished"]


@WAYS
def test_what_was_cancelled_under_one_version_is_not_exported_by_a_night_of_the_other(
    world: Versions, way: Way
) -> None:
    image = world.image()
    export = world.begin(way.first, image)
    world.entrance.cancel(export)
    world.settle(export)
    world.deploy(way.second)
    world.night()
    assert world.statuses(image) == ["Deleted"]


# What is shown


@WAYS
def test_each_version_shows_what_the_other_has_exported(world: Versions, way: Way) -> None:
    image = world.image()
    world.deploy(way.first)
    export = world.ask_over_http(image)
    world.settle(export)
    shown = without_news(world.entrance.get(export).value)
    world.deploy(way.second)
    world.pass_time(61)
    assert without_news(world.entrance.get(export).value) == shown
    assert [one["ExportId"] for one in world.entrance.newest(9, ImageId=image)] == [export]


def test_what_0_1_0_has_recorded_after_a_rollback_is_found_among_the_exports_of_its_image(world: Versions) -> None:
    world.deploy(NOW)
    world.pass_time(61)
    world.emulator.advance(3 * 3600)
    image = world.image()
    export = world.begin(OLD, image)
    world.settle(export)
    world.deploy(NOW)
    world.pass_time(61)
    assert [one["ExportId"] for one in world.entrance.newest(9, ImageId=image)] == [export]
