"""s.yaml and template.yml: what the emulator makes of them, and what it refuses in them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.fc import s_yaml
from alicloud_emulator.fc.definition import EventBridgeTrigger, HttpTrigger, TimerTrigger
from alicloud_emulator.ground import lay
from alicloud_emulator.identity import AccessKey, trust
from alicloud_emulator.ram.policies import PolicyName
from alicloud_emulator.ros import Template
from alicloud_emulator.section import SettingsError
from alicloud_emulator.stack import Stacks
from tests.emulator.deployment import ECHO, write
from tests.emulator.ecs_requests import assume_role
from tests.emulator.world import World, code_of, running

ROOT = Path(__file__).parents[2]
ACCOUNT, FURTHER = "1234567890123456", "6543210987654321"
ALL = (PolicyName("System", "AdministratorAccess"),)
ASSUMING = ("image-export-event", "image-export-http", "image-export-nightly", "image-export-watch")
FUNCTIONS = (
    *("image-export-event", "image-export-http", "image-export-maintain", "image-export-nightly"),
    *("image-export-unpack", "image-export-watch"),
)


def load(file: Path, **environment: str) -> Any:
    return {function.name: function for function in s_yaml.load(file, environment, ACCOUNT)}


def test_the_shipped_functions_are_those_of_the_design() -> None:
    functions = load(ROOT / "s.yaml", IMAGE_EXPORT_ENDPOINT="http://127.0.0.1:1")
    event, watch = functions["image-export-event"], functions["image-export-watch"]
    assert (event.handler, event.timeout_s, watch.handler, watch.timeout_s) == (
        "index.on_event",
        120,
        "index.on_watch",
        300,
    )
    assert (watch.asynchronous.max_retries, watch.asynchronous.max_age_s) == (0, 60)
    assert isinstance(event.triggers[0], EventBridgeTrigger)
    assert isinstance(watch.triggers[0], TimerTrigger)
    assert event.environment["IMAGE_EXPORT_ENDPOINT"] == "http://127.0.0.1:1"
    assert event.environment["IMAGE_EXPORT_LEDGER"] == f"oss://image-export-ledger-{ACCOUNT}/ledger"


def test_every_role_of_the_shipped_functions_is_in_the_shipped_template() -> None:
    template = Template(ROOT / "template.yml", account_id=ACCOUNT, region="cn-hangzhou")
    roles = {role.properties["RoleName"] for role in template.resources("ALIYUN::RAM::Role")}
    assert {function.role for function in load(ROOT / "s.yaml").values()} <= roles


def test_no_function_that_may_call_export_image_runs_longer_than_five_minutes() -> None:
    never = ("index.on_nightly", "index.on_unpack", "index.on_maintain")  # they start no task
    others = [one for one in load(ROOT / "s.yaml").values() if one.handler not in never]
    assert len(others) == 3
    assert all(function.timeout_s <= 300 for function in others)


def test_the_ground_of_the_template_exists_at_the_start() -> None:
    cloud = Cloud(Settings(template=ROOT / "template.yml"))
    lay(cloud)
    role = cloud.identity.role(f"acs:ram::{ACCOUNT}:role/image-export")
    assert role is not None
    assert role.trust["Statement"][0]["Principal"] == {"RAM": [f"acs:ram::{ACCOUNT}:root"]}
    assert role.max_session_duration_s == 3600
    watch = cloud.identity.role(f"acs:ram::{ACCOUNT}:role/image-export-watch")
    assert watch is not None
    names = [policy.name for policy in watch.policies]
    assert names == ["image-export-function", "image-export-markers", "image-export-nights", "image-export-notify"]
    assert f"image-export-ledger-{ACCOUNT}" in cloud.oss.buckets


def test_where_the_template_says_so_the_role_is_assumed_by_the_functions_and_by_no_stranger_of_the_account(
    tmp_path: Path,
) -> None:
    narrow = tmp_path / "template.yml"
    narrow.write_text((ROOT / "template.yml").read_text().replace("Default: account", "Default: functions"))
    with running(Settings(template=narrow, speed=0.01)) as world:
        identity = world.cloud.identity
        identity.add_role("stranger", trust=trust(Service=["fc.aliyuncs.com"]), policies=ALL)
        identity.add_role("image-export-watch-2", trust=trust(Service=["fc.aliyuncs.com"]), policies=ALL)
        assert code_of(world, assume_role()) == (403, "NoPermission")  # an administrator, but nobody whom it trusts
        for name in ("stranger", "image-export-watch-2", "image-export-unpack", "image-export-maintain"):
            assert code_of(world, assume_role(), session(world, name)) == (403, "NoPermission")
        for name in ASSUMING:
            assert world.send(assume_role(), session(world, name))["Credentials"]


def session(world: World, name: str) -> AccessKey:
    """A key of this role's, as FC gives it to a function."""
    role, ends = of_function(name), world.cloud.clock.now() + timedelta(hours=1)
    return world.cloud.identity.issue(f"{role}/fc", expires_at=ends, role=role)


