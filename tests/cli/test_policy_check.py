"""`policy check`: every fault with its place, warnings for what is valid and hardly meant, and no keys."""

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

import jsonschema_rs
import pytest

from image_export_cli.main import main
from tests.commands import ROOT, run_here
from tests.doctor.deployment import files_of

HEAD = """version: 1
accounts:
  - name: prod
    role_arn: acs:ram::1234567890123456:role/image-export
    destinations:
      cn-hangzhou: {bucket: acme-images-hangzhou}
      eu-west-1: {bucket: acme-images-london}
rules:
"""
AGE = "it must be a whole number and one of m, h, d, w (minutes, hours, days, weeks), such as 90m, 1h or 90d"
SOUND = HEAD + '  - {name: golden, when: [image-created, nightly], match: {name: "golden-*"}}\n'
WRONG = """version: 2
accounts: []
rules:
  - name: golden
    when: [nightly]
    match: {nme: web, older_than: 90}
"""


def run(*arguments: str, environ: Mapping[str, str] = {}) -> CompletedProcess[str]:
    """What the command does; it has no keys."""
    return run_here(main, ["policy", "check", *arguments], {"PATH": os.environ["PATH"], **environ})


def written(folder: Path, text: str) -> str:
    """A file with that text."""
    file = folder / "policy.yaml"
    file.write_text(text)
    return str(file)


def test_every_fault_is_on_a_line_of_its_own_with_line_and_column(tmp_path: Path) -> None:
    file = written(tmp_path, WRONG)
    done = run(file)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.splitlines() == [
        f"{file}:1:1: fault: policy.version: is 2; it must be 1",
        f"{file}:2:1: fault: policy.accounts: is a list; it must be a list of at least one account",
        f"{file}:6:13: fault: policy.rules[0].match.nme: unknown key, did you mean name?",
        f"{file}:6:23: fault: policy.rules[0].match.older_than: is 90; {AGE}",
        f"{file} is not valid: 4 faults.",
    ]


def test_more_faults_than_a_log_line_holds_are_all_told(tmp_path: Path) -> None:
    rules = "".join(f"  - {{name: r{number}, when: [nightly], hen: 1}}\n" for number in range(70))
    done = run(written(tmp_path, HEAD + rules))
    assert len(done.stdout.splitlines()) == 71


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("version: 1\nrules: [\n", ":3:1: fault: policy: policy is not YAML"),
        ("a: b: c\n", ":1:5: fault: policy: policy is not YAML: mapping values are not allowed in this context\n"),
        ("a: *b\n", ":1:4: fault: policy: aliases"),
    ],
)
def test_what_is_no_yaml_is_told_with_the_place_where_it_ends(tmp_path: Path, text: str, where: str) -> None:
    done = run(written(tmp_path, text))
    assert (done.returncode, where in done.stdout) == (2, True), done.stdout


RULE = "  - {{name: {}, when: [{}], {}}}\n"


@pytest.mark.parametrize(
    ("rules", "place", "warned"),
    [
        (
            RULE.format("a", "nightly", "priority: 1") + RULE.format("b", "nightly", "match: {family: web}"),
            "10:5",
            "policy.rules[1]: matches nothing for nightly: rule a stands before it and wants all of its images",
        ),
        (
            RULE.format("a", "nightly", 'match: {name: "web-*"}') + RULE.format("b", "nightly", "match: {name: web-1}"),
            "10:5",
            "policy.rules[1]: matches nothing for nightly: rule a stands before it and wants all of its images",
        ),
        (
            RULE.format("a", "nightly", "format: qcow2"),
            "9:32",
            "policy.rules[0].format: qcow2 is not offered in cn-hangzhou; exports there are raw",
        ),
        (
            RULE.format("a", "image-created", "priority: 1"),
            "8:1",
            "policy.rules: no rule of the policy is for nightly: nights export nothing",
        ),
        (
            RULE.format("a", "nightly", "match: {family: b}") + RULE.format("b", "image-created", "cancelled: again"),
            "10:38",
            "policy.rules[1].cancelled: only a night exports again, and nightly is not in when",
        ),
    ],
    ids=["covered", "covered by name", "not offered", "no night", "cancelled"],
)
def test_what_is_valid_and_hardly_meant_is_warned_of_and_ends_with_0(
    tmp_path: Path, rules: str, place: str, warned: str
) -> None:
    file = written(tmp_path, HEAD + rules)
    done = run(file)
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            f"{file}:{place}: warning: {warned}",
            f"{file} is valid: 1 account, {'2 rules' if 'name: b' in rules else '1 rule'}, 1 warning.",
        ],
    )


