"""For each mistake with a RAM role, the doctor names role, action and resource, and gives the policy that mends it."""

import json
from typing import Any

import pytest

from image_export_cli.rights.needs import SERVICE_ROLE

from .deployment import ACCOUNT, BUCKET, EmulatedDeployment

EVENT, EXPORT = "image-export-event", f"acs:ram::{ACCOUNT}:role/image-export"

FUNCTIONS = [f"acs:ram::{ACCOUNT}:role/image-export-{name}" for name in ("event", "http", "nightly", "watch")]
RESOURCE = f"acs:ram:*:{ACCOUNT}:role/image-export"


def without(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The policy without one action."""
    kept = [
        {**statement, "Action": [one for one in statement["Action"] if one != action]}
        for statement in document["Statement"]
    ]
    return {**document, "Statement": [statement for statement in kept if statement["Action"]]}


def take_away(deployment: EmulatedDeployment, action: str) -> None:
    """Take one action out of every policy of ours."""
    policies = deployment.world.get("ram")["policies"]
    deployment.world.post("ram", {"policies": {name: without(policy, action) for name, policy in policies.items()}})


def test_a_functions_role_that_is_not_there_is_named_with_its_function_and_trust_policy(
    deployment: EmulatedDeployment,
) -> None:
    deployment.world.post("ram", {"roles": {EVENT: None}})
    found = deployment.only_wrong()
    assert (found.check, found.subject) == ("function roles", f"role {EVENT}")
    assert "image-export-event runs as it" in found.message
    command, _, document = str(found.exact).partition("'")
    assert command == f"aliyun ram CreateRole --RoleName {EVENT} --AssumeRolePolicyDocument "
    assert json.loads(document.rstrip("'")) == a_trust({"Service": ["fc.aliyuncs.com"]})


def test_a_functions_role_that_fc_may_not_assume_is_named(deployment: EmulatedDeployment) -> None:
    deployment.world.post("ram", {"roles": {EVENT: {"trust": a_trust({"Service": ["ecs.aliyuncs.com"]})}}})
    found = deployment.only_wrong()
    assert (found.subject, found.message) == (f"role {EVENT}", "Its trust policy does not let in fc.aliyuncs.com.")


def test_one_action_that_the_functions_lack_is_named_for_each_role_with_the_statement_to_add(
    deployment: EmulatedDeployment,
) -> None:
    take_away(deployment, "sts:AssumeRole")
    found = deployment.wrong()
    assert {one.subject for one in found} == {
        f"role image-export-{name}" for name in ("event", "http", "nightly", "watch")
    }
    assert {one.message for one in found} == {f"May not sts:AssumeRole on {RESOURCE}."}
    (statement,) = json.loads(str(found[0].exact))["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": [RESOURCE]}


def test_the_statement_that_the_doctor_gives_mends_what_it_has_found(deployment: EmulatedDeployment) -> None:
    take_away(deployment, "ecs:ExportImage")
    found = deployment.only_wrong()
    assert (found.check, found.subject) == ("assumed roles", "role image-export")
    assert f"ecs:ExportImage on acs:ecs:cn-hangzhou:{ACCOUNT}:image/*" in found.message
    known = deployment.world.get("ram")["roles"][EXPORT]["policies"]
    deployment.world.post("ram", {"policies": {"mended": json.loads(str(found.exact))}})
    deployment.world.post("ram", {"roles": {EXPORT: {"policies": [*known, "mended"]}}})
    assert deployment.wrong() == []


def test_a_deny_is_named_as_such(deployment: EmulatedDeployment) -> None:
    known = deployment.world.get("ram")["roles"][EXPORT]["policies"]
    deny = {"Version": "1", "Statement": [{"Effect": "Deny", "Action": ["ecs:Export*"], "Resource": ["*"]}]}
    deployment.world.post("ram", {"policies": {"frozen": deny}})
    deployment.world.post("ram", {"roles": {EXPORT: {"policies": [*known, "frozen"]}}})
    assert deployment.only_wrong().message.startswith("A policy of the role denies ecs:ExportImage on")


def test_an_assumed_role_that_is_not_there_is_named(deployment: EmulatedDeployment) -> None:
    deployment.world.post("ram", {"roles": {EXPORT: None}})
    found = deployment.only_wrong()
    assert (found.check, found.subject) == ("assumed roles", f"role {EXPORT}")
    assert "There is no such role" in found.message


def test_an_assumed_role_that_trusts_somebody_else_is_named_with_whom_it_shuts_out(
    deployment: EmulatedDeployment,
) -> None:
    deployment.world.post("ram", {"roles": {EXPORT: {"trust": a_trust({"RAM": [f"acs:ram::{ACCOUNT}:role/{EVENT}"]})}}})
    found = deployment.only_wrong()
    assert found.check == "assumed roles"
    assert "image-export-watch" in found.message
    assert f"role/{EVENT}" not in found.message


@pytest.mark.parametrize("missing", FUNCTIONS)
def test_a_function_that_the_assumed_role_does_not_trust_is_named_alone(
    deployment: EmulatedDeployment, missing: str
) -> None:
    trusted = [one for one in FUNCTIONS if one != missing]
    deployment.world.post("ram", {"roles": {EXPORT: {"trust": a_trust({"RAM": trusted})}}})
    found = deployment.only_wrong()
    assert (found.check, found.message) == ("assumed roles", f"Its trust policy does not let in {missing}.")


@pytest.mark.parametrize(
    "principal",
    [
        {"RAM": [*FUNCTIONS, "acs:ram::9999999999999999:root"]},
        {"RAM": [*FUNCTIONS, f"acs:ram::{ACCOUNT}:role/stranger"]},
        {"RAM": FUNCTIONS, "Service": ["ecs.aliyuncs.com"]},
    ],
)
@pytest.mark.parametrize("condition", [None, {"StringEquals": {"sts:ExternalId": "acme-7"}}])
def test_an_assumed_role_that_trusts_more_than_the_functions_is_named_with_whom_and_the_command_that_mends_it(
    deployment: EmulatedDeployment, principal: dict[str, list[str]], condition: dict[str, Any] | None
) -> None:
    if condition:
        deployment.change(deployment.policy, "    # external_id:", "    external_id: acme-7\n    # external_id:")
    deployment.world.post("ram", {"roles": {EXPORT: {"trust": a_trust(principal, condition)}}})
    found = deployment.only_wrong()
    (stranger,) = [one for names in principal.values() for one in names if one not in FUNCTIONS]
    assert (found.check, found.message) == ("assumed roles", f"Its trust policy lets in {stranger} as well.")
    command, _, document = str(found.exact).partition("'")
    assert command == "aliyun ram UpdateRole --RoleName image-export --NewAssumeRolePolicyDocument "
    deployment.world.post("ram", {"roles": {EXPORT: {"trust": json.loads(document.rstrip("'"))}}})
    assert deployment.wrong() == []


@pytest.mark.parametrize("trusted", [[f"acs:ram::{ACCOUNT}:root"], FUNCTIONS])
def test_whom_the_assumed_role_trusts_is_said(deployment: EmulatedDeployment, trusted: list[str]) -> None:
    deployment.world.post("ram", {"roles": {EXPORT: {"trust": a_trust({"RAM": trusted})}}})
    assert deployment.wrong() == []
    said = [one.message for one in deployment.said("assumed roles")]
    assert any(("all of" in one) == (trusted != FUNCTIONS) and one.startswith("Trusts") for one in said), said


def test_an_external_id_that_policy_yaml_does_not_know_is_named(deployment: EmulatedDeployment) -> None:
    asked = a_trust({"RAM": FUNCTIONS}, {"StringEquals": {"sts:ExternalId": "acme-7"}})
    deployment.world.post("ram", {"roles": {EXPORT: {"trust": asked}}})
    assert "does not let in" in deployment.only_wrong().message
    deployment.change(deployment.policy, "    # external_id:", "    external_id: acme-7\n    # external_id:")
    assert deployment.wrong() == []


def test_a_trust_policy_with_another_condition_cannot_be_judged(deployment: EmulatedDeployment) -> None:
    hangs = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]}, {"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}})
    deployment.world.post("ram", {"roles": {EXPORT: {"trust": hangs}}})
    (found,) = deployment.said("assumed roles")
    assert (found.status, "condition" in found.message) == ("unknown", True)


def test_an_export_role_that_is_not_there_is_named_in_the_words_of_a_failed_export(
    deployment: EmulatedDeployment,
) -> None:
    deployment.world.post("ram", {"roles": {SERVICE_ROLE: None}})
    found = deployment.only_wrong()
    assert (found.check, found.subject) == ("export role", f"role {SERVICE_ROLE}")
    assert "trusted by ecs.aliyuncs.com" in str(found.recommend)


def test_an_export_role_that_may_not_write_to_the_buckets_is_named(deployment: EmulatedDeployment) -> None:
    deployment.world.post("ram", {"roles": {SERVICE_ROLE: {"policies": []}}})
    found = deployment.only_wrong()
    assert f"oss:PutObject on acs:oss:*:*:{BUCKET}/*" in found.message
    assert "oss:PutObject" in str(found.exact)


def a_trust(principal: dict[str, list[str]], condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return {"Version": "1", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}
