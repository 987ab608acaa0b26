"""Credentials: where they come from, how long they are kept, and what an assumed role may do."""

import json
import re
import threading
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from image_export.edges.aliyun.credentials import (
    Credentials,
    RoleSessions,
    Session,
    base_credentials,
    session_name,
    session_policy,
)
from image_export.errors import CloudFault, OurFault, Refused
from image_export.values.account import AssumedRole
from image_export.values.place import Scope
from tests.contract.worlds import BUCKET, REGION, ROLE, EdgeWorld
from tests.fakes import refused

START = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
ENVIRON = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.FromEnvironment",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret-from-environment",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "token-from-environment",
}
SCOPE = Scope(ROLE, REGION, BUCKET)


class Sts:
    """AssumeRole that counts, by a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = START
        self.assumed: list[Scope] = []
        self.refusal: Refused | None = None
        self.sessions = RoleSessions(self.assume, lambda: self.now)

    def assume(self, scope: Scope) -> Session:
        """A new key each time."""
        self.assumed.append(scope)
        if self.refusal:
            raise self.refusal
        key = Credentials(f"STS.Key{len(self.assumed)}", "secret", "token")
        return Session(key, self.now + timedelta(hours=1))

    def key(self, scope: Scope = SCOPE) -> str:
        """The key in use."""
        return self.sessions.credentials(scope).access_key_id


def test_the_context_s_credentials_are_used_where_the_runtime_has_them() -> None:
    held = SimpleNamespace(access_key_id="STS.Context", access_key_secret="secret", security_token="token")
    found = base_credentials(SimpleNamespace(credentials=held), ENVIRON)
    assert found == Credentials("STS.Context", "secret", "token")


@pytest.mark.parametrize(
    "context",
    [
        SimpleNamespace(),
        SimpleNamespace(credentials=None),
        SimpleNamespace(credentials=SimpleNamespace(access_key_id="", access_key_secret="", security_token="")),
    ],
)
def test_the_environment_s_are_used_where_the_context_has_none(context: object) -> None:
    assert base_credentials(context, ENVIRON).access_key_id == "STS.FromEnvironment"


def test_a_key_without_a_token_is_a_key() -> None:
    environ = {name: value for name, value in ENVIRON.items() if "TOKEN" not in name}
    assert base_credentials(None, environ).security_token is None


def test_no_credentials_at_all_is_our_fault_and_says_what_to_do() -> None:
    with pytest.raises(OurFault) as fault:
        base_credentials(None, {})
    assert fault.value.code == "CredentialsMissing"
    assert "s.yaml" in (fault.value.cause.recommend or "")


def test_credentials_do_not_show_themselves() -> None:
    assert "secret" not in repr(Credentials("STS.Abcdefgh", "a-secret", "a-secret-token"))


def test_a_session_is_kept_until_five_minutes_before_it_ends() -> None:
    sts = Sts()
    assert sts.key() == sts.key() == "STS.Key1"
    sts.now += timedelta(minutes=54, seconds=59)
    assert sts.key() == "STS.Key1"
    sts.now += timedelta(seconds=1)
    assert sts.key() == "STS.Key2"


def test_a_local_clock_that_is_behind_keeps_no_session_beyond_its_hour() -> None:
    now = [START]
    ends = START + timedelta(hours=9)
    keys = iter(("STS.Key1", "STS.Key2"))
    sessions = RoleSessions(lambda _: Session(Credentials(next(keys), "secret"), ends), lambda: now[0])
    sessions.credentials(SCOPE)
    now[0] += timedelta(minutes=55)
    assert sessions.credentials(SCOPE).access_key_id == "STS.Key2"


def test_accounts_regions_and_buckets_have_sessions_of_their_own() -> None:
    sts = Sts()
    other = AssumedRole(account_id="2222222222222222", role_arn="acs:ram::2222222222222222:role/image-export")
    keys = [sts.key(one) for one in (SCOPE, Scope(other, REGION, BUCKET), Scope(ROLE, REGION, "second"))]
    assert keys == ["STS.Key1", "STS.Key2", "STS.Key3"]


def test_renewal_forgets_one_role_in_one_region() -> None:
    sts = Sts()
    elsewhere = Scope(ROLE, "ap-southeast-1", BUCKET)
    before = (sts.key(), sts.key(elsewhere))
    sts.sessions.forget(ROLE, REGION)
    assert (sts.key(), sts.key(elsewhere)) == ("STS.Key3", before[1])


def test_a_session_is_fetched_once_when_many_threads_ask() -> None:
    sts, gate, keys = Sts(), threading.Barrier(8), []

    def ask() -> None:
        gate.wait()
        keys.append(sts.key())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys == ["STS.Key1"] * 8
    assert len(sts.assumed) == 1


def test_a_refused_role_is_asked_for_again_the_next_time() -> None:
    sts = Sts()
    sts.refusal = refused("NoPermission")
    with pytest.raises(Refused):
        sts.key()
    sts.refusal = None
    assert sts.key() == "STS.Key2"


def test_the_session_policy_holds_what_an_export_needs_and_nothing_else() -> None:
    policy = json.loads(session_policy("1234567890123456", "cn-hangzhou", "acme"))
    assert policy["Version"] == "1"
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Allow"}
    rights = {
        (action, resource)
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    assert rights == {
        ("ecs:ExportImage", "acs:ecs:cn-hangzhou:1234567890123456:image/*"),
        ("ecs:DescribeImages", "acs:ecs:cn-hangzhou:1234567890123456:image/*"),
        ("ecs:DescribeTasks", "*"),
        ("ecs:DescribeTaskAttribute", "*"),
        ("ecs:CancelTask", "*"),
        ("oss:GetObject", "acs:oss:*:*:acme/*"),
        ("oss:PutObject", "acs:oss:*:*:acme/*.manifest.json"),
        ("oss:ListObjects", "acs:oss:*:*:acme"),
    }


def test_without_a_bucket_no_object_is_allowed() -> None:
    assert "oss" not in session_policy(ROLE.account_id, REGION, "")


def test_the_longest_session_policy_is_within_sts_s_limit() -> None:
    policy = session_policy("1" * 16, "ap-southeast-1-" + "x" * 20, "b" * 63)
    assert len(policy) <= 2048
    assert ": " not in policy


@pytest.mark.parametrize("region", ["cn-hangzhou", "ap-southeast-1", "a-region-with-a-name-that-goes-on", "odd/one"])
def test_a_session_name_is_one_that_sts_takes(region: str) -> None:
    name = session_name(region)
    assert re.fullmatch(r"image-export-[A-Za-z0-9.@_-]+", name)
    assert 2 <= len(name) <= 32


def test_images_are_reached_through_the_role_alone(world: EdgeWorld) -> None:
    world.cloud.image("m-bp1any")
    world.cloud.object_keys(BUCKET, "any")
    calls = world.calls()
    assert [call["action"] for call in calls] == ["AssumeRole", "DescribeImages", "ListObjectsV2"]
    assert json.loads(calls[0]["params"]["Policy"])["Version"] == "1"
    assert calls[1]["access_key_id"] == calls[2]["access_key_id"] != calls[0]["access_key_id"]


def test_a_token_that_runs_out_in_the_cloud_is_renewed_by_the_next_read(world: EdgeWorld) -> None:
    image_id = world.add_image()
    assert world.cloud.image(image_id) is not None
    world.wait(4000)
    assert world.cloud.image(image_id) is not None
    assert world.cloud.object_keys(BUCKET, "any") == []


def test_renewed_credentials_are_others(world: EdgeWorld) -> None:
    world.cloud.image("m-bp1any")
    world.clouds.renew(ROLE, REGION)
    world.cloud.image("m-bp1any")
    keys = {call["access_key_id"] for call in world.calls() if call["action"] == "DescribeImages"}
    assert len(keys) == 2


def test_a_role_that_is_not_there_is_refused_in_sts_s_words(world: EdgeWorld) -> None:
    stranger = AssumedRole(account_id=ROLE.account_id, role_arn=f"acs:ram::{ROLE.account_id}:role/nobody")
    with pytest.raises(CloudFault) as refusal:
        world.clouds.at(stranger, REGION, BUCKET).image("m-bp1any")
    assert refusal.value.code == "EntityNotExist.Role"
