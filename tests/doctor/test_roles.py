"""For each mistake with a RAM role, the doctor names role, action and resource, and gives the policy that mends it."""

import json
from typing import Any

import pytest

from image_export_cli.rights.needs import SERVICE_ROLE

from .ward import ACCOUNT, BUCKET, Ward

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


def take_away(ward: Ward, action: str) -> None:
    """Take one action out of every policy of ours."""
    policies = ward.world.get("ram")["policies"]
    ward.world.post("ram", {"policies": {name: without(policy, action) for name, policy in policies.items()}})


def test_a_functions_role_that_is_not_there_is_named_with_its_function_and_trust_policy(ward: Ward) -> None:
    ward.world.post("ram", {"roles": {EVENT: None}})
    found = ward.only_wrong()
    assert (found.check, found.subject) == ("function roles", f"role {EVENT}")
    assert "image-export-event runs as it" in found.message
    command, _, document = str(found.exact).partition("'")
    assert command == f"aliyun ram CreateRole --RoleName {EVENT} --AssumeRolePolicyDocument "
    assert json.loads(document.rstrip("'")) == a_trust({"Service": ["fc.aliyuncs.com"]})


def test_a_functions_role_that_fc_may_not_assume_is_named(ward: Ward) -> None:
    ward.world.post("ram", {"roles": {EVENT: {"trust": a_trust({"Service": ["ecs.aliyuncs.com"]})}}})
    found = ward.only_wrong()
    assert (found.subject, found.message) == (f"role {EVENT}", "Its trust policy does not let in fc.aliyuncs.com.")


def test_one_action_that_the_functions_lack_is_named_for_each_role_with_the_statement_to_add(ward: Ward) -> None:
    take_away(ward, "sts:AssumeRole")
    found = ward.wrong()
    assert {one.subject for one in found} == {
        f"role image-export-{name}" for name in ("event", "http", "nightly", "watch")
    }
    assert {one.message for one in found} == {f"May not sts:AssumeRole on {RESOURCE}."}
    (statement,) = json.loads(str(found[0].exact))["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": [RESOURCE]}


def test_the_statement_that_the_doctor_gives_mends_what_it_has_found(ward: Ward) -> None:
    take_away(ward, "ecs:ExportImage")
    found = ward.only_wrong()
    assert (found.check, found.subject) == ("assumed roles", "role image-export")
    assert f"ecs:ExportImage on acs:ecs:cn-hangzhou:{ACCOUNT}:image/*" in found.message
    known = ward.world.get("ram")["roles"][EXPORT]["policies"]
    ward.world.post("ram", {"policies": {"mended": json.loads(str(found.exact))}})
    ward.world.post("ram", {"roles": {EXPORT: {"policies": [*known, "mended"]}}})
    assert ward.wrong() == []


def test_a_deny_is_named_as_such(ward: Ward) -> None:
    known = ward.world.get("ram")["roles"][EXPORT]["policies"]
    deny = {"Version": "1", "Statement": [{"Effect": "Deny", "Action": ["ecs:Export*"], "Resource": ["*"]}]}
    ward.world.post("ram", {"policies": {"frozen": deny}})
    ward.world.post("ram", {"roles": {EXPORT: {"policies": [*known, "frozen"]}}})
    assert ward.only_wrong().message.startswith("A policy of the role denies ecs:ExportImage on")


def test_an_assumed_role_that_is_not_there_is_named(ward: Ward) -> None:
    ward.world.post("ram", {"roles": {EXPORT: None}})
    found = ward.only_wrong()
    assert (found.check, found.subject) == ("assumed roles", f"role {EXPORT}")
    assert "There is no such role" in found.message


def test_an_assumed_role_that_trusts_somebody_else_is_named_with_whom_it_shuts_out(ward: Ward) -> None:
    ward.world.post("ram", {"roles": {EXPORT: {"trust": a_trust({"RAM": [f"acs:ram::{ACCOUNT}:role/{EVENT}"]})}}})
    found = ward.only_wrong()
    assert found.check == "assumed roles"
    assert "image-export-watch" in found.message
    assert f"role/{EVENT}" not in found.message


@pytest.mark.parametrize("missing", FUNCTIONS)
def test_a_function_that_the_assumed_role_does_not_trust_is_named_alone(ward: Ward, missing: str) -> None:
    trusted = [one for one in FUNCTIONS if one != missing]
    ward.world.post("ram", {"roles": {EXPORT: {"trust": a_trust({"RAM": trusted})}}})
    found = ward.only_wrong()
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
    ward: Ward, principal: dict[str, list[str]], condition: dict[str, Any] | None
) -> None:
    if condition:
        ward.change(ward.policy, "    # external_id:", "    external_id: acme-7\n    # external_id:")
    ward.world.post("ram", {"roles": {EXPORT: {"trust": a_trust(principal, condition)}}})
    found = ward.only_wrong()
    (stranger,) = [one for names in principal.values() for one in names if one not in FUNCTIONS]
    assert (found.check, found.message) == ("assumed roles", f"Its trust policy lets in {stranger} as well.")
    command, _, document = str(found.exact).partition("'")
    assert command == "aliyun ram UpdateRole --RoleName image-export --NewAssumeRolePolicyDocument "
    ward.world.post("ram", {"roles": {EXPORT: {"trust": json.loads(document.rstrip("'"))}}})
    assert ward.wrong() == []


@pytest.mark.parametrize("trusted", [[f"acs:ram::{ACCOUNT}:root"], FUNCTIONS])
def test_whom_the_assumed_role_trusts_is_said(ward: Ward, trusted: list[str]) -> None:
    ward.world.post("ram", {"roles": {EXPORT: {"trust": a_trust({"RAM": trusted})}}})
    assert ward.wrong() == []
    said = [one.message for one in ward.said("assumed roles")]
    assert any(("all of" in one) == (trusted != FUNCTIONS) and one.startswith("Trusts") for one in said), said


def test_an_external_id_that_policy_yaml_does_not_know_is_named(ward: Ward) -> None:
    asked = a_trust({"RAM": FUNCTIONS}, {"StringEquals": {"sts:ExternalId": "acme-7"}})
    ward.world.post("ram", {"roles": {EXPORT: {"trust": asked}}})
    assert "does not let in" in ward.only_wrong().message
    ward.change(ward.policy, "    # external_id:", "    external_id: acme-7\n    # external_id:")
    assert ward.wrong() == []


def test_a_trust_policy_with_another_condition_cannot_be_judged(ward: Ward) -> None:
    hangs = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]}, {"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}})
    ward.world.post("ram", {"roles": {EXPORT: {"trust": hangs}}})
    (found,) = ward.said("assumed roles")
    assert (found.status, "condition" in found.message) == ("unknown", True)


def test_an_export_role_that_is_not_there_is_named_in_the_words_of_a_failed_export(ward: Ward) -> None:
    ward.world.post("ram", {"roles": {SERVICE_ROLE: None}})
    found = ward.only_wrong()
    assert (found.check, found.subject) == ("export role", f"role {SERVICE_ROLE}")
    assert "trusted by ecs.aliyuncs.com" in str(found.recommend)


def test_an_export_role_that_may_not_write_to_the_buckets_is_named(ward: Ward) -> None:
    ward.world.post("ram", {"roles": {SERVICE_ROLE: {"policies": []}}})
    found = ward.only_wrong()
    assert f"oss:PutObject on acs:oss:*:*:{BUCKET}/*" in found.message
    assert "oss:PutObject" in str(found.exact)


def a_trust(principal: dict[str, list[str]], condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return {"Version": "1", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}
