"""Who may not is refused by every service in its own words, and the words name what is missing."""

import json
from collections.abc import Iterator
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest
import requests
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.request import AcsRequest, CommonRequest

from alicloud_emulator.cloud import Settings
from alicloud_emulator.identity import AccessKey, trust
from alicloud_emulator.ram.permissions import NEEDS, Unmapped, check_mapped
from alicloud_emulator.server import SERVICES
from alicloud_emulator.signatures.fc import sign, string_to_sign
from tests.emulator.ecs_requests import (
    BUCKET,
    assume_role,
    cancel_task,
    copy_image,
    delete_image,
    delete_snapshot,
    describe_images,
    describe_snapshots,
    describe_task,
    describe_tasks,
    export_image,
    filled,
    import_image,
    modify_image,
)
from tests.emulator.world import World, code_of, running
from tests.ground import OPEN
from tests.patience import HANGS_S

ACCOUNT = "1234567890123456"
ROLE = f"acs:ram::{ACCOUNT}:role/image-export"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    """One cloud for all: every test makes the rights that it needs."""
    with running(Settings(speed=0.01, ground=OPEN)) as world:
        known = {"DiskDeviceMapping": [{"Type": "system", "SnapshotId": "s-known"}]}
        world.create_image(ImageId="m-known", Status="Available", DiskDeviceMappings=known)
        yield world


def session(world: World, *statements: dict[str, Any], narrowed: Any = None, **params: Any) -> AccessKey:
    """A session of a role that has these rights, narrowed to a policy where one is given."""
    document = {"Version": "1", "Statement": list(statements)}
    trusts = trust(RAM=[f"acs:ram::{ACCOUNT}:root"])
    world.post(
        "ram", {"policies": {"given": document}, "roles": {"image-export": {"trust": trusts, "policies": ["given"]}}}
    )
    policy = {"Policy": json.dumps(narrowed)} if narrowed else {}
    return world.cloud.identity.keys[world.send(assume_role(**policy, **params))["Credentials"]["AccessKeyId"]]


