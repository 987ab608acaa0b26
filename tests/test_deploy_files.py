"""s.yaml and template.yml agree with each other and with the code: each name in one is the name in the other."""

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

import index
from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.ecs.service_role import arn_of
from alicloud_emulator.eventbridge.patterns import matches
from alicloud_emulator.fc import s_yaml
from alicloud_emulator.fc.definition import EventBridgeTrigger, Function, HttpTrigger, TimerTrigger
from alicloud_emulator.ground import lay
from alicloud_emulator.ros import Loader, Template
from image_export.decisions.arrivals.envelopes.action_trail import MAKES_IMAGES
from image_export.decisions.policy.file import read_policy
from image_export.decisions.settings_text import read_settings
from image_export.edges.aliyun.credentials import drill_policy, restore_policy
from image_export.edges.notify.unpacker import FUNCTION as UNPACKER
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
    assert set(function.environment) <= read | NAMED
    assert read_settings(function.environment).ledger_bucket == template().outputs["Ledger"]


def test_every_function_has_what_all_share_the_tokens_are_for_http_and_what_the_policy_names_for_the_watcher() -> None:
    shared = set(yaml.safe_load((ROOT / "s.yaml").read_text())["vars"]["environment"])
    own = {function.name: set(function.environment) - shared for function in FUNCTIONS}
    assert all(shared <= set(function.environment) for function in FUNCTIONS)
    assert own.pop("image-export-http") == {"IMAGE_EXPORT_HTTP_AUTH", "IMAGE_EXPORT_HTTP_TOKENS"}
    assert own.pop("image-export-watch") == NAMED
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


NAMED = {  # which policy.yaml may name by env:…
    *("IMAGE_EXPORT_WEBHOOK_URL", "IMAGE_EXPORT_WEBHOOK_SECRET", "IMAGE_EXPORT_DINGTALK_URL"),
    *("IMAGE_EXPORT_DINGTALK_SECRET", "IMAGE_EXPORT_FEISHU_URL", "IMAGE_EXPORT_FEISHU_SECRET"),
    *("IMAGE_EXPORT_WECOM_URL", "IMAGE_EXPORT_SLACK_URL", "IMAGE_EXPORT_HEARTBEAT_URL"),
}


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
    assert kept == {
        "index.on_event",
        "index.on_nightly",
        "index.on_maintain",
    }  # a tick is not kept: the next minute looks again


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
    assuming = [f"role/image-export-{name}" for name in ("event", "http", "nightly", "watch")]
    names = assuming if assumed_by == "functions" else ["root"]
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


# Restores


def role_of(name: str, **parameters: Any) -> dict[str, Any]:
    """The role as the template makes it."""
    roles = template(**parameters).resources("ALIYUN::RAM::Role")
    (found,) = [dict(one.properties) for one in roles if one.properties["RoleName"] == name]
    return found


def test_without_restores_there_is_no_role_that_could_make_or_delete_an_image() -> None:
    roles = named("ALIYUN::RAM::Role", "RoleName")
    assert not {"image-restore", "AliyunECSImageImportDefaultRole"} & set(roles)
    assert "RestoreRoleArn" not in template().outputs
    text = yaml.safe_dump([dict(one.properties) for kind in ("Role", "ManagedPolicy") for one in all_of(kind)])
    assert not re.findall(r"image-restore|ImportImage|DeleteImage|DeleteSnapshot|functions/image-export-unpack", text)


def all_of(kind: str, **parameters: Any) -> list[Any]:
    """The resources of RAM of that kind."""
    return template(**parameters).resources(f"ALIYUN::RAM::{kind}")


@pytest.mark.parametrize("restore", ["import", "boot"])
def test_with_restores_each_account_has_a_role_for_them_and_the_one_that_ecs_reads_with(restore: str) -> None:
    further = named("ALIYUN::RAM::Role", "RoleName", Restore=restore, HomeAccountId=SECOND_ACCOUNT)
    exporting = {"image-export", "AliyunECSImageExportDefaultRole"}
    assert set(further) == {"image-restore", "AliyunECSImageImportDefaultRole", *exporting}
    kept = named("ALIYUN::RAM::Role", "RoleName", Restore=restore, ImportServiceRole="keep")
    assert "image-restore" in kept
    assert "AliyunECSImageImportDefaultRole" not in kept
    assert template(Restore=restore).outputs["RestoreRoleArn"] == f"acs:ram::{ACCOUNT}:role/image-restore"


