"""An older SDK that a function has really loaded is named, from its log and from its own answer to /healthz."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from image_export_cli.doctor.checks.versions import compared, read_pins, started
from image_export_cli.doctor.examined import Evidence
from tests.emulator.world import running

from .deployment import ROOT, EmulatedDeployment, files_of, set_everywhere, settings_of

REQUIREMENTS = (ROOT / "layers" / "sdk" / "requirements.txt").read_text()
PINS = read_pins(REQUIREMENTS)
TOKEN, OLDER = "a-token-made-up-for-this-test", "4.24.26"


def older_layer(folder: Path) -> Path:
    """The layer as FC mounts it, but for the ECS SDK, which says that it is the one FC has preinstalled."""
    shutil.copytree(ROOT / "build" / "opt", folder, copy_function=os.link)
    (info,) = (folder / "python").glob("aliyun_python_sdk_ecs-*.dist-info")
    info.rename(info.with_name(f"aliyun_python_sdk_ecs-{OLDER}.dist-info"))
    return folder


@pytest.fixture
def aged(tmp_path: Path) -> Iterator[EmulatedDeployment]:
    """A deployment whose functions load an older ECS SDK, and that takes a token."""
    files = files_of(tmp_path)
    set_everywhere(files, "IMAGE_EXPORT_HTTP_TOKENS", hashlib.sha256(TOKEN.encode()).hexdigest())
    with running(settings_of(files, opt=older_layer(tmp_path / "opt"))) as world:
        yield EmulatedDeployment(world, files)


def test_an_older_sdk_that_is_loaded_is_named_by_healthz_and_by_the_log(aged: EmulatedDeployment) -> None:
    said = [
        one for one in aged.examine(Evidence(requirements=REQUIREMENTS, token=TOKEN)) if one.check == "SDK versions"
    ]
    lines = tuple(one["line"] for one in aged.world.get("logs")["logs"])
    told = [one for one in aged.examine(Evidence(requirements=REQUIREMENTS, log=lines)) if one.check == "SDK versions"]
    for found in (said, told):
        assert [(one.subject, one.status) for one in found] == [("image-export-http", "wrong")]
        assert f"aliyun-python-sdk-ecs {OLDER} (the layer has {PINS['aliyun-python-sdk-ecs']})" in found[0].message
        assert "Publish the layer" in str(found[0].recommend)
        assert TOKEN not in repr(found)


def test_a_token_that_is_not_accepted_leaves_it_unknown(aged: EmulatedDeployment) -> None:
    found = [one for one in aged.examine(Evidence(token="another")) if one.check == "SDK versions"]
    assert [(one.status, "Unauthorized" in one.message) for one in found] == [("unknown", True)]
    assert "Set IMAGE_EXPORT_HTTP_TOKEN to an accepted token" in str(found[0].recommend)


def test_without_evidence_it_is_noted_and_the_way_to_know_is_told(deployment: EmulatedDeployment) -> None:
    (found,) = deployment.said("SDK versions")
    assert (found.status, "--log FILE" in str(found.recommend)) == ("note", True)


def test_the_pinned_versions_are_right_and_a_missing_one_is_wrong() -> None:
    assert (
        compared("f", {"aliyun-python-sdk-ecs": PINS["aliyun-python-sdk-ecs"], "PyYAML": PINS["pyyaml"]}, PINS).status
        == "ok"
    )
    assert compared("f", {"PyYAML": "missing"}, PINS).status == "wrong"


LINE = json.dumps({"event": "instance.started", "function": "f", "loads": {"msgspec": "1"}})


@pytest.mark.parametrize("line", [LINE, f"2026-11-24 FC {LINE}", json.dumps({"__time__": 1, "message": LINE})])
def test_the_line_is_found_as_fc_prints_it_and_as_the_log_store_wraps_it(line: str) -> None:
    assert list(started(["", "{", '{"event": "other"}', line])) == [("f", {"msgspec": "1"})]