def allow(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def put_events() -> CommonRequest:
    request = CommonRequest(domain="eventbridge.aliyuncs.com", version="2020-04-01", action_name="PutEvents")
    events = [{"Id": "1", "Source": "test", "Type": "test", "Data": {}}]
    return filled(request, RegionId="cn-hangzhou", EventBusName="image-export", EventList=json.dumps(events))


def get_role() -> CommonRequest:
    request = CommonRequest(domain="ram.aliyuncs.com", version="2015-05-01", action_name="GetRole")
    return filled(request, RoleName="image-export")


RPC: dict[str, tuple[AcsRequest, str, str]] = {
    "ecs:DescribeImages": (describe_images(), f"acs:ecs:cn-hangzhou:{ACCOUNT}:image/*", "Forbidden.RAM"),
    "ecs:ExportImage": (export_image("m-known"), f"acs:ecs:cn-hangzhou:{ACCOUNT}:image/m-known", "Forbidden.RAM"),
    "ecs:ImportImage": (import_image("a.raw"), f"acs:ecs:cn-hangzhou:{ACCOUNT}:image/*", "Forbidden.RAM"),
    "ecs:CopyImage": (copy_image("m-known"), f"acs:ecs:cn-hangzhou:{ACCOUNT}:image/*", "Forbidden.RAM"),
    "ecs:ModifyImageAttribute": (
        modify_image("m-known"),
        f"acs:ecs:cn-hangzhou:{ACCOUNT}:image/m-known",
        "Forbidden.RAM",
    ),
    "ecs:DeleteImage": (
        delete_image("m-known", DryRun="true"),
        f"acs:ecs:cn-hangzhou:{ACCOUNT}:image/m-known",
        "Forbidden.RAM",
    ),
    "ecs:DescribeSnapshots": (describe_snapshots(), f"acs:ecs:cn-hangzhou:{ACCOUNT}:snapshot/*", "Forbidden.RAM"),
    "ecs:DeleteSnapshot": (
        delete_snapshot("s-known", RegionId="cn-beijing"),
        f"acs:ecs:cn-hangzhou:{ACCOUNT}:snapshot/s-known",  # where it is, whatever the call says
        "Forbidden.RAM",
    ),
    "ecs:DescribeTasks": (describe_tasks(), f"acs:ecs:cn-hangzhou:{ACCOUNT}:*", "Forbidden.RAM"),
    "ecs:DescribeTaskAttribute": (describe_task("t-1"), f"acs:ecs:cn-hangzhou:{ACCOUNT}:*", "Forbidden.RAM"),
    "ecs:CancelTask": (cancel_task("t-1"), f"acs:ecs:cn-hangzhou:{ACCOUNT}:*", "Forbidden.RAM"),
    "sts:AssumeRole": (assume_role(), f"acs:ram:*:{ACCOUNT}:role/image-export", "NoPermission"),
    "ram:GetRole": (get_role(), f"acs:ram:*:{ACCOUNT}:role/image-export", "NoPermission"),
    "eventbridge:PutEvents": (
        put_events(),
        f"acs:eventbridge:cn-hangzhou:{ACCOUNT}:eventbus/image-export",
        "AccessDenied",
    ),
}


@pytest.mark.parametrize("action", RPC)
def test_without_its_permission_a_call_is_refused_and_told_what_is_missing(shared: World, action: str) -> None:
    request, resource, code = RPC[action]
    key = session(shared, ALL, deny(action))
    with pytest.raises(ServerException) as refused:
        shared.send(request, key)
    assert (refused.value.http_status, refused.value.error_code) == (403, code)
    assert action in refused.value.message
    assert resource in refused.value.message


@pytest.mark.parametrize("action", RPC)
def test_with_its_permission_on_its_resource_alone_a_call_is_let_pass(shared: World, action: str) -> None:
    request, resource, code = RPC[action]
    key = session(shared, allow(action, resource))
    try:
        shared.send(request, key)
    except ServerException as refusal:
        assert refusal.error_code not in (code, "Forbidden.RAM")  # noqa: PT017 - whatever else it meets is not RAM's


def test_one_image_is_described_with_a_right_on_it_alone(shared: World) -> None:
    key = session(shared, allow("ecs:DescribeImages", f"acs:ecs:cn-hangzhou:{ACCOUNT}:image/m-known"))
    assert shared.send(describe_images(ImageId="m-known"), key)["TotalCount"] == 1
    for params in ({}, {"ImageId": "m-known,m-other"}, {"ImageId": "m-other"}):
        assert code_of(shared, describe_images(**params), key) == (403, "Forbidden.RAM")


OSS: dict[str, tuple[Any, str]] = {
    "oss:GetObject": (
        lambda client: client.get_object(oss.GetObjectRequest(bucket=BUCKET, key="a/b")),
        f"{BUCKET}/a/b",
    ),
    "oss:PutObject": (
        lambda client: client.put_object(oss.PutObjectRequest(bucket=BUCKET, key="a/b", body=b"x")),
        f"{BUCKET}/a/b",
    ),
    "oss:DeleteObject": (
        lambda client: client.delete_object(oss.DeleteObjectRequest(bucket=BUCKET, key="a/b")),
        f"{BUCKET}/a/b",
    ),
    "oss:ListObjects": (lambda client: client.list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKET)), BUCKET),
    "oss:GetBucketInfo": (lambda client: client.get_bucket_info(oss.GetBucketInfoRequest(bucket=BUCKET)), BUCKET),
    "oss:GetBucketVersioning": (
        lambda client: client.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket=BUCKET)),
        BUCKET,
    ),
    "oss:GetBucketLifecycle": (
        lambda client: client.get_bucket_lifecycle(oss.GetBucketLifecycleRequest(bucket=BUCKET)),
        BUCKET,
    ),
    "oss:PutBucket": (lambda client: client.put_bucket(oss.PutBucketRequest(bucket="new-bucket")), "new-bucket"),
}


def oss_code(call: Any) -> tuple[int, str, str] | None:
    """Status, code and message of OSS's refusal, if it refuses."""
    try:
        call()
    except oss.exceptions.OperationError as error:
        cause = error.unwrap()
        return cause.status_code, cause.code, cause.message
    return None


@pytest.mark.parametrize("action", OSS)
def test_oss_refuses_in_xml(shared: World, action: str) -> None:
    call, name = OSS[action]
    refusal = oss_code(lambda: call(shared.oss(session(shared, ALL, deny(action)))))
    assert refusal is not None
    assert refusal[:2] == (403, "AccessDenied")
    assert f"{action} on acs:oss:oss-cn-hangzhou:{ACCOUNT}:{name}" in refusal[2]
    allowed = oss_code(lambda: call(shared.oss(session(shared, allow(action, f"acs:oss:*:*:{name}")))))
    assert allowed is None or allowed[1] in ("NoSuchKey", "NoSuchLifecycle")