def test_the_export_role_gains_nothing_by_restores() -> None:
    assert role_of("image-export", Restore="import") == role_of("image-export")


@pytest.mark.parametrize(("home", "account"), [("", ACCOUNT), (SECOND_ACCOUNT, SECOND_ACCOUNT)])
@pytest.mark.parametrize("assumed_by", ["account", "functions"])
def test_the_role_of_restores_trusts_whom_the_other_trusts_but_for_the_night(
    home: str, account: str, assumed_by: str
) -> None:
    chosen = {"Restore": "import", "HomeAccountId": home, "AssumedBy": assumed_by, "ExternalId": "acme-7"}
    (statement,) = role_of("image-restore", **chosen)["AssumeRolePolicyDocument"]["Statement"]
    functions = [f"role/image-export-{name}" for name in ("event", "http", "unpack", "watch")]
    names = functions if assumed_by == "functions" else ["root"]
    assert sorted(statement["Principal"]["RAM"]) == sorted(f"acs:ram::{account}:{name}" for name in names)
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": ["acme-7"]}}


def test_the_role_of_restores_may_do_what_a_session_is_narrowed_to_and_nothing_else() -> None:
    sessions = (restore_policy("*", "*", "golden-*"), drill_policy("*", "*", "golden-*"))
    narrowed = [one for session in sessions for one in json.loads(session)["Statement"]]
    (own,) = role_of("image-restore", Restore="boot", DestinationBuckets="golden-*")["Policies"]
    managed = [dict(one.properties) for one in all_of("ManagedPolicy", Restore="boot", DestinationBuckets="golden-*")]
    (drills,) = [one["PolicyDocument"] for one in managed if "image-restore" in one["Roles"]]
    statements = own["PolicyDocument"]["Statement"] + drills["Statement"]
    pairs = {one for statement in statements for one in each_right(statement)}
    wanted = {one for statement in narrowed for one in each_right(statement)}
    ours = {(action, resource.replace(f"acs:oss:*:{ACCOUNT}:", "acs:oss:*:*:")) for action, resource in pairs}
    assert ours == wanted


def test_restores_alone_can_start_nothing_and_drills_nothing_that_the_internet_reaches() -> None:
    managed = all_of("ManagedPolicy", Restore="import")
    assert not [one for one in managed if "image-restore" in one.properties["Roles"]]
    (own,) = role_of("image-restore", Restore="import")["Policies"]
    assert not re.search("Instance|Command", json.dumps(own))
    may = drills_of()
    tag = "ecs:tag/imageexport:drill"
    for action, context, wanted in (
        ("ecs:DeleteInstance", {tag: "drl-abcdefghijklmnop"}, True),
        ("ecs:DeleteInstance", {"ecs:tag/another": "x"}, False),
        ("ecs:RunCommand", {}, False),
    ):
        asked = {"action": action, "resource": f"acs:ecs:{REGION}:{ACCOUNT}:instance/i-1", "context": context}
        assert allowed(asked, [may]) is wanted, asked


def drills_of(**parameters: Any) -> dict[str, Any]:
    """What the role of restores may do for drills alone."""
    chosen = {"Restore": "boot", **parameters}
    (drills,) = [one for one in all_of("ManagedPolicy", **chosen) if "image-restore" in one.properties["Roles"]]
    document: dict[str, Any] = drills.properties["PolicyDocument"]
    return document


