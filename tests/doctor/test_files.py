"""What s.yaml and its package say is read as `s deploy` would; what is wrong in them is a finding, never a crash."""

import shutil
import zipfile
from pathlib import Path

import pytest

from image_export.errors import OurFault
from image_export_cli.deployment.files import read_plan, read_policy_of
from image_export_cli.deployment.serverless import read_functions

from .deployment import ACCOUNT, ROOT, files_of


def test_references_are_resolved_by_vars_environment_and_account() -> None:
    text = (ROOT / "s.yaml").read_bytes()
    functions = {one.name: one for one in read_functions(text, {"IMAGE_EXPORT_LOG_LEVEL": "debug"}, ACCOUNT)}
    event = functions["image-export-event"]
    assert event.environment["IMAGE_EXPORT_LEDGER"] == f"oss://image-export-ledger-{ACCOUNT}/ledger"
    assert event.environment["IMAGE_EXPORT_LOG_LEVEL"] == "debug"
    assert (event.region, event.timeout_s, event.role) == ("cn-hangzhou", 120, "image-export-event")
    assert event.layers[0].startswith(f"acs:fc:cn-hangzhou:{ACCOUNT}:layers/image-export-sdk/versions/")
    assert event.dead_letters == f"acs:mns:cn-hangzhou:{ACCOUNT}:/queues/image-export-dead-letters/messages"


@pytest.mark.parametrize(
    "text", [b"", b"[", b"resources: {a: {}}", b"resources: {a: {props: {region: '${files(x)}'}}}", b"\xff"]
)
def test_what_is_no_s_yaml_is_a_fault_of_ours(text: bytes) -> None:
    with pytest.raises(OurFault, match="DeploymentInvalid"):
        read_functions(text, {}, ACCOUNT)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("timeout: 300", "timeout: abc", "resources.watch.props.timeout: want int, found 'abc'."),
        ("  region: cn", "  regoin: cn", "resources.event.props.region: ${vars.region}: vars has no 'region'."),
        ("handler: index.on_http", "handle: x", "resources.http.props.handler: is missing."),
        ("triggerType: http", "triggerType: 5", "resources.http.props.triggers[0].triggerType: want str, found 5."),
        ("region: cn-hangzhou", "region: ${vars.region}", "resources.event.props.region: ${vars.region}: leads back"),
        ("role: image-export-http", "role: ${env('NOBODY')}", "props.role: ${env('NOBODY')}: your shell has no NOBODY"),
        ("edition:", "edition: {", "is no YAML"),
        ("resources:", "resources: 5\nmore:", "resources: want dict, found 5."),
    ],
)
def test_what_is_wrong_in_s_yaml_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = files_of(tmp_path)
    file.write_text(file.read_text().replace(old, new, 1))
    (found,) = read_plan(file, {}, ACCOUNT).findings
    assert (found.status, found.subject, said in found.message) == ("wrong", str(file), True), found


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    (found,) = read_plan(tmp_path / "s.yaml", {}, ACCOUNT).findings
    assert (found.status, "No such file" in found.message) == ("wrong", True)


def test_a_policy_is_read_out_of_the_zip_that_is_deployed(tmp_path: Path) -> None:
    file = files_of(tmp_path)
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as package:
        package.write(tmp_path / "code" / "policy.yaml", "policy.yaml")
    shutil.rmtree(tmp_path / "code")
    (tmp_path / "package.zip").rename(tmp_path / "code")
    policy, found = read_policy_of(read_plan(file, {}, ACCOUNT), tmp_path, None)
    assert (found.status, policy is not None) == ("ok", True)


def test_code_without_a_policy_is_a_finding(tmp_path: Path) -> None:
    file = files_of(tmp_path)
    (tmp_path / "code" / "policy.yaml").unlink()
    policy, found = read_policy_of(read_plan(file, {}, ACCOUNT), tmp_path, None)
    assert (found.status, policy) == ("wrong", None)


def test_functions_with_different_ledgers_are_a_finding(tmp_path: Path) -> None:
    file = files_of(tmp_path)
    file.write_text(file.read_text().replace("<<: *environment", "IMAGE_EXPORT_LEDGER: oss://another-ledger/x", 1))
    found = next(one for one in read_plan(file, {}, ACCOUNT).findings if one.status == "wrong")
    assert found.message == (
        "IMAGE_EXPORT_LEDGER differs: oss://another-ledger/x in image-export-http; "
        f"oss://image-export-ledger-{ACCOUNT}/ledger in image-export-event, image-export-nightly, image-export-watch, "
        "image-export-unpack, image-export-maintain."
    )


def test_what_is_added_to_the_environment_reaches_every_function(tmp_path: Path) -> None:
    file = files_of(tmp_path)
    file.write_text(file.read_text().replace("  policy: policy.yaml", "  policy: other.yaml"))
    plan = read_plan(file, {}, ACCOUNT)
    assert {one.environment["IMAGE_EXPORT_POLICY"] for one in plan.functions} == {"other.yaml"}
