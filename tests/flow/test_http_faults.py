"""With the cloud throttled, failing or slow: 503 and Retry-After where nothing was recorded, 202 where it was."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.running import RunningEmulator

from .entrance import TOKEN, Answer, Entrance, accepting
from .world import World, still_functions


def proven(*values: Any) -> list[Any]:
    """Values that `make prove` tries and `make test` has no time for."""
    return [pytest.param(*value, marks=pytest.mark.prove) for value in values]


KINDS = ["throttle", *proven(("http_503",), ("reset_before",), ("garbage",))]
SHIPPED_TIMEOUT_S, SHORT_TIMEOUT_S = 120, 15
PAST_SESSIONS_S = 4000
FOREVER = {"times": 9999}


def recorded(answer: Answer) -> dict[str, Any]:
    """The export of a 202 that could not start yet."""
    export: dict[str, Any] = answer.value
    assert (answer.status, export["Status"]) == (202, "Requested"), answer
    assert export["Reason"]
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["location"].endswith(export["ExportId"])
    return export


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("service", "action"), [("sts", "AssumeRole"), ("ecs", "DescribeImages")])
def test_with_the_cloud_away_it_is_recorded_and_the_watcher_finishes_it(
    world: World, entrance: Entrance, service: str, action: str, kind: str
) -> None:
    image = world.image()
    world.emulator.advance(PAST_SESSIONS_S)
    world.emulator.fault(service, action, kind, **FOREVER)
    export = recorded(entrance.post(image))
    world.emulator.delete("faults")
    assert world.follow(image)["ExportId"] == export["ExportId"]
    assert entrance.get(export["ExportId"]).value["Status"] == "Completed"
    assert len(world.calls_of(image)) == 1
    assert TOKEN not in json.dumps(world.emulator.get("logs"))


def test_a_dry_run_with_the_cloud_away_is_503(world: World, entrance: Entrance) -> None:
    image = world.image()
    world.emulator.fault("ecs", "DescribeImages", "http_503", **FOREVER)
    answer = entrance.post(image, DryRun=True)
    world.emulator.delete("faults")
    assert answer.refusal[0] == 503
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("kind", ["throttle", "http_500", "reset_before", "reset_after", "garbage"])
def test_a_start_that_the_cloud_did_not_confirm_is_202_and_ends(world: World, entrance: Entrance, kind: str) -> None:
    image = world.image()
    world.emulator.fault("ecs", "ExportImage", kind, params={"ImageId": image})
    export = recorded(entrance.post(image))
    assert export["Reason"] == ("Throttling" if kind == "throttle" else "StartInDoubt")
    again = entrance.post(image)
    assert (again.status, again.value["ExportId"]) == (200, export["ExportId"])
    assert world.follow(image, within_s=10_000, step_s=125)["Status"] == "Completed"
    assert len(world.tasks_of(image)) == 1


@pytest.mark.parametrize("kind", ["throttle", *proven(("http_500",), ("reset_before",))])
@pytest.mark.parametrize("action", ["PutObject", *proven(("GetObject",), ("ListObjectsV2",))])
def test_with_the_ledger_away_it_is_503_and_asking_again_is_right(
    world: World, entrance: Entrance, action: str, kind: str
) -> None:
    image, standing = world.image(), entrance.post(world.image()).value["ExportId"]
    world.emulator.fault("oss", action, kind, **FOREVER)
    refused = [entrance.cancel(standing)]
    asked = entrance.post(image)
    if action == "GetObject":  # the marker stands, so it is recorded, although nothing can be read back
        assert asked.status == 202
    else:
        refused.append(asked)
    for answer in refused:
        assert answer.refusal[0] == 503
    if action != "PutObject":
        assert entrance.get(standing).refusal[0] == entrance.page().refusal[0] == 503
    assert world.calls_of(image) == []
    world.emulator.delete("faults")
    assert entrance.post(image).status == (200 if action == "GetObject" else 202)
    assert entrance.cancel(standing).status == 202
    assert world.follow(image)["Status"] == "Completed"
    assert len(world.calls_of(image)) == 1


@pytest.mark.parametrize("write", [3, 5, *proven(*((write,) for write in range(12) if write not in (3, 5)))])
def test_whichever_write_fails_asking_again_makes_one_export(world: World, entrance: Entrance, write: int) -> None:
    image = world.image()
    world.emulator.fault("oss", "PutObject", "http_500", skip=write, **FOREVER)
    first = entrance.post(image, ClientToken=f"write-{image}")
    assert first.status in (202, 503)
    world.emulator.delete("faults")
    second = entrance.post(image, ClientToken=f"write-{image}")
    assert second.status == 200 if first.status == 202 else second.status in (200, 202)
    world.follow(image, within_s=10_000, step_s=125)
    assert len(entrance.page(ImageId=image).value["Exports"]) == 1
    assert len(world.tasks_of(image)) == 1


def test_a_throttled_look_for_a_whole_prefix_is_503(world: World, entrance: Entrance) -> None:
    image = world.image()
    world.emulator.advance(PAST_SESSIONS_S)
    world.emulator.fault("sts", "AssumeRole", "throttle", **FOREVER)
    assert entrance.post(image, OSSPrefix="p" * 20).refusal == (503, "Throttling")
    world.emulator.delete("faults")
    assert entrance.post(image, OSSPrefix="p" * 20).status == 202


@pytest.mark.parametrize("kind", [*KINDS, "code:Forbidden.RAM"])
def test_progress_that_cannot_be_seen_is_no_error(world: World, entrance: Entrance, kind: str) -> None:
    export = entrance.post(world.image()).value["ExportId"]
    world.emulator.fault("ecs", "DescribeTaskAttribute", kind, **FOREVER)
    answer = entrance.get(export)
    assert (answer.status, answer.value["Status"], answer.value["Progress"]) == (200, "Exporting", None)
    assert answer.value["Reason"]
    assert answer.headers["retry-after"]


def slow(emulator: RunningEmulator, service: str, action: str, timeout_s: float) -> None:
    """An answer to a POST comes within the function's time-out, and is none of FC's."""
    world, entrance = World(emulator), Entrance(emulator.http_trigger)
    image = world.image()
    emulator.fault(service, action, "slow", delay_s=timeout_s / 4, **FOREVER)
    answer = entrance.post(image)
    emulator.delete("faults")
    assert answer.status in (202, 503), answer
    assert answer.headers["x-request-id"]
    if answer.status == 503:
        assert entrance.post(image).status in (200, 202)
    assert world.follow(image, within_s=10_000)["Status"] == "Completed"
    assert len(world.tasks_of(image)) == 1


SLOW = [("ecs", "DescribeImages"), *proven(("sts", "AssumeRole"), ("oss", "PutObject"), ("oss", "GetObject"))]


def assert_in_time(folder: Path, service: str, action: str, timeout_s: int) -> None:
    """The same with an emulator of its own, where the function has so much time."""
    folder.mkdir()
    replaced = {**accepting(TOKEN), f"timeout: {SHIPPED_TIMEOUT_S}": f"timeout: {timeout_s}"}
    arguments = ("--functions", str(still_functions(folder, **replaced)), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "log") as emulator:
        slow(emulator, service, action, timeout_s)


@pytest.mark.parametrize(("service", "action"), SLOW)
def test_with_the_cloud_slow_the_answer_comes_in_time(tmp_path: Path, service: str, action: str) -> None:
    assert_in_time(tmp_path / "slow", service, action, SHORT_TIMEOUT_S)


@pytest.mark.prove
def test_so_it_does_in_the_time_that_ships(tmp_path: Path) -> None:
    """Both calls at the same time, since they wait more than they work."""
    calls = [("ecs", "DescribeImages"), ("oss", "PutObject")]
    with ThreadPoolExecutor(len(calls)) as pool:
        waited = [pool.submit(assert_in_time, tmp_path / call[1], *call, SHIPPED_TIMEOUT_S) for call in calls]
    for one in waited:
        one.result()
