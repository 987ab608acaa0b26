"""How RAM decides: wildcards, conditions, deny before allow, and what a policy must not say."""

from typing import Any

import pytest

from alicloud_emulator.ram.conditions import Condition, PolicyError
from alicloud_emulator.ram.documents import Request, read_rights, read_trust
from alicloud_emulator.ram.evaluation import Grant, decide
from alicloud_emulator.ram.patterns import covers, like
from alicloud_emulator.ram.policies import Policies, Policy, PolicyName
from alicloud_emulator.ram.trust import lets_in, names_of

IMAGE = "acs:ecs:cn-hangzhou:1234567890123456:image/m-1"
ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}
ROOT = "acs:ram::1234567890123456:root"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "1", "Statement": [{**ALLOW, **statement} for statement in statements]}


def policy(*statements: dict[str, Any], name: str = "test") -> Policy:
    read = document(*statements)
    return Policy(name=PolicyName("Custom", name), document=read, statements=read_rights(read))


def asked(action: str = "ecs:ExportImage", resource: str = IMAGE, **context: str) -> Request:
    return Request(action=action, resource=resource, context=context)


@pytest.mark.parametrize(
    ("pattern", "text", "is_like"),
    [
        ("ecs:*", "ecs:ExportImage", True),
        ("*", "ecs:ExportImage", True),
        ("ecs:Describe*", "ecs:DescribeImages", True),
        ("ecs:Describe*", "ecs:ExportImage", False),
        ("ecs:ExportImag?", "ecs:ExportImage", True),
        ("ecs:ExportImage?", "ecs:ExportImage", False),
        ("ecs:exportimage", "ecs:ExportImage", False),
        ("ecs:Export.mage", "ecs:ExportImage", False),
        ("ecs:Export", "ecs:ExportImage", False),
    ],
)
def test_a_pattern_is_of_the_whole_text(pattern: str, text: str, is_like: bool) -> None:
    assert like(pattern, text) is is_like


@pytest.mark.parametrize(
    ("pattern", "resource", "covered"),
    [
        ("*", IMAGE, True),
        ("acs:ecs:*:*:image/*", IMAGE, True),
        ("acs:ecs:cn-hangzhou:1234567890123456:image/m-1", IMAGE, True),
        ("acs:ecs:*:*:image/m-2", IMAGE, False),
        ("acs:ecs:cn-beijing:*:image/*", IMAGE, False),
        ("acs:ecs:*:9999999999999999:image/*", IMAGE, False),
        ("acs:ecs:*:*:image/*", "acs:ecs:cn-hangzhou:1:*", False),
        ("acs:ecs:*:*:*", "acs:ecs:cn-hangzhou:1:*", True),
        ("acs:oss:*:*:images", "acs:oss:oss-cn-hangzhou:1:images/key", False),
        ("acs:oss:*:*:images/*", "acs:oss:oss-cn-hangzhou:1:images", False),
        ("acs:oss:*:*:images/*", "acs:oss:oss-cn-hangzhou:1:images/a:b/c", True),
        ("acs:oss:*:1:*", "acs:oss:oss-cn-hangzhou:2:x:1:y", False),  # a star of one part reaches no other
    ],
)
def test_a_resource_is_covered_part_by_part(pattern: str, resource: str, covered: bool) -> None:
    assert covers(pattern, resource) is covered


@pytest.mark.parametrize(
    ("operator", "values", "found", "met"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", ["a"], "A", False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a"], "c", True),
        ("StringEqualsIgnoreCase", ["a"], "A", True),
        ("StringNotEqualsIgnoreCase", ["a"], "A", False),
        ("StringLike", ["ledger/*"], "ledger/x", True),
        ("StringNotLike", ["ledger/*"], "ledger/x", False),
        ("NumericLessThan", ["100"], "9", True),
        ("NumericGreaterThanEquals", ["10"], "9", False),
        ("NumericNotEquals", ["10"], "10.0", False),
        ("DateLessThan", ["2026-02-01T00:00:00Z"], "2026-02-01T07:00:00+08:00", True),
        ("DateGreaterThan", ["2026-02-01T00:00:00+08:00"], "2026-02-01T00:00:00Z", True),
        ("Bool", ["true"], "true", True),
        ("Bool", ["true"], "false", False),
        ("IpAddress", ["10.0.0.0/8"], "10.1.2.3", True),
        ("IpAddress", ["10.0.0.0/8", "127.0.0.1"], "127.0.0.1", True),
        ("NotIpAddress", ["10.0.0.0/8"], "10.1.2.3", False),
        ("StringEquals", ["a"], None, False),
        ("StringNotEquals", ["a"], None, True),
    ],
)
def test_a_condition_is_met_or_not(operator: str, values: list[str], found: str | None, met: bool) -> None:
    context = {} if found is None else {"acs:some": found}
    assert Condition(operator, "acs:Some", tuple(values)).met(context) is met


def test_what_no_statement_allows_is_refused() -> None:
    assert not decide(asked(), []).allowed
    assert not decide(asked("oss:GetObject"), [policy({})]).allowed
    assert decide(asked(), [policy({})]).allowed


def test_an_explicit_deny_wins_wherever_it_stands() -> None:
    deny = {"Effect": "Deny", "Action": "ecs:ExportImage"}
    for policies in ([policy({}), policy(deny)], [policy(deny), policy({})], [policy({}, deny)], [policy(deny, {})]):
        assert not decide(asked(), policies).allowed
        assert decide(asked("ecs:DescribeImages"), policies).allowed