def of_function(name: str) -> str:
    """A role by its name."""
    return f"acs:ram::{ACCOUNT}:role/{name}"


def test_the_stack_of_a_further_account_has_the_role_that_trusts_the_functions_with_the_external_id() -> None:
    parameters = {"HomeAccountId": ACCOUNT, "ExternalId": "acme-7"}
    stack = {"template": str(ROOT / "template.yml"), "account_id": FURTHER, "parameters": parameters}
    cloud = Cloud(Settings(template=ROOT / "template.yml", ground={"stacks": [stack]}))
    lay(cloud)
    ours, theirs = (cloud.identity.role(f"acs:ram::{owner}:role/image-export") for owner in (ACCOUNT, FURTHER))
    assert ours is not None
    assert theirs is not None
    (statement,) = theirs.trust["Statement"]
    assert statement.pop("Condition") == {"StringEquals": {"sts:ExternalId": ["acme-7"]}}
    assert [statement] == ours.trust["Statement"]
    assert [one.name for one in cloud.identity.policies_of(theirs)] != []


RULE, ALERT = "ALIYUN::CMS::ResourceMetricRule", "ALIYUN::SLS::Alert"
OF_METRICS, OF_THE_LOG = {"AlarmContactGroup": "on-call"}, {"AlarmActionPolicy": "page-somebody"}
WATCH, EVERY = ("image-export-watch",), FUNCTIONS


def created(**parameters: str) -> Template:
    """The template, once a stack of it was created with these parameters."""
    template = Template(ROOT / "template.yml", account_id=ACCOUNT, region="cn-hangzhou", **parameters)
    cloud = Cloud(Settings())
    Stacks(cloud.identity, cloud.oss, cloud.ecs.networks).create(template)
    return template


@pytest.mark.parametrize(
    ("parameters", "rules", "alerts"),
    [
        ({}, 0, 0),
        (OF_METRICS, 7, 0),
        (OF_THE_LOG, 0, 1),
        (OF_METRICS | OF_THE_LOG, 7, 1),
        (OF_METRICS | OF_THE_LOG | {"HomeAccountId": FURTHER}, 0, 0),
    ],
)
def test_a_stack_has_the_alarms_that_reach_somebody_and_only_where_the_functions_are(
    parameters: dict[str, str], rules: int, alerts: int
) -> None:
    template = created(**parameters)
    assert (len(template.resources(RULE)), len(template.resources(ALERT))) == (rules, alerts)


@pytest.mark.parametrize(
    ("name", "functions", "condition", "level", "times", "no_data"),
    [
        ("watch-not-invoked", WATCH, "@FunctionTotalInvocations[60].$Value < 1", "Critical", 10, "INSUFFICIENT_DATA"),
        ("watch-refused", WATCH, "@FunctionClientErrors[60].$Value > 0", "Critical", 3, "OK"),
        ("function-errors", EVERY, "@FunctionFunctionErrors[60].$Value > 0", "Warn", 1, "OK"),
        ("server-errors", EVERY, "@FunctionServerErrors[60].$Value > 0", "Warn", 1, "OK"),
        ("concurrency-throttles", EVERY, "@FunctionConcurrencyThrottles[60].$Value > 0", "Warn", 1, "OK"),
        ("resource-throttles", EVERY, "@FunctionResourceThrottles[60].$Value > 0", "Warn", 1, "OK"),
    ],
)
def test_an_alarm_looks_each_minute_at_a_metric_of_functions(
    name: str, functions: tuple[str, ...], condition: str, level: str, times: int, no_data: str
) -> None:
    rules = {rule.properties["RuleId"]: rule.properties for rule in created(**OF_METRICS).resources(RULE)}
    here = {"userId": ACCOUNT, "region": "cn-hangzhou", "serviceName": ""}
    assert rules[f"image-export-{name}"] == {
        "RuleId": f"image-export-{name}",
        "RuleName": f"image-export-{name}",
        "ContactGroups": ["on-call"],
        "Namespace": "acs_fc",
        "MetricName": condition.removeprefix("@").partition("[")[0],
        "Resources": [{**here, "functionName": function} for function in functions],
        "Period": 60,
        "Interval": 60,
        "SilenceTime": 3600,
        "NoDataPolicy": no_data,
        "CompositeExpression": {"ExpressionRaw": condition, "Level": level, "Times": times},
    }