def test_a_rule_that_another_one_leaves_something_is_not_warned_of(tmp_path: Path) -> None:
    for wide, narrow in (
        ('{name: "web-*"}', '{name: "w*"}'),
        ("{family: web}", "{}"),
        ("{larger_than: 100GiB}", "{larger_than: 99GiB}"),
        ("{newer_than: 1h}", "{newer_than: 2h}"),
        ("{tags: {a: b}}", "{tags: {a: c}}"),
        ("{os_type: linux, platform: Ubuntu}", "{platform: Ubuntu}"),
    ):
        rules = RULE.format("a", "nightly", f"match: {wide}") + RULE.format("b", "nightly", f"match: {narrow}")
        assert "warning" not in run(written(tmp_path, HEAD + rules)).stdout, (wide, narrow)
        other = RULE.format("a", "nightly", f"match: {narrow}") + RULE.format("b", "nightly", f"match: {wide}")
        assert ("warning" in run(written(tmp_path, HEAD + other)).stdout) is ("tags" not in wide), (wide, narrow)


def test_a_format_that_does_not_come_back_is_said_only_where_it_is_really_made(tmp_path: Path) -> None:
    vmdk = "  - {name: a, when: [nightly], format: vmdk}\n"
    file = written(tmp_path, HEAD + vmdk)
    said = run(file).stdout
    assert (
        f"{file}:9:32: warning: policy.rules[0].format: vmdk is not offered in cn-hangzhou; exports there are raw"
        in said
    )
    assert (
        f"{file}:9:32: warning: policy.rules[0].format: ECS imports vmdk for invited accounts alone; "
        "choose qcow2 or raw for what is to be restored\n"
    ) in said
    hangzhou = HEAD.replace("      eu-west-1: {bucket: acme-images-london}\n", "")
    assert "invited" not in run(written(tmp_path, hangzhou + vmdk)).stdout


@pytest.mark.parametrize(
    ("image_format", "why"),
    [
        ("vdi", "ECS does not import vdi"),
        ("vhd", "ECS may refuse to copy images that were imported from vhd"),
        ("qcow2", None),
        ("raw", None),
    ],
)
def test_what_is_hard_to_restore_is_said_with_what_to_choose_instead(
    tmp_path: Path, image_format: str, why: str | None
) -> None:
    said = run(written(tmp_path, HEAD + f"  - {{name: a, when: [nightly], format: {image_format}}}\n")).stdout
    assert said.count("; choose qcow2 or raw for what is to be restored") == (1 if why else 0)
    assert why is None or f"policy.rules[0].format: {why}; choose" in said


def test_json_is_one_document_of_its_schema(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "policy-check.json").read_text())
    for text, code in (
        (SOUND, 0),
        (WRONG, 2),
        ("a: *b", 2),
        (HEAD + "  - {name: a, when: [nightly], format: vdi}\n", 0),
    ):
        done = run(written(tmp_path, text), "--output", "json")
        answer = json.loads(done.stdout)
        jsonschema_rs.validate(schema, answer)
        assert (done.returncode, answer["Valid"], bool(answer["Faults"])) == (code, not code, bool(code))


def test_without_a_file_it_is_the_policy_of_the_deployment_in_a_folder_or_a_package(tmp_path: Path) -> None:
    deployment = files_of(tmp_path)
    done = run("--deployment", str(deployment))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{tmp_path / 'code' / 'policy.yaml'} is valid: 1 account, 2 rules" in done.stdout
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as package:
        package.writestr("policy.yaml", WRONG)
    deployment.write_text(deployment.read_text().replace("code: code", "code: package.zip"))
    assert "package.zip/policy.yaml:1:1: fault: " in run("--deployment", str(deployment)).stdout


def test_a_policy_in_oss_or_a_file_that_is_not_there_ends_with_2_and_says_what_to_do(tmp_path: Path) -> None:
    deployment = files_of(tmp_path)
    deployment.write_text(deployment.read_text().replace("policy: policy.yaml", "policy: oss://bucket/policy.yaml"))
    for arguments, said in (
        (("--deployment", str(deployment)), "oss://bucket/policy.yaml, which this does not fetch: name a FILE."),
        (("nowhere.yaml",), "nowhere.yaml cannot be read: No such file or directory."),
        (("--deployment", "nowhere.yaml"), "Cannot be read: No such file or directory."),
    ):
        done = run(*arguments)
        assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True), done.stderr


def test_a_dash_is_stdin() -> None:
    with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(SOUND.encode()))):
        done = run("-")
    assert (done.returncode, done.stdout) == (0, "- is valid: 1 account, 1 rule.\n")