VPC, ANOTHER_VPC = (f"acs:vpc:{REGION}:{ACCOUNT}:vpc/vpc-{name}" for name in ("bp1drills", "bp1production"))
QUIET = {"ecs:AssociatePublicIpAddress": "false", "ecs:InstanceType": "ecs.t6-c1m1.large", "vpc:VPC": VPC}


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, True),
        ({"ecs:AssociatePublicIpAddress": "true"}, False),
        ({"ecs:InstanceType": "ecs.g7.16xlarge"}, False),
        ({"vpc:VPC": ANOTHER_VPC}, False),
    ],
)
def test_a_drill_starts_the_types_of_the_stack_in_its_vpc_without_a_public_address(
    changed: dict[str, str], wanted: bool
) -> None:
    asked = {"action": "ecs:RunInstances", "resource": "*", "context": {**QUIET, **changed}}
    assert allowed(asked, [drills_of(BootVpcs="acs:vpc:*:*:vpc/vpc-bp1drills")]) is wanted
    assert not allowed(asked, [drills_of()])  # without a VPC that the stack names nothing starts anywhere
    sized = {**QUIET, "ecs:InstanceType": "ecs.g7.large"}
    asked = {"action": "ecs:RunInstances", "resource": "*", "context": sized}
    assert allowed(asked, [drills_of(BootVpcs="acs:vpc:*:*:vpc/*", BootInstanceTypes="ecs.t6-c1m1.large,ecs.g7.*")])


def test_the_network_for_drills_reaches_cloud_assistant_dns_and_metadata_alone() -> None:
    assert not template(Restore="boot").resources("ALIYUN::ECS::SecurityGroup")
    assert not template(BootNetwork="on").resources("ALIYUN::ECS::SecurityGroup")
    made = template(Restore="boot", BootNetwork="on")
    (group,) = (one.properties for one in made.resources("ALIYUN::ECS::SecurityGroup"))
    assert (group["SecurityGroupType"], group.get("SecurityGroupIngress")) == ("enterprise", None)
    assert [
        (one["Policy"], one["IpProtocol"], one["DestCidrIp"], one["PortRange"]) for one in group["SecurityGroupEgress"]
    ] == [
        ("accept", "tcp", "100.100.0.0/16", "443/443"),
        ("accept", "udp", "100.100.0.0/16", "53/53"),
        ("accept", "tcp", "100.100.100.200/32", "80/80"),
    ]
    (vswitch,) = (one.properties for one in made.resources("ALIYUN::ECS::VSwitch"))
    assert vswitch["VpcId"] == group["VpcId"]
    assert vswitch["ZoneId"] == "cn-hangzhou-a"
    (chosen,) = template(Restore="boot", BootNetwork="on", BootZone="cn-hangzhou-k").resources("ALIYUN::ECS::VSwitch")
    assert chosen.properties["ZoneId"] == "cn-hangzhou-k"


@pytest.mark.parametrize("vpcs", ["acs:vpc:*:*:vpc/no-vpc", "acs:vpc:*:*:vpc/vpc-bp1drills"])
def test_drills_start_in_the_made_network_and_in_the_vpcs_that_are_named(vpcs: str) -> None:
    made = template(Restore="boot", BootNetwork="on")
    (group,) = made.resources("ALIYUN::ECS::SecurityGroup")
    own = {**QUIET, "vpc:VPC": f"acs:vpc:{REGION}:{ACCOUNT}:vpc/{group.properties['VpcId']}"}
    documents: list[Any] = [drills_of(BootNetwork="on", BootVpcs=vpcs)]
    another = {**QUIET, "vpc:VPC": ANOTHER_VPC}
    for context, wanted in ((own, True), (QUIET, "drills" in vpcs), (another, False)):
        assert allowed({"action": "ecs:RunInstances", "resource": "*", "context": context}, documents) is wanted
    assert re.fullmatch(r"vsw-[a-z0-9]+", made.outputs["BootVSwitch"])
    assert re.fullmatch(r"sg-[a-z0-9]+", made.outputs["BootSecurityGroup"])