def test_an_alarm_says_each_day_that_dead_letters_wait() -> None:
    (rule,) = [
        one.properties for one in created(**OF_METRICS).resources(RULE) if "acs_mns_new" in one.properties.values()
    ]
    assert rule == {
        "RuleId": "image-export-dead-letters",
        "RuleName": "image-export-dead-letters",
        "ContactGroups": ["on-call"],
        "Namespace": "acs_mns_new",
        "MetricName": "ActiveMessages",
        "Resources": [{"userId": ACCOUNT, "region": "cn-hangzhou", "queue": "image-export-dead-letters"}],
        "Period": 300,
        "Interval": 300,
        "SilenceTime": 86400,
        "NoDataPolicy": "KEEP_LAST_STATE",
        "Escalations": {
            "Warn": {
                "Statistics": "Maximum",
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": "0",
                "Times": 1,
            }
        },
    }


def test_an_alarm_looks_each_minute_whether_a_tick_has_done_its_work_in_fourteen() -> None:
    (alert,) = [one.properties for one in created(**OF_THE_LOG).resources(ALERT)]
    detail = alert["Detail"]
    rule = detail["Configuration"]
    assert (alert["Project"], detail["Name"]) == (f"image-export-{ACCOUNT}", "image-export-no-watch")
    assert detail["Schedule"] == {"Type": "FixedRate", "Interval": "1m"}
    assert rule["QueryList"] == [
        {
            "StoreType": "log",
            "Project": f"image-export-{ACCOUNT}",
            "Store": "functions",
            "Region": "cn-hangzhou",
            "TimeSpanType": "Custom",
            "Start": "-14m",
            "End": "now",
            "Query": 'message.event: "watch.finished" | SELECT count(1) AS finished',
        }
    ]
    (severity,) = rule["SeverityConfigurations"]
    assert severity == {"Severity": 10, "EvalCondition": {"Condition": "finished < 1", "CountCondition": ""}}
    assert (rule["NoDataFire"], rule["NoDataSeverity"], rule["Threshold"], rule["SendResolved"]) == (True, 10, 1, True)
    assert rule["PolicyConfiguration"] == {
        "AlertPolicyId": "sls.builtin.dynamic",
        "ActionPolicyId": "page-somebody",
        "RepeatInterval": "1h",
        "UseDefault": False,
    }


