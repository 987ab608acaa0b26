"""The deployed nightly function: its plan, its totals, who is not reached, and a run that goes on after its end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.running import RunningEmulator

from .calendar import GROUPS, MOST_A_NIGHT, OURS, THEIRS
from .deployment import arguments

WRITES = frozenset({"PutObject", "DeleteObject", "ExportImage", "PutEvents", "InvokeFunction", "CancelTask"})
HANGZHOU, SHANGHAI = (OURS, "cn-hangzhou"), (OURS, "cn-shanghai")
DAILY = {"Tags": {"Tag": [{"TagKey": "backup", "TagValue": "daily"}]}}


class Night:
    """Two accounts with their regions, and nothing in them at first."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self.emulator = emulator

    def image(self, group: tuple[str, str] = HANGZHOU, name: str = "app-1", **fields: Any) -> str:
        """An image of an account and region."""
        account, region = group
        image = {"ImageName": name, "ImageOwnerId": int(account), "RegionId": region, "Status": "Available", **fields}
        return str(self.emulator.post("images", image)["ImageId"])

    def run(self) -> Any:
        """The timer fires."""
        return self.emulator.post("timers/on_nightly")

    def dry_run(self) -> Any:
        """Somebody asks for the plan."""
        return self.emulator.invoke("image-export-nightly", b'{"DryRun": true}')

    def calls(self) -> list[dict[str, Any]]:
        """Every call so far."""
        return self.emulator.calls_after(0)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log lines of this kind."""
        lines = [json.loads(one["line"]) for one in self.emulator.get("logs") if one["line"].startswith("{")]
        return [line for line in lines if line["event"] == event]

    def requested(self, *images: str) -> list[str]:
        """Those of the images that have an export, once for each."""
        found = [line["image_id"] for line in self.lines("export.requested")]
        return sorted(image for image in found if image in images)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    folder = tmp_path_factory.mktemp("nightly")
    with RunningEmulator(*arguments(folder), log=folder / "functions.log") as emulator:
        yield emulator


@pytest.fixture
def night(deployed: RunningEmulator) -> Iterator[Night]:
    """A night of its own: whatever another test has made is gone."""
    for image in deployed.state("images"):
        deployed.post(f"images/{image['ImageId']}", {"Status": "Deleted"})
    deployed.advance(3600)
    yield Night(deployed)
    deployed.delete("faults")


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[Night]:
    """A night whose function has three seconds until less than a minute is left, and it pauses."""
    with RunningEmulator(*arguments(tmp_path, nightly_s=63), log=tmp_path / "functions.log") as emulator:
        yield Night(emulator)


def totals(answer: Any) -> dict[tuple[str, str], tuple[int, ...]]:
    """Images, recorded, exported, left over and unwanted, by account and region."""
    names = ("Images", "Recorded", "Exported", "LeftOver", "Unwanted")
    return {(one["AccountId"], one["RegionId"]): tuple(one[name] for name in names) for one in answer["Totals"]}


def test_a_dry_run_answers_the_plan_with_reasons_and_writes_nothing(night: Night) -> None:
    wanted, windows, scratch = night.image(), night.image(OSType="windows"), night.image(name="scratch")
    before = len(night.calls())
    answer = night.dry_run()
    calls = night.calls()[before:]
    plan = {one["ImageId"]: one for one in answer["Plan"]}
    assert {image: (one["Wanted"], one["Rule"]) for image, one in plan.items()} == {
        wanted: (True, "app"),
        windows: (False, "app"),
        scratch: (False, None),
    }
    assert plan[wanted]["Reason"] == "rule app wants name app-*, newer than 30d"
    assert "Windows" in plan[windows]["Reason"]
    assert "golden wants name golden-*" in plan[scratch]["Reason"]
    assert totals(answer)[HANGZHOU] == (3, 1, 0, 0, 2)
    assert len([call for call in calls if call["action"] == "DescribeImages"]) == len(GROUPS)
    assert not {call["action"] for call in calls} & WRITES
    assert night.requested(wanted) == []


def test_a_run_records_by_account_and_region_and_says_so_in_answer_and_log(night: Night) -> None:
    images = [night.image(group, f"app-{number}") for group in GROUPS for number in range(2)]
    night.image((THEIRS, "cn-beijing"), name="scratch")
    answer = night.run()
    assert night.requested(*images) == sorted(images)
    assert totals(answer) == dict.fromkeys(GROUPS, (2, 2, 0, 0, 0)) | {(THEIRS, "cn-beijing"): (3, 2, 0, 0, 1)}
    said = night.lines("nightly.finished")[-1]["run"]
    of_this_call = ("Plan", "RequestId", "Exports", "Rejected", "Ignored", "IgnoredBecause")
    assert said == {name: value for name, value in answer.items() if name not in of_this_call}
    assert sorted(one["ImageId"] for one in answer["Exports"]) == sorted(images)
    assert (answer["Rejected"], answer["Ignored"]) == ([], 1)
    night.emulator.advance(60)
    assert totals(night.run())[HANGZHOU] == (2, 0, 2, 0, 0)
    night.emulator.tick()
    assert {image for image in images if image in json.dumps(night.emulator.state("tasks"))} == set(images)


def test_the_oldest_of_all_regions_come_first_where_a_rule_has_a_limit(night: Night) -> None:
    old = [night.image(group, "web", **DAILY, CreationTime="2026-01-01T00:00:00Z") for group in GROUPS[1:]]
    young = [night.image(HANGZHOU, "web", **DAILY) for _ in range(MOST_A_NIGHT)]
    answer = night.run()
    assert night.requested(*old) == sorted(old)
    assert len(night.requested(*young)) == MOST_A_NIGHT - len(old)
    assert totals(answer)[HANGZHOU] == (len(young), MOST_A_NIGHT - len(old), 0, len(old), 0)


def test_a_region_and_an_account_that_fail_are_warnings_and_stop_no_other(night: Night) -> None:
    images = {group: night.image(group) for group in GROUPS}
    region = {"RegionId": SHANGHAI[1]}
    night.emulator.fault("ecs", "DescribeImages", "code:Forbidden.RAM", params=region, times=10)
    role = {"RoleArn": f"acs:ram::{THEIRS}:role/image-export"}
    night.emulator.fault("sts", "AssumeRole", "code:NoPermission", params=role, times=10)
    night.emulator.advance(3600)  # no session is left
    answer = night.run()
    assert night.requested(*images.values()) == sorted([images[HANGZHOU], images[OURS, "ap-southeast-1"]])
    faults = {
        (one["AccountId"], one["RegionId"]): one["Fault"].split(":")[0] for one in answer["Totals"] if one["Fault"]
    }
    assert faults == {
        SHANGHAI: "Forbidden.RAM",
        (THEIRS, "cn-hangzhou"): "NoPermission",
        (THEIRS, "cn-beijing"): "NoPermission",
    }
    unreached = [said for said in answer["Warnings"] if "could not be looked at" in said]
    assert sorted(said.split(" could")[0] for said in unreached) == sorted(" ".join(group) for group in faults)
    assert answer["Finished"]


def test_a_run_without_time_pauses_and_the_next_tick_goes_on_with_it(hurried: Night) -> None:
    night = hurried
    images = [night.image(group) for group in GROUPS]
    night.emulator.fault("ecs", "DescribeImages", "slow", delay_s=4, skip=1)
    answer = night.run()
    assert not answer["Finished"]
    assert len(answer["Totals"]) < len(GROUPS)
    night.emulator.tick()
    assert night.requested(*images) == sorted(images)
    said = night.lines("nightly.finished")[-1]["run"]
    assert said["RunId"] == answer["RunId"]
    assert sum(one["Recorded"] for one in said["Totals"]) == len(images)


def test_a_run_that_is_killed_is_taken_over_once_its_worker_must_be_gone(night: Night) -> None:
    images = [night.image(group) for group in GROUPS]
    night.emulator.fault("oss", "PutObject", "kill_after", key="*/known/*", skip=2)
    with pytest.raises(RuntimeError, match="exited"):
        night.run()
    finished = len(night.lines("nightly.finished"))
    night.emulator.advance(300)
    night.emulator.tick()
    assert len(night.lines("nightly.finished")) == finished
    night.emulator.advance(600)
    night.emulator.tick()
    assert len(night.lines("nightly.finished")) == finished + 1
    night.emulator.advance(61)
    night.emulator.tick()
    exported = [task["ImageId"] for task in night.emulator.state("tasks") if task["ImageId"] in images]
    assert sorted(exported) == sorted(images)
