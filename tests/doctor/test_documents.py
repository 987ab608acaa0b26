"""What RAM's documents say, judged cautiously: a pattern, a Deny and a condition at a time."""

import pytest

from image_export_cli.rights.documents import Document, Need, lacking, policy, strangers, trust, trusts, verdict

OBJECTS = "acs:oss:*:*:acme-ledger/ledger/*"
READ = Need(("oss:GetObject",), (OBJECTS,))
ROLE = "acs:ram::1234567890123456:role/image-export-event"


def a_policy(
    effect: str = "Allow", action: object = "oss:GetObject", resource: object = OBJECTS, **more: object
) -> Document:
    """A policy of one statement."""
    return {"Version": "1", "Statement": [{"Effect": effect, "Action": action, "Resource": resource, **more}]}


@pytest.mark.parametrize(
    "action", ["oss:GetObject", "oss:getobject", "oss:Get*", "oss:*", "*", ["oss:A", "oss:GetObject"]]
)
def test_an_action_is_allowed_by_name_or_pattern(action: object) -> None:
    assert verdict(READ, [a_policy(action=action)]) == "allowed"


@pytest.mark.parametrize(
    "resource",
    [
        OBJECTS,
        "*",
        "acs:oss:*:*:*",
        "acs:oss:*:*:acme-ledger/*",
        "acs:oss:*:1234567890123456:acme-ledger/ledger/*",
        "acs:oss:oss-cn-hangzhou:*:acme-*",
        ["acs:oss:*:*:other", OBJECTS],
    ],
)
def test_a_resource_is_covered_by_a_wider_one(resource: object) -> None:
    assert verdict(READ, [a_policy(resource=resource)]) == "allowed"


@pytest.mark.parametrize(
    "resource",
    [
        "acs:oss:*:*:acme-ledger",
        "acs:oss:*:*:acme-ledger/ledger/?",
        "acs:oss:*:*:acme-ledger/ledger/exports/*",
        "acs:oss:*:*:other/*",
        "acs:ram:*:*:acme-ledger/ledger/*",
    ],
)
def test_a_part_of_what_is_needed_is_not_enough(resource: str) -> None:
    assert verdict(READ, [a_policy(resource=resource)]) == "missing"


def test_what_no_policy_speaks_of_is_missing() -> None:
    assert verdict(READ, []) == "missing"
    assert verdict(READ, [a_policy(action="oss:PutObject")]) == "missing"


@pytest.mark.parametrize("resource", ["*", "acs:oss:*:*:acme-ledger/ledger/exports/*"])
def test_a_deny_wins_wherever_it_stands_and_if_only_of_a_part(resource: str) -> None:
    allows, denies = a_policy(), a_policy("Deny", resource=resource)
    assert verdict(READ, [allows, denies]) == verdict(READ, [denies, allows]) == "denied"
    assert verdict(READ, [allows, a_policy("Deny", resource="acs:oss:*:*:other/*")]) == "allowed"


def test_a_deny_of_what_is_not_needed_is_in_nobodys_way_and_a_wider_one_is() -> None:
    but = "acs:oss:*:*:acme-ledger/ledger/access/*"
    need = Need(("oss:PutObject",), (OBJECTS,), but=(but,))
    assert lacking([need], [policy([need])]) == {}
    allows = policy([Need(("oss:PutObject",), (OBJECTS,))])
    wider = a_policy("Deny", "oss:PutObject", resource=OBJECTS)
    assert list(lacking([need], [allows, wider])) == ["denied"]