def test_head_needs_the_right_to_read(shared: World) -> None:
    shared.oss().put_object(oss.PutObjectRequest(bucket=BUCKET, key="seen", body=b"x"))
    head = oss.HeadObjectRequest(bucket=BUCKET, key="seen")
    refusal = oss_code(lambda: shared.oss(session(shared, ALL, deny("oss:GetObject"))).head_object(head))
    assert refusal is not None
    assert refusal[:2] == (403, "AccessDenied")


def invoke(world: World, key: AccessKey) -> requests.Response:
    """An asynchronous invocation of the FC 2.0 function, signed by hand."""
    path = "/2016-08-15/services/images/functions/after-export/invocations"
    now = world.cloud.clock.wall().strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {"date": now, "content-type": "application/json", "x-fc-security-token": key.security_token or ""}
    headers["authorization"] = f"FC {key.access_key_id}:{sign(key.secret, string_to_sign('POST', path, headers))}"
    return requests.post(world.endpoint + path, data=b"{}", headers=headers, timeout=HANGS_S)


def test_to_hear_that_an_object_is_not_there_may_take_the_right_to_list(shared: World) -> None:
    read, listing = allow("oss:GetObject", f"acs:oss:*:*:{BUCKET}/*"), allow("oss:ListObjects", f"acs:oss:*:*:{BUCKET}")
    missing, said = oss.GetObjectRequest(bucket=BUCKET, key="nowhere"), []
    for reading in ("NoSuchKey", "AccessDenied"):
        shared.post("unsure", {"missing_object": reading})
        for rights in ([read], [read, listing]):
            client = shared.oss(session(shared, *rights))
            said.append((oss_code(lambda client=client: client.get_object(missing)) or ("",) * 3)[1])
    shared.post("unsure", {"missing_object": "NoSuchKey"})
    assert said == ["NoSuchKey", "NoSuchKey", "AccessDenied", "NoSuchKey"]


def test_fc_refuses_in_json(shared: World) -> None:
    resource = f"acs:fc:cn-hangzhou:{ACCOUNT}:services/images/functions/after-export"
    answer = invoke(shared, session(shared, ALL, deny("fc:InvokeFunction")))
    assert (answer.status_code, answer.json()["ErrorCode"]) == (403, "AccessDenied")
    assert f"'fc:InvokeFunction' on resource '{resource}'" in answer.json()["ErrorMessage"]
    assert invoke(shared, session(shared, allow("fc:InvokeFunction", resource))).status_code == 200


def test_a_session_may_what_the_role_and_its_own_policy_both_allow(shared: World) -> None:
    narrowed = {"Version": "1", "Statement": [allow("ecs:Describe*"), allow("oss:*")]}
    key = session(shared, allow("ecs:*"), narrowed=narrowed)
    shared.send(describe_images(), key)
    assert code_of(shared, export_image("m-known"), key) == (403, "Forbidden.RAM")  # the session says nothing of it
    refusal = oss_code(lambda: shared.oss(key).get_bucket_info(oss.GetBucketInfoRequest(bucket=BUCKET)))
    assert refusal is not None  # the role says nothing of it
    assert refusal[1] == "AccessDenied"
    denied = {"Version": "1", "Statement": [allow("*"), deny("ecs:DescribeImages")]}
    assert code_of(shared, describe_images(), session(shared, ALL, narrowed=denied)) == (403, "Forbidden.RAM")


def test_a_right_that_is_taken_away_is_gone_for_sessions_that_are_out(shared: World) -> None:
    key = session(shared, ALL)
    shared.send(describe_images(), key)
    shared.post("ram", {"policies": {"given": {"Version": "1", "Statement": [allow("oss:*")]}}})
    assert code_of(shared, describe_images(), key) == (403, "Forbidden.RAM")
    shared.post("ram", {"roles": {"image-export": None}})
    assert code_of(shared, describe_images(), key) == (403, "Forbidden.RAM")


@pytest.mark.parametrize("secure", ["true", "false"])
def test_conditions_are_judged_by_how_the_call_came(shared: World, secure: str) -> None:
    key = session(shared, allow("ecs:*", Condition={"Bool": {"acs:SecureTransport": [secure]}}))
    if secure == "true":  # the emulator is plain HTTP
        assert code_of(shared, describe_images(), key) == (403, "Forbidden.RAM")
    else:
        shared.send(describe_images(), key)


def test_a_listing_may_be_bound_to_a_prefix(shared: World) -> None:
    bound = allow("oss:ListObjects", Condition={"StringLike": {"oss:Prefix": ["ledger/*"]}})
    client = shared.oss(session(shared, bound))
    client.list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKET, prefix="ledger/open/"))
    refusal = oss_code(lambda: client.list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKET, prefix="other/")))
    assert refusal is not None
    assert refusal[1] == "AccessDenied"


