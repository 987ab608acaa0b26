"""A time-out that is too long for "never twice" is named, in s.yaml and as it is deployed, with the reason."""

from typing import Any

import pytest
import yaml

from image_export_cli.deployment.deployment import NIGHTLY
from image_export_cli.deployment.timeouts import too_long

from .ward import ROOT, Ward

RESOURCES = yaml.safe_load((ROOT / "s.yaml").read_text())["resources"]


def set_timeout(ward: Ward, name: str, timeout_s: int) -> None:
    """Write it into s.yaml, and deploy it."""
    document = yaml.safe_load(ward.file.read_text())
    document["resources"][name]["props"]["timeout"] = timeout_s
    ward.file.write_text(yaml.safe_dump(document))
    ward.redeploy(f"image-export-{name}", timeout_s=timeout_s)


@pytest.mark.parametrize("name", ["event", "http", "watch"])
def test_who_may_call_export_image_and_outlives_five_minutes_is_named_in_both_places(ward: Ward, name: str) -> None:
    set_timeout(ward, name, 3000)
    found = ward.wrong()
    assert [(one.check, one.subject) for one in found] == [
        ("files", f"image-export-{name}"),
        ("functions", f"image-export-{name}"),
    ]
    assert "3000 s in s.yaml" in found[0].message
    assert "3000 s as it is deployed" in found[1].message
    assert all("may export twice" in one.message and "300" in str(one.recommend) for one in found)


def test_what_is_deployed_is_named_though_s_yaml_has_it_right(ward: Ward) -> None:
    ward.redeploy("image-export-watch", timeout_s=301)
    assert any("301 s as it is deployed" in one.message for one in ward.wrong())


def test_a_time_out_that_is_too_long_in_s_yaml_alone_is_not_advised_to_be_deployed(ward: Ward) -> None:
    ward.change(ward.file, "timeout: 300", "timeout: 3000")
    assert ward.only_wrong().check == "files"


def test_the_nightly_function_must_be_gone_before_its_night_is_taken_over(ward: Ward) -> None:
    set_timeout(ward, "nightly", 601)
    assert all("max_per_run" in one.message for one in ward.wrong())
    assert len(ward.wrong()) == 2


@pytest.mark.parametrize("props", [one["props"] for one in RESOURCES.values()], ids=list(RESOURCES))
def test_the_shipped_time_outs_are_short_enough_and_a_second_past_the_bound_is_not(props: dict[str, Any]) -> None:
    handler, timeout_s = props["handler"], props["timeout"]
    assert too_long("f", handler, timeout_s, "in s.yaml") == []
    assert too_long("f", handler, 601 if handler == NIGHTLY else 301, "in s.yaml")