def test_the_function_that_plans_drills_looks_every_hour_and_records_and_assumes_nothing() -> None:
    (maintain,) = [function for function in FUNCTIONS if function.handler == "index.on_maintain"]
    assert (maintain.name, maintain.role, maintain.timeout_s) == ("image-export-maintain", "image-export-maintain", 600)
    assert maintain.asynchronous.max_retries == 1
    (trigger,) = [trigger for trigger in maintain.triggers if isinstance(trigger, TimerTrigger)]
    at = datetime(2026, 11, 24, 1, 20, tzinfo=timezone.utc)
    assert trigger.payload == ""
    assert trigger.schedule.after(at) == at + timedelta(hours=1)
    documents = [document for roles, document in shipped().values() if maintain.role in roles]
    ledger = f"acs:oss:oss-{REGION}:{ACCOUNT}:image-export-ledger-{ACCOUNT}/ledger"
    drill = "drills/dri-abcdefghijklmnop"
    for action, resource, wanted in (
        ("oss:PutObject", f"{ledger}/{drill}/requested", True),
        ("oss:PutObject", f"{ledger}/{drill}/level-1", False),
        ("oss:PutObject", f"{ledger}/{drill}/ended", False),
        ("oss:PutObject", f"{ledger}/exports/exp-abcdefghijklmnop-0001/requested", False),
        ("oss:PutObject", f"{ledger}/drilled-exports/exp-abcdefghijklmnop-0001", False),
        ("oss:DeleteObject", f"{ledger}/open-drills/{ACCOUNT}/{REGION}/dri-abcdefghijklmnop", False),
        ("sts:AssumeRole", f"acs:ram::{ACCOUNT}:role/image-restore", False),
        ("sts:AssumeRole", f"acs:ram::{ACCOUNT}:role/image-export", False),
    ):
        assert allowed({"action": action, "resource": resource, "context": {}}, documents) is wanted, resource


def test_the_watcher_alone_removes_the_marker_of_a_drill() -> None:
    marker = f"image-export-ledger-{ACCOUNT}/ledger/open-drills/{ACCOUNT}/{REGION}/dri-abcdefghijklmnop"
    asked = {"action": "oss:DeleteObject", "resource": f"acs:oss:oss-{REGION}:{ACCOUNT}:{marker}", "context": {}}
    may = {
        function.handler
        for function in FUNCTIONS
        if allowed(asked, [document for roles, document in shipped().values() if function.role in roles])
    }
    assert may == {"index.on_watch"}


def each_right(statement: dict[str, Any]) -> list[tuple[str, str]]:
    """Every action with every resource."""
    return [(action, resource) for action in statement["Action"] for resource in statement["Resource"]]


def test_ecs_may_read_for_an_import_what_the_page_asks_for_and_write_nothing() -> None:
    role = role_of("AliyunECSImageImportDefaultRole", Restore="import", DestinationBuckets="golden-*")
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ["ecs.aliyuncs.com"]}
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert {one for statement in statements for one in each_right(statement)} == {
        ("oss:GetBucketLocation", f"acs:oss:*:{ACCOUNT}:golden-*"),
        ("oss:GetBucketInfo", f"acs:oss:*:{ACCOUNT}:golden-*"),
        ("oss:GetObject", f"acs:oss:*:{ACCOUNT}:golden-*/*"),
    }


ASKING = {"image-export-event", "image-export-http", "image-export-watch"}


def test_the_function_that_unpacks_has_a_role_and_hours_and_those_ask_it_who_look_at_restores() -> None:
    (unpack,) = [function for function in FUNCTIONS if function.handler == "index.on_unpack"]
    assert (unpack.name, unpack.role, unpack.triggers) == ("image-export-unpack", "image-export-unpack", ())
    assert (unpack.timeout_s, unpack.memory_mib, unpack.asynchronous.max_retries) == (43200, 1024, 1)
    assert unpack.name == UNPACKER.function
    asking = {"action": "fc:InvokeFunction", "resource": f"acs:fc:{REGION}:{ACCOUNT}:functions/{unpack.name}"}
    for function in FUNCTIONS:
        documents = [document for roles, document in shipped().values() if function.role in roles]
        assert allowed({**asking, "context": {}}, documents) is (function.role in ASKING)