def test_what_hangs_on_a_condition_cannot_be_told() -> None:
    hangs = a_policy(Condition={"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}})
    assert verdict(READ, [hangs]) == "conditional"
    assert verdict(READ, [hangs, a_policy()]) == "allowed"


def test_all_actions_but_some_are_all_others() -> None:
    but = {"Effect": "Allow", "NotAction": ["oss:Delete*"], "Resource": "*"}
    assert verdict(READ, [{"Version": "1", "Statement": [but]}]) == "allowed"
    assert verdict(Need(("oss:DeleteObject",), (OBJECTS,)), [{"Version": "1", "Statement": [but]}]) == "missing"


def test_what_is_written_as_needed_lacks_nothing_and_each_action_is_told_by_itself() -> None:
    needs = [Need(("oss:GetObject", "oss:PutObject"), (OBJECTS,)), Need(("sts:AssumeRole",), (ROLE,))]
    assert lacking(needs, [policy(needs)]) == {}
    assert lacking(needs, [policy([READ])]) == {
        "missing": [Need(("oss:PutObject",), (OBJECTS,)), Need(("sts:AssumeRole",), (ROLE,))]
    }


@pytest.mark.parametrize(
    "named", [ROLE, ROLE.upper().replace("ACS:RAM", "acs:ram"), "acs:ram::1234567890123456:root", "*"]
)
def test_a_role_is_let_in_by_its_arn_or_its_account(named: str) -> None:
    assert trusts(trust("RAM", [named]), "RAM", ROLE) == "allowed"


@pytest.mark.parametrize("named", ["acs:ram::6543210987654321:root", f"{ROLE}-2", "fc.aliyuncs.com"])
def test_a_stranger_is_not_let_in(named: str) -> None:
    assert trusts(trust("RAM", [named]), "RAM", ROLE) == "missing"


def test_a_service_is_let_in_as_a_service_alone() -> None:
    assert trusts(trust("Service", ["fc.aliyuncs.com"]), "Service", "fc.aliyuncs.com") == "allowed"
    assert trusts(trust("RAM", ["fc.aliyuncs.com"]), "Service", "fc.aliyuncs.com") == "missing"


@pytest.mark.parametrize(
    ("asked", "given", "said"),
    [("abc", "abc", "allowed"), ("abc", "xyz", "missing"), ("abc", None, "missing"), (None, "abc", "allowed")],
)
def test_an_external_id_must_be_the_one_that_is_asked_for(asked: str | None, given: str | None, said: str) -> None:
    assert trusts(trust("RAM", [ROLE], asked), "RAM", ROLE, given) == said


@pytest.mark.parametrize("named", ["acs:ram::1234567890123456:root", f"{ROLE}-2", "*", "acs:ram::1:user/eve"])
@pytest.mark.parametrize("external_id", [None, "abc"])
def test_whoever_is_let_in_beside_those_that_should_be_is_a_stranger(named: str, external_id: str | None) -> None:
    assert strangers(trust("RAM", [ROLE, named], external_id), [ROLE]) == [named]
    assert strangers(trust("RAM", [ROLE.upper()], external_id), [ROLE]) == []


def test_a_service_is_a_stranger_and_one_who_is_denied_or_may_do_something_else_is_none() -> None:
    (statement,) = trust("Service", ["fc.aliyuncs.com"])["Statement"]
    assert strangers({"Statement": statement}, [ROLE]) == ["fc.aliyuncs.com"]
    for harmless in ({"Effect": "Deny"}, {"Action": "sts:TagSession"}):
        assert strangers({"Statement": [{**statement, **harmless}]}, [ROLE]) == []


def test_a_stranger_under_another_condition_cannot_be_told() -> None:
    (statement,) = trust("RAM", ["acs:ram::1234567890123456:root"])["Statement"]
    hangs = {**statement, "Condition": {"IpAddress": {"acs:SourceIp": "203.0.113.7"}}}
    assert strangers({"Statement": [hangs]}, [ROLE]) == []


def test_another_condition_of_trust_cannot_be_told_and_a_deny_wins() -> None:
    (statement,) = trust("RAM", [ROLE])["Statement"]
    hangs = {**statement, "Condition": {"IpAddress": {"acs:SourceIp": "203.0.113.7"}}}
    denies = {**statement, "Effect": "Deny"}
    assert trusts({"Statement": [hangs]}, "RAM", ROLE) == "conditional"
    assert trusts({"Statement": [statement, denies]}, "RAM", ROLE) == "denied"
