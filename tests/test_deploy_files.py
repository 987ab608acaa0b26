"""s.yaml and template.yml agree with each other and with the code: each name in one is the name in the other."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import index
from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.ecs.service_role import arn_of
from alicloud_emulator.eventbridge.patterns import matches
from alicloud_emulator.fc import s_yaml
from alicloud_emulator.fc.definition import EventBridgeTrigger, Function, HttpTrigger
from alicloud_emulator.ground import lay
from alicloud_emulator.ros import Loader, Template
from image_export.decisions.arrivals.envelopes.action_trail import MAKES_IMAGES
from image_export.decisions.policy.file import read_policy
from image_export.decisions.settings_text import read_settings
from image_export.values.notify_target import EventBus
from image_export.values.notify_target import Function as Notified
from tests.flow.rights import POLICY_OBJECT, allowed, shipped

ROOT = Path(__file__).parent.parent
ACCOUNT, REGION = "1234567890123456", "cn-hangzhou"
FUNCTIONS: tuple[Function, ...] = s_yaml.load(ROOT / "s.yaml", {}, ACCOUNT)
PROPS = [resource["props"] for resource in yaml.safe_load((ROOT / "s.yaml").read_text())["resources"].values()]
CODE = "".join(file.read_text() for file in (ROOT / "functions" / "image-export").rglob("*.py"))
SECOND_ACCOUNT = "6543210987654321"


def template(**parameters: Any) -> Template:
    """The template with its defaults, or with these parameters."""
    return Template(ROOT / "template.yml", account_id=ACCOUNT, region=REGION, **parameters)


def named(kind: str, name: str, **parameters: Any) -> list[str]:
    """What the resources of a type are called."""
    return [resource.properties[name] for resource in template(**parameters).resources(kind)]


every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


# Functions and code


@every_function
def test_a_handler_exists(function: Function) -> None:
    module, _, name = function.handler.partition(".")
    assert module == "index"
    assert callable(getattr(index, name))


def test_every_handler_is_deployed() -> None:
    handlers = {f"index.{name}" for name in dir(index) if name.startswith("on_")}
    assert {function.handler for function in FUNCTIONS} == handlers


@every_function
def test_its_environment_is_what_the_settings_read_and_they_are_content_with_it(function: Function) -> None:
    read = set(re.findall(r"IMAGE_EXPORT_[A-Z]+(?:_[A-Z]+)*", CODE))
    assert set(function.environment) <= read
    assert read_settings(function.environment).ledger_bucket == template().outputs["Ledger"]


def test_every_function_has_what_all_of_them_share_and_the_tokens_are_for_http_alone() -> None:
    shared = set(yaml.safe_load((ROOT / "s.yaml").read_text())["vars"]["environment"])
    own = {function.name: set(function.environment) - shared for function in FUNCTIONS}
    assert all(shared <= set(function.environment) for function in FUNCTIONS)
    assert own.pop("image-export-http") == {"IMAGE_EXPORT_HTTP_AUTH", "IMAGE_EXPORT_HTTP_TOKENS"}
    assert set().union(*own.values()) == set()


def test_who_may_call_over_http_is_one_decision() -> None:
    (http,) = [function for function in FUNCTIONS if function.handler == "index.on_http"]
    (trigger,) = [trigger for trigger in http.triggers if isinstance(trigger, HttpTrigger)]
    assert (read_settings(http.environment).http_auth, trigger.auth_type) == ("bearer", "anonymous")


def test_the_event_rule_asks_for_the_calls_that_the_code_understands() -> None:
    (event,) = [function for function in FUNCTIONS if function.handler == "index.on_event"]
    (trigger,) = [trigger for trigger in event.triggers if isinstance(trigger, EventBridgeTrigger)]
    asked = {name for name in trigger.pattern["data"]["eventName"] if isinstance(name, str)}
    assert asked == MAKES_IMAGES


@pytest.mark.parametrize("kind", ["ApiCall", "ConsoleOperation", "AliyunServiceEvent"])
def test_the_event_rule_takes_an_image_whoever_made_it(kind: str) -> None:
    (event,) = [function for function in FUNCTIONS if function.handler == "index.on_event"]
    (trigger,) = [trigger for trigger in event.triggers if isinstance(trigger, EventBridgeTrigger)]
    told = {"source": "acs.ecs", "type": f"ecs:ActionTrail:{kind}", "data": {"eventName": "CreateImage"}}
    assert matches(trigger.pattern, told)
    assert not matches(trigger.pattern, {**told, "data": {"eventName": "StopInstance"}})


# Functions and ground


@every_function
def test_its_role_is_made_for_functions(function: Function) -> None:
    roles = {role.properties["RoleName"]: role.properties for role in template().resources("ALIYUN::RAM::Role")}
    assert function.role == str(function.role).lower()  # the fc3 component lower-cases names of roles
    (statement,) = roles[str(function.role)]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["fc.aliyuncs.com"]}


def test_each_function_has_a_role_of_its_own() -> None:
    assert len({function.role for function in FUNCTIONS}) == len(FUNCTIONS)


@every_function
def test_its_ledger_is_the_bucket_of_the_template_whose_rejected_events_alone_expire(function: Function) -> None:
    settings = read_settings(function.environment)
    (bucket,) = template().resources("ALIYUN::OSS::Bucket")
    assert bucket.properties["BucketName"] == settings.ledger_bucket
    assert bucket.properties["AccessControl"] == "private"
    (rule,) = bucket.properties["LifecycleConfiguration"]["Rule"]
    assert rule["Prefix"] == f"{settings.ledger_prefix}/rejected/"


def test_logs_go_to_the_store_of_the_template() -> None:
    variables = yaml.safe_load((ROOT / "s.yaml").read_text())["vars"]
    assert {props["logConfig"] for props in PROPS} == {"${vars.log}"}
    outputs = template().outputs
    assert variables["log"]["project"].replace("${config('AccountID')}", ACCOUNT) == outputs["LogProject"]
    assert variables["log"]["logstore"] == outputs["LogStore"]


def test_what_is_given_up_goes_to_the_queue_of_the_template() -> None:
    text = (ROOT / "s.yaml").read_text()
    assert set(re.findall(r"/queues/([\w-]+)", text)) == {template().outputs["DeadLetters"]}
    kept = {function.handler for function in FUNCTIONS if function.asynchronous.on_failure}
    assert kept == {"index.on_event", "index.on_nightly"}  # a tick is not kept: the next minute looks again


def test_a_tick_is_neither_repeated_nor_kept() -> None:
    (watch,) = [function for function in FUNCTIONS if function.handler == "index.on_watch"]
    assert (watch.asynchronous.max_retries, watch.asynchronous.max_age_s) == (0, 60)


def test_every_function_has_the_one_layer_that_is_built() -> None:
    (layer,) = {layer for function in FUNCTIONS for layer in function.layers}
    assert re.fullmatch(rf"acs:fc:{REGION}:{ACCOUNT}:layers/image-export-sdk/versions/\d+", layer)


# The template by itself


def test_an_account_that_has_the_service_role_keeps_it() -> None:
    name = "AliyunECSImageExportDefaultRole"
    assert name in named("ALIYUN::RAM::Role", "RoleName")
    assert name not in named("ALIYUN::RAM::Role", "RoleName", ExportServiceRole="keep")


def test_the_service_role_writes_to_destination_buckets_of_this_account_alone() -> None:
    roles = template(DestinationBuckets="golden-*").resources("ALIYUN::RAM::Role")
    (role,) = [one.properties for one in roles if one.properties["RoleName"] == "AliyunECSImageExportDefaultRole"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    resources = {resource for statement in statements for resource in statement["Resource"]}
    assert resources == {f"acs:oss:*:{ACCOUNT}:golden-*", f"acs:oss:*:{ACCOUNT}:golden-*/*"}


def test_ecs_can_not_write_to_a_bucket_of_somebody_else_even_of_a_fitting_name() -> None:
    cloud = Cloud(Settings(template=ROOT / "template.yml"))
    lay(cloud)
    role = arn_of(ACCOUNT)
    for owner, may in ((ACCOUNT, True), (SECOND_ACCOUNT, False)):
        bucket = cloud.oss.create_bucket(f"acme-images-of-{owner}", region=REGION, account_id=owner)
        assert cloud.ecs.roles.may_write(role, bucket, "nightly_m-bp1any_system.raw.tar.gz") is may


def test_a_further_account_gets_the_roles_that_are_assumed_in_it_and_nothing_else() -> None:
    further = template(HomeAccountId=SECOND_ACCOUNT)
    roles = {role.properties["RoleName"] for role in further.resources("ALIYUN::RAM::Role")}
    assert roles == {"image-export", "AliyunECSImageExportDefaultRole"}
    assert set(further.outputs) == {"ExportRoleArn"}
    assert not further.resources("ALIYUN::OSS::Bucket")


@pytest.mark.parametrize(("home", "account"), [("", ACCOUNT), (ACCOUNT, ACCOUNT), (SECOND_ACCOUNT, SECOND_ACCOUNT)])
@pytest.mark.parametrize("assumed_by", ["account", "functions"])
def test_the_role_that_is_assumed_trusts_the_functions_account_or_their_roles_alone(
    home: str, account: str, assumed_by: str
) -> None:
    roles = template(HomeAccountId=home, AssumedBy=assumed_by).resources("ALIYUN::RAM::Role")
    (role,) = [one.properties for one in roles if one.properties["RoleName"] == "image-export"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    trusted = statement["Principal"].pop("RAM")
    names = [f"role/{function.role}" for function in FUNCTIONS] if assumed_by == "functions" else ["root"]
    assert sorted(trusted) == sorted(f"acs:ram::{account}:{name}" for name in names)
    assert statement == {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {}}


def test_the_role_that_is_assumed_asks_for_an_external_id_where_the_stack_has_one() -> None:
    roles = template(ExternalId="acme-7").resources("ALIYUN::RAM::Role")
    (role,) = [one.properties for one in roles if one.properties["RoleName"] == "image-export"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": ["acme-7"]}}


def test_the_shipped_policy_notifies_whom_the_template_lets_be_notified() -> None:
    bus, function = read_policy((ROOT / "functions/image-export/policy.yaml").read_bytes()).notify
    assert isinstance(bus, EventBus)
    assert isinstance(function, Notified)
    assert bus.bus == yaml_default("NotifyBus")
    assert yaml_default("NotifyFunctions") == f"acs:fc:*:*:services/{function.service}/functions/{function.function}"


PROOFS = ("claim-0001", "claim-1", "result-1", "requested", "ended", "told-completed-0123456789ab", "stalled")
EXPORT = f"acs:oss:oss-{REGION}:{ACCOUNT}:image-export-ledger-{ACCOUNT}/ledger/exports/exp-abcdefghijklmnop-0001"


@pytest.mark.parametrize("role", ["event", "http", "watch", "nightly"])
def test_no_function_may_remove_what_proves_an_export_or_change_the_policy_it_runs_under(role: str) -> None:
    documents = [document for roles, document in shipped().values() if f"image-export-{role}" in roles]
    policy = f"acs:oss:oss-{REGION}:{ACCOUNT}:{POLICY_OBJECT}"
    asked = [("oss:DeleteObject", f"{EXPORT}/{proof}") for proof in PROOFS]
    asked += [("oss:DeleteObject", policy), ("oss:PutObject", policy), ("oss:GetObject", policy + ".old")]
    asked += [("oss:GetObject", f"{EXPORT}/ended".replace(ACCOUNT, "6543210987654321", 1))]
    asked += [("eventbridge:PutEvents", f"acs:eventbridge:{REGION}:{ACCOUNT}:eventbus/another")]
    asked += [("fc:InvokeFunction", f"acs:fc:{REGION}:{ACCOUNT}:functions/image-export-nightly")]
    rows = [{"action": action, "resource": resource, "context": {}} for action, resource in asked]
    assert [row for row in rows if allowed(row, documents)] == []
    assert allowed({"action": "oss:GetObject", "resource": policy, "context": {}}, documents)


def test_the_roles_of_the_functions_are_made_before_the_one_that_trusts_them() -> None:
    """RAM wants to have whom a trust policy names; a reference to a resource is what ROS goes by."""
    written = yaml.load((ROOT / "template.yml").read_text(), Loader)["Resources"]  # noqa: S506 - a SafeLoader
    (statement,) = written["ExportRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    _, by_functions, _ = statement["Principal"]["RAM"]["Fn::If"]
    _, at_home, _ = by_functions["Fn::If"]
    made = {written[one["Fn::GetAtt"].removesuffix(".Arn")]["Properties"]["RoleName"] for one in at_home}
    assert made == {function.role for function in FUNCTIONS}


def test_the_road_by_cloudmonitor_is_an_option_and_ends_at_the_function_of_events() -> None:
    assert not template().resources("ALIYUN::FC3::Trigger")
    heard = template(CloudMonitor="on")
    (trigger,) = (one.properties for one in heard.resources("ALIYUN::FC3::Trigger"))
    assert trigger["FunctionName"] in {one.name for one in FUNCTIONS if one.handler == "index.on_event"}
    (topic,) = named("ALIYUN::MNS::Topic", "TopicName", CloudMonitor="on")
    assert trigger["SourceArn"] == f"acs:mns:{REGION}:{ACCOUNT}:/topics/{topic}"
    (target,) = (one.properties for one in heard.resources("ALIYUN::CMS::EventRuleTargets"))
    assert target["MnsParameters"][0]["Topic"] == topic
    assert target["RuleName"] in named("ALIYUN::CMS::EventRule", "RuleName", CloudMonitor="on")


def test_the_log_can_be_searched_by_the_fields_of_its_lines() -> None:
    (index_of_log,) = template().resources("ALIYUN::SLS::Index")
    (key,) = index_of_log.properties["KeyIndices"]
    assert (key["Name"], key["Type"]) == ("message", "json")  # FC writes a line of stdout into this field
    assert {"event", "export_id", "image_id", "request_id"} <= {one["Name"] for one in key["JsonKeyIndices"]}


def test_the_shipped_policy_names_buckets_that_the_template_lets_be_written() -> None:
    policy = read_policy((ROOT / "functions/image-export/policy.yaml").read_bytes())
    pattern = yaml_default("DestinationBuckets").replace("*", ".*")
    buckets = {place.bucket for account in policy.accounts for place in account.destinations.values()}
    assert buckets
    assert all(re.fullmatch(pattern, bucket) for bucket in buckets)


def yaml_default(parameter: str) -> str:
    """A parameter's default, as it is written."""
    found = re.search(rf"\n  {parameter}:\n    Type: \w+\n    Default: (\S+)", (ROOT / "template.yml").read_text())
    assert found
    return found[1]
