"""The policy file is strict and says what is wrong; admission lets in only what it names."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from image_export.decisions.policy.admission import (
    NotWanted,
    admit_direct,
    admit_image,
    as_of_today,
    still_allowed,
    watches,
)
from image_export.decisions.policy.file import read_policy
from image_export.errors import AskerFault, OurFault
from image_export.values.account import AssumedRole
from image_export.values.arrival import DirectRequest
from image_export.values.cause import Cause
from image_export.values.export import RequestedBy
from image_export.values.export_request import ExportRequest
from image_export.values.notify_target import EventBus, Function
from image_export.values.policy import Policy

from .builders import ACCOUNT, BUCKET, IMAGE, REGION, a_request, an_image
from .fakes import START

SHIPPED = Path(__file__).parent.parent / "functions" / "image-export" / "policy.yaml"
ASKER = RequestedBy(trigger="invoke", id="r-1")
SMALL = """
version: 1
accounts:
  - name: prod
    role_arn: acs:ram::1234567890123456:role/image-export
    destinations: {cn-hangzhou: {bucket: acme-images-hangzhou, prefix: nightly}}
rules:
  - {name: tagged, when: [image-created], match: {tags: {export: "true"}}, format: qcow2, priority: 7}
  - {name: golden, when: [image-created, nightly], match: {name: "golden-*"}}
"""
SHIPPED_RULES = SMALL.split("  - {name: tagged")[0]
NOTIFY = "notify: [{function: {function: told}}]\n"
DESTINATION = "{bucket: acme-images-hangzhou, prefix: nightly}"
SAME_NAME = """
  - name: prod
    role_arn: acs:ram::2222222222222222:role/image-export
    destinations: {cn-beijing: {bucket: acme-images-beijing}}
"""
SECOND_ROLE = """
  - name: again
    role_arn: acs:ram::1234567890123456:role/another
    destinations: {cn-beijing: {bucket: acme-images-beijing}}