PROOFS = ("claim-0001", "claim-1", "result-1", "requested", "ended", "told-completed-0123456789ab", "stalled")
RESTORED = ("requested", "claim-0001", "result-0001", "outcome-0001", "discarded-0001", "unpacked-01", "ended", "swept")
DRILLED = ("requested", "level-1", "start-0001", "started-0001", "clean-up", "cleaned", "ended")
EXPORT = f"acs:oss:oss-{REGION}:{ACCOUNT}:image-export-ledger-{ACCOUNT}/ledger/exports/exp-abcdefghijklmnop-0001"


@pytest.mark.parametrize("role", ["event", "http", "watch", "nightly", "unpack", "maintain"])
def test_no_function_may_remove_what_proves_an_export_or_change_the_policy_it_runs_under(role: str) -> None:
    documents = [document for roles, document in shipped().values() if f"image-export-{role}" in roles]
    policy = f"acs:oss:oss-{REGION}:{ACCOUNT}:{POLICY_OBJECT}"
    asked = [("oss:DeleteObject", f"{EXPORT}/{proof}") for proof in PROOFS]
    asked += [("oss:DeleteObject", policy), ("oss:PutObject", policy), ("oss:GetObject", policy + ".old")]
    asked += [("oss:DeleteObject", f"{EXPORT}/{proof}".replace("exports/exp", "restores/res")) for proof in RESTORED]
    asked += [("oss:DeleteObject", f"{EXPORT}/{proof}".replace("exports/exp", "drills/dri")) for proof in DRILLED]
    asked += [("oss:GetObject", f"{EXPORT}/ended".replace(ACCOUNT, "6543210987654321", 1))]
    asked += [("eventbridge:PutEvents", f"acs:eventbridge:{REGION}:{ACCOUNT}:eventbus/another")]
    asked += [("fc:InvokeFunction", f"acs:fc:{REGION}:{ACCOUNT}:functions/image-export-nightly")]
    rows = [{"action": action, "resource": resource, "context": {}} for action, resource in asked]
    assert [row for row in rows if allowed(row, documents)] == []
    assert allowed({"action": "oss:GetObject", "resource": policy, "context": {}}, documents)


@pytest.mark.parametrize(
    ("role", "trusted"),
    [("ExportRole", {"event", "http", "nightly", "watch"}), ("RestoreRole", {"event", "http", "unpack", "watch"})],
)
def test_the_roles_of_the_functions_are_made_before_the_one_that_trusts_them(role: str, trusted: set[str]) -> None:
    """RAM wants to have whom a trust policy names; a reference to a resource is what ROS goes by."""
    written = yaml.load((ROOT / "template.yml").read_text(), Loader)["Resources"]  # noqa: S506 - a SafeLoader
    (statement,) = written[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    _, by_functions, _ = statement["Principal"]["RAM"]["Fn::If"]
    _, at_home, _ = by_functions["Fn::If"]
    made = {written[one["Fn::GetAtt"].removesuffix(".Arn")]["Properties"]["RoleName"] for one in at_home}
    assert made == {f"image-export-{name}" for name in trusted}
    assert made <= {function.role for function in FUNCTIONS}


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


OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
ALARMS = template(AlarmContactGroup="ops", AlarmActionPolicy="ops")


def test_alarms_are_on_functions_that_are_deployed_and_on_the_queue_of_dead_letters() -> None:
    looked = [
        one for rule in ALARMS.resources("ALIYUN::CMS::ResourceMetricRule") for one in rule.properties["Resources"]
    ]
    assert {one["functionName"] for one in looked if "functionName" in one} == {one.name for one in FUNCTIONS}
    assert [one["queue"] for one in looked if "queue" in one] == [ALARMS.outputs["DeadLetters"]]
    assert {(one["userId"], one["region"]) for one in looked} == {(ACCOUNT, REGION)}


def test_each_alarm_has_its_row_in_the_document_that_says_what_to_do() -> None:
    made = {rule.properties["RuleName"] for rule in ALARMS.resources("ALIYUN::CMS::ResourceMetricRule")}
    made |= {alert.properties["Detail"]["Name"] for alert in ALARMS.resources("ALIYUN::SLS::Alert")}
    section = OPERATE.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(image-export-[\w-]+)`", section, re.MULTILINE)) == made


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