@pytest.mark.parametrize(
    ("props", "path"),
    [
        ({"memory": 512}, "props.memory"),
        ({"timeout": 0}, "props.timeout"),
        ({"timeout": "10"}, "props.timeout"),
        ({"runtime": "nodejs20"}, "props.runtime"),
        ({"functionName": "1 name"}, "props.functionName"),
        ({"environmentVariables": {"FC_X": "1"}}, "props.environmentVariables.FC_X"),
        ({"environmentVariables": {"PATH": "/x"}}, "props.environmentVariables.PATH"),
        ({"environmentVariables": {"ALIBABA_CLOUD_ACCESS_KEY_ID": "x"}}, "ALIBABA_CLOUD_ACCESS_KEY_ID"),
        ({"environmentVariables": {"A": "x" * 4096}}, "props.environmentVariables"),
        ({"asyncInvokeConfig": {"maxAsyncRetryAttempts": 9}}, "asyncInvokeConfig.maxAsyncRetryAttempts"),
        ({"asyncInvokeConfig": {"retries": 1}}, "asyncInvokeConfig.retries"),
        ({"triggers": [{"triggerName": "t", "triggerType": "oss"}]}, "triggers[0].triggerType"),
        (
            {"triggers": [{"triggerName": "t", "triggerType": "timer", "triggerConfig": {"cronExpression": "daily"}}]},
            "triggers[0].triggerConfig.cronExpression",
        ),
        ({"asyncInvokeConfig": {"destinationConfig": {"onSuccess": {}}}}, "destinationConfig.onSuccess"),
        ({"environmentVariables": {"A": "${env('NOT_SET')}"}}, "NOT_SET"),
        ({"environmentVariables": {"A": "${vars.absent}"}}, "vars.absent"),
    ],
)
def test_what_is_wrong_in_s_yaml_is_refused_with_its_place(tmp_path: Path, props: dict[str, Any], path: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(write(tmp_path, ECHO, **props))
    assert path in str(refused.value)


def test_an_http_trigger_is_understood(tmp_path: Path) -> None:
    config = {"authType": "anonymous", "methods": ["GET", "POST"]}
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": config}
    function = load(write(tmp_path, ECHO, triggers=[trigger]))["probe"]
    assert function.triggers == (HttpTrigger(name="http", auth_type="anonymous", methods=("GET", "POST")),)


@pytest.mark.parametrize("props", [{"role": "nobody"}, {"code": "absent"}])
def test_a_function_without_its_role_or_its_code_is_not_deployed(tmp_path: Path, props: dict[str, Any]) -> None:
    cloud = Cloud(Settings(functions=write(tmp_path, ECHO)))
    (function,) = s_yaml.load(write_again(tmp_path, **props), {}, ACCOUNT)
    with pytest.raises(SettingsError, match=next(iter(props.values()))):
        cloud.fc.deploy(function)


def write_again(folder: Path, **props: Any) -> Path:
    """Change the s.yaml that is there."""
    file = folder / "s.yaml"
    document = yaml.safe_load(file.read_text())
    document["resources"]["probe"]["props"] |= props
    file.write_text(yaml.safe_dump(document))
    return file


BUCKET = {"Type": "ALIYUN::OSS::Bucket", "Properties": {"BucketName": "kept"}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"Resources": {"B": {**BUCKET, "Properites": {}}}}, "Resources.B.Properites"),
        ({"Resources": {"B": {"Type": "ALIYUN::OSS::Buket", "Properties": {}}}}, "Resources.B.Type"),
        ({"Resources": {"B": {**BUCKET, "Properties": {"BucketName": "b", "Acl": "x"}}}}, "Properties.Acl"),
        ({"Resources": {"B": {**BUCKET, "Condition": "Absent"}}, "Outputs": {"O": {"Value": {"Ref": "B"}}}}, "Absent"),
        ({"Parameters": {"P": {"Type": "String", "Description": "d", "Default": "a", "Min": 1}}}, "Parameters.P.Min"),
        (
            {"Parameters": {"P": {"Type": "String", "Description": "d", "Default": "a", "AllowedValues": ["b"]}}},
            "Parameters.P",
        ),
        ({"Outputs": {"O": {"Value": {"Fn::GetAtt": ["Absent", "Name"]}}}}, "Absent"),
        ({"Rules": {}}, "Rules"),
    ],
)
def test_what_is_wrong_in_the_template_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, Any], path: str
) -> None:
    file = tmp_path / "template.yml"
    file.write_text(yaml.safe_dump({"ROSTemplateFormatVersion": "2015-09-01", "Resources": {"B": BUCKET}, **change}))
    with pytest.raises(SettingsError, match=path):
        Template(file, account_id=ACCOUNT, region="cn-hangzhou")


def test_a_resource_whose_condition_does_not_hold_is_not_there(tmp_path: Path) -> None:
    parameter = {"Type": "String", "Description": "d", "Default": "no"}
    document = {
        "ROSTemplateFormatVersion": "2015-09-01",
        "Parameters": {"Wanted": parameter},
        "Conditions": {"IsWanted": {"Fn::Equals": [{"Ref": "Wanted"}, "yes"]}},
        "Resources": {"B": {**BUCKET, "Condition": "IsWanted"}},
    }
    file = tmp_path / "template.yml"
    file.write_text(yaml.safe_dump(document))
    for wanted, there in (("yes", 1), ("no", 0)):
        template = Template(file, account_id=ACCOUNT, region="cn-hangzhou", Wanted=wanted)
        assert len(template.resources("ALIYUN::OSS::Bucket")) == there


def test_a_vswitch_of_a_stack_is_there_with_the_groups_of_its_vpc() -> None:
    stack = {"template": str(ROOT / "template.yml"), "region": "cn-beijing"}
    cloud = Cloud(Settings(ground={"stacks": [{**stack, "parameters": {"Restore": "boot", "BootNetwork": "on"}}]}))
    lay(cloud)
    (network,) = cloud.ecs.networks.by_vswitch.values()
    assert (network.region, network.zone, network.account_id) == ("cn-beijing", "cn-beijing-a", ACCOUNT)
    assert (network.vswitch[:4], network.vpc[:4]) == ("vsw-", "vpc-")
    (group,) = network.security_groups
    assert group[:3] == "sg-"