"""


def policy(text: str = SMALL) -> Policy:
    return read_policy(text.encode())


def faults(text: str) -> str:
    with pytest.raises(OurFault) as raised:
        policy(text)
    assert raised.value.code == "PolicyInvalid"
    return raised.value.cause.message


def direct(**changes: Any) -> DirectRequest:
    return DirectRequest(**{"image_id": IMAGE, "oss_bucket": BUCKET, **changes})


def admitted(**changes: Any) -> ExportRequest:
    return admit_direct(policy(), direct(**changes), default_region=REGION, requested_by=ASKER)


def wanted(**image: Any) -> ExportRequest | NotWanted:
    return admit_image(policy(), an_image(**image), when="image-created", now=START, requested_by=ASKER)


def test_the_shipped_policy_is_valid_and_names_both_kinds_of_target() -> None:
    shipped = read_policy(SHIPPED.read_bytes())
    assert shipped.notify == (
        EventBus(bus="image-export", region="cn-hangzhou"),
        Function(service="images", function="after-export"),
    )


def test_a_function_without_a_service_is_one_of_fc_3() -> None:
    shipped = SHIPPED.read_text() + "  - function: {function: after-export, qualifier: prod}\n"
    assert read_policy(shipped.encode()).notify[-1] == Function(function="after-export", qualifier="prod")


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("match: {name:", "macth: {name:", "policy.rules[1].macth", "did you mean match?"),
        ("version: 1", "version: 2", "policy.version", "2"),
        ("role/image-export", "user/eve", "policy.accounts[0].role_arn", "user/eve"),
        ("bucket: acme-images-hangzhou", "bucket: ACME", "policy.accounts[0].destinations.cn-hangzhou.bucket", "ACME"),
        ("prefix: nightly", "prefix: a-b", "policy.accounts[0].destinations.cn-hangzhou.prefix", "a-b"),
        ("cn-hangzhou:", "Hangzhou:", "policy.accounts[0].destinations", "Hangzhou"),
        ("format: qcow2", "format: iso", "policy.rules[0].format", "iso"),
        ("[image-created]", "[monthly]", "policy.rules[0].when", "monthly"),
        ("priority: 7", "priority: high", "policy.rules[0].priority", "0 to 9999"),
        ("priority: 7", "max_per_run: 0", "policy.rules[0].max_per_run", "from 1 on"),
        ("priority: 7", "max_per_run: 5", "policy.rules[0].max_per_run", "only nightly runs count"),
        ("name: golden,", "name: tagged,", "policy.rules[1].name", "taken"),
        ("rules:\n", f"{SECOND_ROLE}rules:\n", "policy.accounts[1].role_arn", "1234567890123456 has a role already"),
        ("  - name: prod\n", "  - prod: 1\n", "policy.accounts[0].name", "missing"),
        ("[image-created]", "nightly", "policy.rules[0].when", "is 'nightly'; it must be a list: [image-created]"),
        ("[image-created]", "[]", "policy.rules[0].when", "is a list; it must be a list: [image-created], [nightly]"),
        (DESTINATION, "acme", "policy.accounts[0].destinations.cn-hangzhou", "{bucket: …} with prefix where wanted"),
        ("name: prod\n", "name: prod\n    external_id: 12345\n", "accounts[0].external_id", "12345; it must be a text"),
        ("{tags: ", "{older_than: 1d, tags: ", "match.older_than", "add nightly to when"),
        ("{tags: ", "{os_type: windows, tags: ", "match.os_type", "exports no Windows images"),
        ("rules:\n", f"{SAME_NAME}rules:\n", "policy.accounts[1].name", "prod is taken"),
    ],
)
def test_a_fault_is_told_with_its_path_and_value(old: str, new: str, path: str, said: str) -> None:
    message = faults(SMALL.replace(old, new, 1))
    assert path in message
    assert said in message


@pytest.mark.parametrize(
    ("match", "path", "said"),
    [
        ("older_then: 1h", "older_then", "did you mean older_than?"),
        ("ostype: linux", "ostype", "did you mean os_type?"),
        ("older_than: 1 hour", "older_than", "'1 hour'; it must be a whole number and one of m, h, d, w"),
        ("older_than: 90", "older_than", "90; it must be a whole number and one of m, h, d, w"),
        ("newer_than: 0d", "newer_than", "such as 90m, 1h or 90d"),
        ("larger_than: 100", "larger_than", "such as 100GiB"),
        ("smaller_than: 2TB", "smaller_than", "GiB or TiB"),
        ("os_type: Linux", "os_type", "linux or windows"),
        ("architecture: amd64", "architecture", "x86_64, arm64 or i386"),
        ("tags: {export: true}", "tags.export", "in quotes"),
        ("tags: [export]", "tags", "tags, such as"),
        ("family: [web]", "family", "a list; it must be a text"),
        ("name: ''", "name", "a name or a glob in quotes"),
        ("name: ", "name", "is empty; give it a value, or leave it out"),
        ("older_than: 90d, newer_than: 1h", "older_than", "leaves nothing that is newer_than 1h"),
        ("older_than: 60m, newer_than: 1h", "older_than", "60m leaves nothing that is newer_than 1h"),
        ("larger_than: 1TiB, smaller_than: 1025GiB", "larger_than", "leaves nothing that is smaller_than 1025GiB"),
    ],
)
def test_a_fault_in_a_match_says_what_would_be_right(match: str, path: str, said: str) -> None:
    message = faults(SMALL.replace('name: "golden-*"', match))
    assert f"policy.rules[1].match.{path}: " in message
    assert said in message


@pytest.mark.parametrize("every", ["1m", "5m", "90m", "999m", "1399m", "1440m", "1h", "9h", "19h", "24h", "1d"])
def test_a_heartbeat_is_as_often_as_once_a_minute_and_as_seldom_as_once_a_day(every: str) -> None:
    policy = read_policy(f"{SMALL}heartbeat: {{url: env:IMAGE_EXPORT_HEARTBEAT_URL, every: {every}}}\n".encode())
    assert policy.heartbeat is not None
    assert (policy.heartbeat.every, policy.heartbeat.style) == (every, "healthchecks")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("every: 5m", "policy.heartbeat.url: missing"),
        (
            "url: https://hc-ping.com/made-up",
            "policy.heartbeat.url: is a text that is not shown here, since it may be a secret; it must be env:",
        ),
        ("url: env:PATH", "is 'env:PATH'; it must be env: and the name of a variable of the function"),
        ("url: env:IMAGE_EXPORT_X, every: 0m", "is '0m'; it must be a whole number and one of m, h, d"),
        ("url: env:IMAGE_EXPORT_X, every: 1441m", "from 1m to 1d, such as 5m"),
        ("url: env:IMAGE_EXPORT_X, every: 25h", "from 1m to 1d, such as 5m"),
        ("url: env:IMAGE_EXPORT_X, every: 2d", "from 1m to 1d, such as 5m"),
        ("url: env:IMAGE_EXPORT_X, every: 1w", "from 1m to 1d, such as 5m"),
        ("url: env:IMAGE_EXPORT_X, style: kuma", "is 'kuma'; it must be healthchecks or plain"),
        ("url: env:IMAGE_EXPORT_X, evry: 5m", "unknown key, did you mean every?"),
    ],
)
def test_a_heartbeat_that_cannot_be_is_a_fault(words: str, said: str) -> None:
    assert said in faults(f"{SMALL}heartbeat: {{{words}}}\n")


def test_a_glob_without_quotes_is_told_to_have_them() -> None:
    assert 'a glob stands in quotes: "*golden"' in faults(SMALL.replace('"golden-*"', "*golden"))


def test_all_faults_are_told_together() -> None:
    message = faults(SMALL.replace("version: 1", "version: 2").replace("format: qcow2", "format: iso"))
    assert "policy.version" in message
    assert "policy.rules[0].format" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "not YAML"),
        ("version: 1\nversion: 1", "twice"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("a: !!python/object:os.system {}", "not YAML"),
        (
            "",
            "is empty; it must be an object of {version: …, accounts: …} with rules, notify, heartbeat",
        ),
        ("- 1", "policy"),
        ("a: " + "x" * 300_000, "bytes"),
        ("a: [1", "policy.yaml"),
        (SMALL + "notify: [{eventbridge: {bus: default, region: cn-hangzhou}}]", "policy.notify[0].eventbridge.bus"),
        (SMALL + "notify: [{}]", "policy.notify[0]: is nothing; it must be exactly one of"),
        (SMALL + "notify: [{function: after-export}]", "policy.notify[0].function: is 'after-export'; it must be"),
    ],
)
def test_what_is_no_policy_at_all_is_refused_with_the_reason(text: str, said: str) -> None:
    assert said in faults(text)


def test_a_direct_request_needs_no_rule_and_gets_the_destinations_prefix() -> None:
    request = admitted()
    assert (request.rule, request.caller_prefix, request.role.account_id) == (None, "nightly", ACCOUNT)
    assert admitted(oss_prefix="mine").caller_prefix == "mine"


@pytest.mark.parametrize(
    "change", [{"oss_bucket": "strangers-bucket"}, {"region_id": "cn-beijing"}, {"account_id": "9999999999999999"}]
)
def test_nothing_outside_the_policy_is_admitted(change: dict[str, str]) -> None:
    with pytest.raises(AskerFault) as raised:
        admitted(**change)
    assert (raised.value.code, raised.value.status) == ("Forbidden.Policy", 403)


def test_a_request_has_what_was_asked_for_and_what_the_policy_adds() -> None:
    asked = direct(image_format="vhd", role_name="another", client_token="token-1")
    account = policy().accounts[0]
    expected = ExportRequest(
        role=account.role,
        region_id=REGION,
        image_id=IMAGE,
        oss_bucket=BUCKET,
        caller_prefix="nightly",
        default_prefix=True,
        image_format="vhd",
        role_name="another",
        client_token="token-1",
        requested_by=ASKER,
        notify=policy().notify,
    )
    assert admit_direct(policy(), asked, default_region=REGION, requested_by=ASKER) == expected
    named = msgspec.structs.replace(asked, region_id=REGION, oss_prefix="mine")
    mine = msgspec.structs.replace(expected, caller_prefix="mine", default_prefix=False)
    assert admit_direct(policy(), named, default_region="cn-beijing", requested_by=ASKER) == mine


@pytest.mark.parametrize("cancelled", ["", ", cancelled: again"])
def test_the_request_of_a_rule_has_what_the_rule_says(cancelled: str) -> None:
    text = f"{SHIPPED_RULES}  - {{name: all, when: [image-created], priority: 3{cancelled}}}\n{NOTIFY}"
    account = policy(text).accounts[0]
    assert admit_image(policy(text), an_image(), when="image-created", now=START, requested_by=ASKER) == ExportRequest(
        role=account.role,
        region_id=REGION,
        image_id=IMAGE,
        oss_bucket=BUCKET,
        caller_prefix="nightly",
        image_format="raw",
        image_name="golden-web",
        rule="all",
        after_cancel=bool(cancelled),
        priority=3,
        requested_by=ASKER,
        notify=(Function(function="told"),),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"oss_bucket": "strangers"}, "OSSBucket strangers is not the policy's destination in cn-hangzhou."),
        ({"region_id": "cn-beijing"}, "The policy has no destination in cn-beijing for account 1234567890123456."),
        ({"account_id": "9"}, "The policy does not name account 9."),
    ],
)
def test_a_request_outside_the_policy_is_told_why_and_what_to_do(change: dict[str, str], said: str) -> None:
    with pytest.raises(AskerFault) as raised:
        admitted(**change)
    advice = "Ask for what policy.yaml allows, or have it allow this."
    assert raised.value.cause == Cause(code="Forbidden.Policy", message=said, recommend=advice)


def test_an_export_is_watched_through_the_role_of_today_where_the_policy_has_one() -> None:
    recorded = a_request(role=AssumedRole(account_id=ACCOUNT, role_arn=f"acs:ram::{ACCOUNT}:role/former"))
    assert as_of_today(policy(), recorded) == a_request(role=policy().accounts[0].role)
    assert as_of_today(None, recorded) == recorded
    stranger = a_request(role=AssumedRole(account_id="9", role_arn="acs:ram::9:role/former"))
    assert as_of_today(policy(), stranger) == stranger


def test_with_several_accounts_a_request_must_name_one() -> None:
    dev = "{name: dev, role_arn: acs:ram::2222222222222222:role/x, destinations: {cn-hangzhou: {bucket: dev-images}}}"
    two = SMALL.replace("rules:", f"  - {dev}\nrules:")
    with pytest.raises(AskerFault) as raised:
        admit_direct(policy(two), direct(), default_region=REGION, requested_by=ASKER)
    several = "AccountId is needed: the policy has several (1234567890123456, 2222222222222222)."
    assert (raised.value.code, raised.value.cause.message) == ("MissingParameter", several)
    asked = direct(account_id="2222222222222222", oss_bucket="dev-images")
    assert admit_direct(policy(two), asked, default_region=REGION, requested_by=ASKER).account_id == "2222222222222222"


def test_the_first_rule_that_matches_decides() -> None:
    both = wanted(name="golden-web", tags={"export": "true"})
    assert isinstance(both, ExportRequest)
    assert (both.rule, both.priority) == ("tagged", 7)
    named = wanted(name="golden-web")
    assert isinstance(named, ExportRequest)
    assert named.rule == "golden"


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ({"name": "scratch"}, "no rule"),
        ({"account_id": "9999999999999999"}, "9999999999999999"),
        ({"region_id": "cn-beijing"}, "cn-beijing"),
    ],
)
def test_an_image_that_is_not_wanted_comes_with_the_reason(image: dict[str, str], reason: str) -> None:
    answer = wanted(**image)
    assert isinstance(answer, NotWanted)
    assert reason in answer.reason


def test_a_rules_format_gives_way_to_raw_where_the_region_has_nothing_else() -> None:
    text = SMALL.replace("cn-hangzhou:", "ap-southeast-1: {bucket: acme-singapore}, cn-hangzhou:")
    for region, image_format in (("ap-southeast-1", "qcow2"), (REGION, "raw")):
        image = an_image(region_id=region, tags={"export": "true"})
        request = admit_image(policy(text), image, when="image-created", now=START, requested_by=ASKER)
        assert isinstance(request, ExportRequest)
        assert request.image_format == image_format


def test_a_rule_holds_only_for_its_occasions() -> None:
    nightly = admit_image(
        policy(), an_image(tags={"export": "true"}, name="x"), when="nightly", now=START, requested_by=ASKER
    )
    assert isinstance(nightly, NotWanted)


def test_only_accounts_and_regions_of_the_policy_are_looked_into() -> None:
    assert [role.account_id for role in watches(policy(), None, REGION)] == [ACCOUNT]
    assert watches(policy(), "9999999999999999", REGION) == []
    assert watches(policy(), ACCOUNT, "cn-beijing") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"oss_bucket": "former-bucket"},
            "oss://former-bucket is no longer the policy's destination in cn-hangzhou.",
        ),
        (
            {"region_id": "cn-beijing"},
            "oss://acme-images-hangzhou is no longer the policy's destination in cn-beijing.",
        ),
        (
            {"role": AssumedRole(account_id=ACCOUNT, role_arn=f"acs:ram::{ACCOUNT}:role/former")},
            f"The policy no longer names account {ACCOUNT} with acs:ram::{ACCOUNT}:role/former.",
        ),
        (
            {"role": AssumedRole(account_id="9", role_arn="acs:ram::9:role/x")},
            "The policy no longer names account 9 with acs:ram::9:role/x.",
        ),
    ],
)
def test_what_the_policy_no_longer_allows_is_forbidden(change: dict[str, Any], said: str) -> None:
    assert still_allowed(policy(), a_request()) is None
    advice = "Ask for what policy.yaml allows, or have it allow this."
    forbidden = Cause(code="Forbidden.Policy", message=said, recommend=advice)
    assert still_allowed(policy(), a_request(**change)) == forbidden
