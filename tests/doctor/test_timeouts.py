"""A time-out that is too long for "never twice" is named, in s.yaml and as it is deployed, with the reason."""

from typing import Any

import pytest
import yaml

from image_export_cli.deployment.deployment import NIGHTLY
from image_export_cli.deployment.timeouts import too_long

from .deployment import ROOT, EmulatedDeployment

RESOURCES = yaml.safe_load((ROOT / "s.yaml").read_text())["resources"]


def set_timeout(deployment: EmulatedDeployment, name: str, timeout_s: int) -> None:
    """Write it into s.yaml, and deploy it."""
    document = yaml.safe_load(deployment.file.read_text())
    document["resources"][name]["props"]["timeout"] = timeout_s
    deployment.file.write_text(yaml.safe_dump(document))
    deployment.redeploy(f"image-export-{name}", timeout_s=timeout_s)


@pytest.mark.parametrize("name", ["event", "http", "watch"])
def test_who_may_call_export_image_and_outlives_five_minutes_is_named_in_both_places(
    deployment: EmulatedDeployment, name: str
) -> None:
    set_timeout(deployment, name, 3000)
    found = deployment.wrong()
    assert [(one.check, one.subject) for one in found] == [
        ("files", f"image-export-{name}"),
        ("functions", f"image-export-{name}"),
    ]
    assert "3000 s in s.yaml" in found[0].message
    assert "3000 s as it is deployed" in found[1].message
    assert all("may export twice" in one.message and "300" in str(one.recommend) for one in found)


def test_what_is_deployed_is_named_though_s_yaml_has_it_right(deployment: EmulatedDeployment) -> None:
    deployment.redeploy("image-export-watch", timeout_s=301)
    assert any("301 s as it is deployed" in one.message for one in deployment.wrong())


def test_a_time_out_that_is_too_long_in_s_yaml_alone_is_not_advised_to_be_deployed(
    deployment: EmulatedDeployment,
) -> None:
    deployment.change(deployment.file, "timeout: 300", "timeout: 3000")
    assert deployment.only_wrong().check == "files"


def test_the_nightly_function_must_be_gone_before_its_night_is_taken_over(deployment: EmulatedDeployment) -> None:
    set_timeout(deployment, "nightly", 601)
    assert all("max_per_run" in one.message for one in deployment.wrong())
    assert len(deployment.wrong()) == 2


MOST = {NIGHTLY: 600, "index.on_unpack": 86400, "index.on_maintain": 86400}


@pytest.mark.parametrize("props", [one["props"] for one in RESOURCES.values()], ids=list(RESOURCES))
def test_the_shipped_time_outs_are_short_enough_and_a_second_past_the_bound_is_not(props: dict[str, Any]) -> None:
    handler, timeout_s = props["handler"], props["timeout"]
    assert too_long("f", handler, timeout_s, "in s.yaml") == []
    assert too_long("f", handler, MOST.get(handler, 300) + 1, "in s.yaml")
