"""Deployment files that the emulator refuses, each with the place of what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.fc import mounts, s_yaml
from alicloud_emulator.ground import lay
from alicloud_emulator.identity import trust
from alicloud_emulator.ram.conditions import Condition, PolicyError
from alicloud_emulator.ros import Template
from alicloud_emulator.section import SettingsError
from tests.emulator.deployment import ECHO, write

ACCOUNT = "1234567890123456"
PATTERN = {"triggerEnable": True, "eventSourceConfig": {"eventSourceType": "Default"}, "eventRuleFilterPattern": "{}"}
QUEUE = {"destinationConfig": {"onFailure": {"destination": "acs:fc:x"}}}


def event_trigger(**changes: Any) -> dict[str, Any]:
    config = {**PATTERN, **changes}
    return {"triggers": [{"triggerName": "t", "triggerType": "eventbridge", "triggerConfig": config}]}


@pytest.mark.parametrize(
    ("props", "place"),
    [
        (event_trigger(eventRuleFilterPattern="{"), "eventRuleFilterPattern"),
        (event_trigger(eventSourceConfig={"eventSourceType": "MNS"}), "eventSourceType"),
        ({"asyncInvokeConfig": QUEUE}, "destination"),
        ({"handler": None}, "handler"),
        ({"environmentVariables": {"A": "${what.ever}"}}, "what.ever"),
        ({"triggers": ["t"]}, "want a mapping"),
        ({"environmentVariables": {"A": True}}, r"environmentVariables\.A: want text as value, found True; put it in"),
        ({"environmentVariables": {"A": None}}, r"environmentVariables\.A: want text as value, found None"),
        ({"environmentVariables": {"A": 493}}, r"environmentVariables\.A: want text as value, found 493"),
        ({"environmentVariables": {False: "1"}}, r"environmentVariables\.False: want text as name, found False"),
        ({"layers": [7]}, r"layers\[0\]"),
        ({"logConfig": "manual"}, "logConfig"),
        ({"instanceLifecycleConfig": {"initializer": {"handler": "index.init"}}}, "initializer and preStop are not"),
    ],
)
def test_a_function_is_refused_with_its_place(tmp_path: Path, props: dict[str, Any], place: str) -> None:
    with pytest.raises(SettingsError, match=place):
        s_yaml.load(write(tmp_path, ECHO, **props), {}, ACCOUNT)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda _: [], "want a mapping"),
        (lambda document: {**document, "edition": "1.0.0"}, "edition"),
        (lambda document: {name: value for name, value in document.items() if name != "resources"}, "resources"),
        (lambda document: {**document, "resources": {"a": {"component": "fc", "props": {}}}}, "component"),
    ],
)
def test_a_file_is_refused_that_is_of_no_use(tmp_path: Path, change: Callable[[Any], Any], place: str) -> None:
    file = write(tmp_path, ECHO)
    file.write_text(yaml.safe_dump(change(yaml.safe_load(file.read_text()))))
    with pytest.raises(SettingsError, match=place):
        s_yaml.load(file, {}, ACCOUNT)


def test_two_resources_that_would_be_deployed_over_each_other_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path, ECHO)
    document = yaml.safe_load(file.read_text())
    document["resources"]["second"] = document["resources"]["probe"]
    file.write_text(yaml.safe_dump(document))
    with pytest.raises(SettingsError, match=r"second\.props\.functionName: 'probe' is that of resources\.probe"):
        s_yaml.load(file, {}, ACCOUNT)


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, ECHO)
    file.write_text(file.read_text() + "name: again\n")
    with pytest.raises(SettingsError, match=r"line 13, column 1: is no YAML: 'name' stands here twice"):
        s_yaml.load(file, {}, ACCOUNT)


def test_a_log_store_of_its_own_and_actions_of_the_deployer_are_taken(tmp_path: Path) -> None:
    file = write(tmp_path, ECHO, logConfig="auto")
    document = yaml.safe_load(file.read_text())
    document["actions"] = document["resources"]["probe"]["actions"] = {"pre-deploy": [{"run": "make package"}]}
    file.write_text(yaml.safe_dump(document))
    assert [function.log for function in s_yaml.load(file, {}, ACCOUNT)] == [None]


def test_a_role_that_does_not_trust_fc_is_of_no_use_to_a_function(tmp_path: Path) -> None:
    cloud = Cloud(Settings())
    cloud.identity.add_role("people", trust=trust(RAM=[f"acs:ram::{ACCOUNT}:root"]))
    (function,) = s_yaml.load(write(tmp_path, ECHO, role="people"), {}, ACCOUNT)
    with pytest.raises(SettingsError, match="does not trust"):
        cloud.fc.deploy(function)


def test_a_layer_of_a_python_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="99"):
        mounts.program(tmp_path / "layer.zip", "python3.99")


TOP: dict[str, Any] = {"ROSTemplateFormatVersion": "2015-09-01", "Resources": {}}
ROLE = {"Type": "ALIYUN::RAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {}}}
GROWS = {"Type": "Number", "Description": "d", "Default": 5, "MinValue": 6}


def output(value: Any, **more: Any) -> dict[str, Any]:
    return {**TOP, "Outputs": {"o": {"Value": value}}, **more}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({**TOP, "ROSTemplateFormatVersion": "2010-09-09"}, "ROSTemplateFormatVersion"),
        ({**TOP, "Parameters": {"P": GROWS}}, "between"),
        (output({"Fn::Base64Encode": "x"}), "does not know this function"),
        (
            output({"Ref": "R"}, Conditions={"C": {"Fn::Equals": [1, 2]}}, Resources={"R": {**ROLE, "Condition": "C"}}),
            "hold",
        ),
        (
            {**TOP, "Outputs": {"o": {"Value": 1, "Condition": "C"}}, "Conditions": {"C": {"Fn::Xor": []}}},
            "condition of ROS",
        ),
    ],
)
def test_a_template_is_refused_with_what_the_emulator_does_not_know(
    tmp_path: Path, document: dict[str, Any], place: str
) -> None:
    (tmp_path / "t.yml").write_text(yaml.safe_dump(document))
    with pytest.raises(SettingsError, match=place):
        Template(tmp_path / "t.yml", account_id=ACCOUNT, region="cn-hangzhou")


@pytest.mark.parametrize(
    "changes",
    [
        {"AssumeRolePolicyDocument": {"Version": "1", "Statement": [{"Effect": "Perhaps"}]}},
        {"PolicyAttachments": {"System": ["AdministratorOfEverything"]}},
    ],
)
def test_a_role_whose_policies_are_none_is_not_made(tmp_path: Path, changes: dict[str, Any]) -> None:
    trusting = trust(Service=["fc.aliyuncs.com"])
    role = {**ROLE, "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": trusting, **changes}}
    (tmp_path / "t.yml").write_text(yaml.safe_dump({**TOP, "Resources": {"R": role}}))
    with pytest.raises(SettingsError, match="role r"):
        lay(Cloud(Settings(template=tmp_path / "t.yml")))


@pytest.mark.parametrize(("text", "said"), [(b"a: b: c", "line 1, column 5"), (b"\xff", "is no YAML")])
def test_what_is_no_yaml_is_refused_with_its_place(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "t.yml").write_bytes(text)
    with pytest.raises(SettingsError, match=said):
        Template(tmp_path / "t.yml", account_id=ACCOUNT, region="cn-hangzhou")


def test_a_condition_wants_a_value() -> None:
    with pytest.raises(PolicyError, match="at least one value"):
        Condition(operator="StringEquals", key="acs:x", values=())
