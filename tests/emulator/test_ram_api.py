"""What RAM answers about roles and policies, as the core SDK asks it, and how a test changes them."""

import json
import urllib.error
from pathlib import Path
from typing import Any

import pytest
from aliyunsdkcore.request import CommonRequest

from alicloud_emulator.cloud import Settings
from alicloud_emulator.identity import trust
from tests.emulator.ecs_requests import assume_role, filled
from tests.emulator.world import World, code_of, running

ROOT = Path(__file__).parents[2]
READ = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:DescribeImages", "Resource": "*"}]}


def asking(action: str, **params: Any) -> CommonRequest:
    """A request of RAM, or of STS for its only reading action."""
    service, version = ("sts", "2015-04-01") if action == "GetCallerIdentity" else ("ram", "2015-05-01")
    request = CommonRequest(domain=f"{service}.aliyuncs.com", version=version, action_name=action)
    return filled(request, **params)


def test_a_role_and_its_policies_are_read_as_the_template_has_them() -> None:
    with running(Settings(template=ROOT / "template.yml", speed=0.01)) as world:
        role = world.send(asking("GetRole", RoleName="image-export"))["Role"]
        assert role["Arn"] == "acs:ram::1234567890123456:role/image-export"
        trusted = json.loads(role["AssumeRolePolicyDocument"])["Statement"][0]["Principal"]
        assert trusted == {"RAM": ["acs:ram::1234567890123456:root"]}
        (listed,) = world.send(asking("ListPoliciesForRole", RoleName="image-export"))["Policies"]["Policy"]
        assert (listed["PolicyName"], listed["PolicyType"], listed["DefaultVersion"]) == (
            "image-export-images",
            "Custom",
            "v1",
        )
        name = {"PolicyName": listed["PolicyName"], "PolicyType": "Custom"}
        policy = world.send(asking("GetPolicy", **name))
        version = world.send(asking("GetPolicyVersion", VersionId="v1", **name))["PolicyVersion"]
        assert policy["Policy"]["AttachmentCount"] == 1
        assert policy["DefaultPolicyVersion"] == version
        assert "ecs:ExportImage" in json.loads(version["PolicyDocument"])["Statement"][0]["Action"]


def test_a_system_policy_is_read_like_any_other(world: World) -> None:
    (listed,) = world.send(asking("ListPoliciesForRole", RoleName="AliyunECSImageExportDefaultRole"))["Policies"][
        "Policy"
    ]
    assert listed["PolicyType"] == "System"
    policy = world.send(asking("GetPolicy", PolicyName=listed["PolicyName"], PolicyType="System"))
    assert "oss:PutObject" in policy["DefaultPolicyVersion"]["PolicyDocument"]


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (asking("GetRole", RoleName="nobody"), (404, "EntityNotExist.Role")),
        (asking("GetRole"), (400, "MissingParameter")),
        (asking("ListPoliciesForRole", RoleName="nobody"), (404, "EntityNotExist.Role")),
        (asking("GetPolicy", PolicyName="none", PolicyType="Custom"), (404, "EntityNotExist.Policy")),
        (asking("GetPolicy", PolicyName="none", PolicyType="Other"), (400, "InvalidParameter.PolicyType")),
        (
            asking("GetPolicyVersion", PolicyName="AdministratorAccess", PolicyType="System", VersionId="v9"),
            (404, "EntityNotExist.Policy.Version"),
        ),
    ],
)
def test_what_is_not_there_is_refused(world: World, request_: CommonRequest, refusal: tuple[int, str]) -> None:
    assert code_of(world, request_) == refusal


def test_sts_says_who_calls(world: World) -> None:
    person = world.send(asking("GetCallerIdentity"))
    assert (person["IdentityType"], person["AccountId"]) == ("RAMUser", "1234567890123456")
    key = world.cloud.identity.keys[world.send(assume_role())["Credentials"]["AccessKeyId"]]
    session = world.send(asking("GetCallerIdentity"), key)
    assert session["IdentityType"] == "AssumedRoleUser"
    assert session["Arn"] == "acs:ram::1234567890123456:assumed-role/image-export/image-export"


def test_roles_and_policies_change_in_flight(world: World) -> None:
    trusts = trust(Service=["ecs.aliyuncs.com"])
    changed = world.post("ram", {"policies": {"read": READ}, "roles": {"new": {"trust": trusts, "policies": ["read"]}}})
    assert changed["policies"] == {"read": READ}
    assert changed["roles"]["acs:ram::1234567890123456:role/new"] == {"trust": trusts, "policies": ["read"]}
    world.post("ram", {"roles": {"new": {"policies": ["System:AdministratorAccess"]}}})
    assert world.get("ram")["roles"]["acs:ram::1234567890123456:role/new"]["trust"] == trusts
    (listed,) = world.send(asking("ListPoliciesForRole", RoleName="new"))["Policies"]["Policy"]
    assert listed["PolicyName"] == "AdministratorAccess"
    world.post("ram", {"roles": {"new": None}})
    assert code_of(world, asking("GetRole", RoleName="new")) == (404, "EntityNotExist.Role")


@pytest.mark.parametrize(
    "body",
    [
        {"policy": {}},
        {"policies": {"read": {"Version": "1", "Statement": []}}},
        {"roles": {"new": {"trust": READ}}},
        {"roles": {"new": {"rights": []}}},
        {"roles": {"new": {"policies": ["absent"]}}},
    ],
)
def test_a_change_that_is_wrong_is_refused(world: World, body: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        world.post("ram", body)
    assert refused.value.code in (400, 404)
