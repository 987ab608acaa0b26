"""What the doctor says of drills: what they lack, and which series were not drilled as often as the policy says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.world import running
from tests.flow.drills import ENTRY, GROUND, policy_with_drills
from tests.ground import SHIPPED

from .deployment import ACCOUNT, EmulatedDeployment, files_of, settings_of

ROLE = f"role acs:ram::{ACCOUNT}:role/image-restore"
PLAIN = {word: value for word, value in ENTRY.items() if word != "boot"}


@contextmanager
def drilling(tmp_path: Path, entry: dict[str, Any], **ground: str) -> Iterator[EmulatedDeployment]:
    """A deployment that drills, on a stack with these parameters."""
    files = files_of(tmp_path)
    with running(replace(settings_of(files), ground={**SHIPPED, "parameters": {**GROUND, **ground}})) as world:
        found = EmulatedDeployment(world, files)
        found.policy.write_text(policy_with_drills(entry))
        yield found


def test_without_drills_there_is_one_quiet_line(deployment: EmulatedDeployment) -> None:
    (found,) = deployment.said("drills")
    assert (found.status, found.subject) == ("ok", "drills")
    assert found.message.startswith("The policy has no drills")


def test_where_all_is_there_nothing_is_wrong_and_what_was_never_drilled_is_said(tmp_path: Path) -> None:
    with drilling(tmp_path, ENTRY) as found:
        assert [one for one in found.examine() if one.status in ("wrong", "unknown")] == []
        starting, covered = found.said("drills")
        assert (starting.status, starting.subject) == ("ok", ROLE)
        assert starting.message.startswith("May start ecs.t6-c1m1.large, ecs.g6.large in acs:vpc:*:*:vpc/vpc-bp1drills")
        assert (covered.status, covered.subject) == ("note", "drill monthly")
        assert covered.message == "No export that the ledger knows fits it yet."


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        ({"Restore": "import"}, "May not ecs:RunInstances, and policy.yaml has drills that start something."),
        ({"BootInstanceTypes": "ecs.t6-*"}, "May not start ecs.g6.large, which policy.yaml names."),
        ({"BootVpcs": "acs:vpc:*:*:vpc/no-vpc"}, "May start instances in no VPC at all."),
    ],
)
def test_what_the_stack_does_not_let_drills_start_is_named(tmp_path: Path, ground: dict[str, str], said: str) -> None:
    with drilling(tmp_path, ENTRY, **ground) as found:
        assert said in [one.message for one in found.said("drills") if one.status == "wrong"]


def test_drills_that_start_nothing_need_no_more_than_restores(tmp_path: Path) -> None:
    with drilling(tmp_path, PLAIN, Restore="import") as found:
        assert found.wrong() == []
        assert [one.subject for one in found.said("drills")] == ["drill monthly"]


def test_an_s_yaml_without_the_function_that_plans_is_named(tmp_path: Path) -> None:
    with drilling(tmp_path, PLAIN) as found:
        text = found.file.read_text()
        found.file.write_text(text[: text.index("\n  maintain:\n")] + "\n")
        assert "index.on_maintain" in found.only_wrong().message


def test_series_that_were_not_drilled_are_counted_and_named(tmp_path: Path) -> None:
    with drilling(tmp_path, {**PLAIN, "every": "1d"}) as found:
        for name in ("golden-web-1", "golden-db-1"):
            exported(found, name)
        (said,) = found.said("drills")
        assert said.status == "note"
        never = "golden-db (cn-hangzhou, never), golden-web (cn-hangzhou, never)"
        assert said.message == f"0 of 2 series were drilled within 1d; not {never}."


def exported(found: EmulatedDeployment, name: str) -> None:
    """An export of an image of that name, Completed."""
    image = {"RegionId": "cn-hangzhou", "ImageName": name, "Status": "Available", "_export": {"takes_s": 60}}
    image_id = found.world.post("images", image)["ImageId"]
    asked = {"ImageId": image_id, "RegionId": "cn-hangzhou", "OSSBucket": "acme-images-hangzhou"}
    found.world.post("invoke/image-export-event", asked)
    for _ in range(3):
        found.world.advance(200)
        found.world.post("timers/on_watch")