def test_a_role_is_assumed_by_those_alone_whom_it_trusts(shared: World) -> None:
    key = session(shared, ALL)
    for trusts, answered in (
        (trust(RAM=[f"acs:ram::{ACCOUNT}:root"]), True),
        (trust(RAM=[ROLE]), True),
        (trust(RAM=["acs:ram::9999999999999999:root"]), False),
        (trust(Service=["fc.aliyuncs.com"]), False),
    ):
        shared.post("ram", {"roles": {"image-export": {"trust": trusts}}})
        if answered:
            shared.send(assume_role(), key)
        else:
            assert code_of(shared, assume_role(), key) == (403, "NoPermission")


def test_a_trust_policy_may_ask_for_an_external_id(shared: World) -> None:
    trusts = trust(RAM=[f"acs:ram::{ACCOUNT}:root"])
    trusts["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "our-secret"}}
    shared.post("ram", {"roles": {"image-export": {"trust": trusts}}})
    assert code_of(shared, assume_role()) == (403, "NoPermission")
    assert code_of(shared, assume_role(ExternalId="other")) == (403, "NoPermission")
    shared.send(assume_role(ExternalId="our-secret"))


def test_a_role_of_another_account_is_assumed_if_both_sides_agree(shared: World) -> None:
    theirs = "acs:ram::9999999999999999:role/image-export"
    trusts = trust(RAM=[f"acs:ram::{ACCOUNT}:root"])
    shared.post("ram", {"roles": {theirs: {"trust": trusts, "policies": ["System:AdministratorAccess"]}}})
    ours = session(shared, allow("sts:AssumeRole", "acs:ram:*:9999999999999999:role/image-export"))
    answer = shared.send(assume_role(RoleArn=theirs), ours)
    there = shared.cloud.identity.keys[answer["Credentials"]["AccessKeyId"]]
    shared.send(describe_images(), there)
    refusal = oss_code(lambda: shared.oss(there).get_bucket_info(oss.GetBucketInfoRequest(bucket=BUCKET)))
    assert refusal is not None  # it is our bucket, not theirs
    assert refusal[1] == "AccessDenied"
    assert code_of(shared, assume_role(RoleArn=theirs), session(shared, allow("ecs:*"))) == (403, "NoPermission")


def test_what_ecs_writes_with_must_be_there_trust_ecs_and_may_write(shared: World) -> None:
    image = shared.create_image(Status="Available")["ImageId"]
    name = "AliyunECSImageExportDefaultRole"
    known = shared.get("ram")["roles"][f"acs:ram::{ACCOUNT}:role/{name}"]
    refused: dict[str, list[Any]] = {
        "NoSetRoletoECSServiceAcount": [None, {**known, "trust": trust(Service=["fc.aliyuncs.com"])}],
        "InvalidOSS.NotAuthorized": [{**known, "policies": []}, {**known, "policies": ["no-abort"]}],
    }
    some = ["oss:PutObject", "oss:GetBucketInfo", "oss:GetObject"]
    shared.post("ram", {"policies": {"no-abort": {"Version": "1", "Statement": [{**ALL, "Action": some}]}}})
    try:
        for code, roles in refused.items():
            for role in roles:
                shared.post("ram", {"roles": {name: role}})
                assert code_of(shared, export_image(image)) == (403, code)
    finally:
        shared.post("ram", {"roles": {name: known}})
    assert shared.send(export_image(image))["TaskId"]


def test_a_task_fails_whose_role_loses_its_rights_on_the_way(world: World) -> None:
    image = world.create_image(Status="Available", _export={"takes_s": 600})
    task = world.send(export_image(image["ImageId"]))["TaskId"]
    world.post("ram", {"roles": {"AliyunECSImageExportDefaultRole": {"policies": []}}})
    world.advance(601)
    shown = world.send(describe_task(task))
    assert shown["TaskStatus"] == "Failed"
    assert shown["OperationProgressSet"]["OperationProgress"][0]["ErrorCode"] == "InvalidOSS.NotAuthorized"
    assert world.get("state")["objects"] == []


def test_every_action_of_every_service_has_its_permission() -> None:
    check_mapped(SERVICES)
    assert set(NEEDS) == {(service, action) for service, actions in SERVICES.items() for action in actions}
    with pytest.raises(Unmapped, match="ecs DeleteEverything"):
        check_mapped({"ecs": ["DeleteEverything"]})