def test_all_that_a_statement_says_must_fit() -> None:
    narrow = policy({"Action": ["ecs:A", "ecs:B"], "Resource": ["acs:ecs:*:*:image/*"]})
    assert decide(asked("ecs:B"), [narrow]).allowed
    assert not decide(asked("ecs:B", "acs:ecs:x:1:instance/i"), [narrow]).allowed
    conditional = policy({"Condition": {"Bool": {"acs:SecureTransport": "true"}, "StringEquals": {"acs:X": ["1"]}}})
    assert decide(asked(**{"acs:SecureTransport": "true", "acs:X": "1"}), [conditional]).allowed
    assert not decide(asked(**{"acs:SecureTransport": "false", "acs:X": "1"}), [conditional]).allowed
    assert not decide(asked(**{"acs:SecureTransport": "true"}), [conditional]).allowed


def test_not_action_and_not_resource_mean_all_the_others() -> None:
    others = {"Effect": "Allow", "NotAction": "ecs:ExportImage", "NotResource": "acs:ecs:*:*:image/m-2"}
    read = {"Version": "1", "Statement": [others]}
    held = [Policy(name=PolicyName("Custom", "others"), document=read, statements=read_rights(read))]
    assert not decide(asked(), held).allowed
    assert decide(asked("ecs:DescribeImages"), held).allowed
    assert not decide(asked("ecs:DescribeImages", IMAGE[:-1] + "2"), held).allowed


def test_a_decision_says_every_way_in_which_it_was_allowed() -> None:
    held = policy({"Action": ["ecs:ExportImage", "ecs:*"], "Resource": ["*", "acs:oss:*:*:x"]}, name="wide")
    decision = decide(asked(), [held])
    assert decision.grants == (Grant("wide", 0, "ecs:ExportImage", "*"), Grant("wide", 0, "ecs:*", "*"))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ([], "Version"),
        ({"Version": "2", "Statement": []}, "Version"),
        ({"Version": "1", "Statement": []}, "Statement"),
        ({"Version": "1", "Statement": ["Allow"]}, "Statement[0]: want a mapping"),
        (document({"Effect": "allow"}), "Statement[0].Effect"),
        (document({"Principal": {"RAM": ROOT}}), "Statement[0].Principal"),
        (document({"NotAction": "ecs:X"}), "NotAction"),
        (document({"Action": []}), "Action"),
        (document({"Action": "ExportImage"}), "Action"),
        (document({"Resource": "image/*"}), "Resource"),
        (document({"Resource": "acs:ecs:*"}), "Resource"),
        (document({"Condition": {"StringEqualsIfExists": {"acs:X": "1"}}}), "StringEqualsIfExists"),
        (document({"Condition": {"StringEquals": {"acs:X": []}}}), "acs:X"),
        (document({"Condition": {"IpAddress": {"acs:SourceIp": "here"}}}), "acs:SourceIp"),
        (document({"Condition": {"NumericEquals": {"acs:X": "many"}}}), "acs:X"),
        (document({"Condition": ["StringEquals"]}), "Condition"),
    ],
)
def test_a_policy_that_is_not_understood_is_refused(wrong: Any, place: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_rights(wrong)
    assert place in str(refused.value)


def test_a_policy_changes_for_everyone_who_has_it_and_is_of_one_account() -> None:
    policies = Policies()
    name = policies.put("1", "mine", document({}))
    policies.put("1", "mine", document({"Action": "oss:*"}))
    found = policies.find("1", name)
    assert found is not None
    assert found.document == document({"Action": "oss:*"})
    assert policies.find("2", name) is None
    assert policies.find("2", PolicyName("System", "AdministratorAccess")) is not None


def trusting(principal: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}


@pytest.mark.parametrize(
    ("principal", "trusted"),
    [
        ({"RAM": ROOT}, True),
        ({"RAM": ["acs:ram::9999999999999999:root", ROOT]}, True),
        ({"RAM": "acs:ram::1234567890123456:role/Watch"}, True),  # RAM compares names without regard to capitals
        ({"RAM": "acs:ram::1234567890123456:role/other"}, False),
        ({"RAM": "acs:ram::9999999999999999:root"}, False),
        ({"RAM": "*"}, False),
        ({"Service": "fc.aliyuncs.com"}, False),
    ],
)
def test_a_role_lets_in_whom_its_trust_policy_names(principal: dict[str, Any], trusted: bool) -> None:
    names = names_of(
        "1234567890123456",
        "acs:ram::1234567890123456:assumed-role/watch/c-1",
        "acs:ram::1234567890123456:role/watch",
    )
    statements = read_trust({"Version": "1", "Statement": [trusting(principal)]})
    assert lets_in(statements, names, {}) is trusted


def test_a_trust_policy_may_deny_and_may_ask_for_an_external_id() -> None:
    names = [("RAM", ROOT)]
    denying = read_trust(
        {"Version": "1", "Statement": [trusting({"RAM": ROOT}), trusting({"RAM": ROOT}, Effect="Deny")]}
    )
    assert not lets_in(denying, names, {})
    secret = {"StringEquals": {"sts:ExternalId": ["our-secret"]}}
    asking = read_trust({"Version": "1", "Statement": [trusting({"RAM": ROOT}, Condition=secret)]})
    assert lets_in(asking, names, {"sts:ExternalId": "our-secret"})
    assert not lets_in(asking, names, {"sts:ExternalId": "other"})
    assert not lets_in(asking, names, {})


@pytest.mark.parametrize(
    "statement",
    [
        trusting({"RAM": ROOT}, Resource="*"),
        trusting({"User": "me"}),
        trusting({}),
        trusting({"RAM": []}),
        {**trusting({"RAM": ROOT}), "Action": "sts:*"},
    ],
)
def test_a_trust_policy_that_is_not_understood_is_refused(statement: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        read_trust({"Version": "1", "Statement": [statement]})
