"""STS as its SDK sees it."""

from datetime import datetime
from typing import Any

import pytest

from alicloud_emulator.identity import AccessKey
from tests.emulator.ecs_requests import assume_role, describe_images
from tests.emulator.world import World, code_of


def assumed(world: World, key: AccessKey | None = None, **params: Any) -> AccessKey:
    """The key that AssumeRole gives."""
    credentials = world.send(assume_role(**params), key)["Credentials"]
    known = world.cloud.identity.keys[credentials["AccessKeyId"]]
    assert (credentials["AccessKeySecret"], credentials["SecurityToken"]) == (known.secret, known.security_token)
    return known


def test_the_key_of_a_role_opens_what_the_role_may(world: World) -> None:
    key = assumed(world, Policy='{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}')
    assert world.send(describe_images(), key)["TotalCount"] == 0
    assert world.oss(key).is_bucket_exist("acme-images-hangzhou")


def test_a_key_ends_by_the_clouds_clock(world: World) -> None:
    key = assumed(world, DurationSeconds=900)
    world.advance(890)
    world.send(describe_images(), key)
    world.advance(10)
    assert code_of(world, describe_images(), key) == (400, "InvalidSecurityToken.Expired")


def test_the_answer_says_when_and_who(world: World) -> None:
    answer = world.send(assume_role(DurationSeconds=1800, RoleSessionName="on.watch@1"))
    ends = datetime.fromisoformat(answer["Credentials"]["Expiration"].replace("Z", "+00:00"))
    assert 1700 < (ends - world.cloud.clock.now()).total_seconds() <= 1800
    assert answer["AssumedRoleUser"]["Arn"] == "acs:ram::1234567890123456:assumed-role/image-export/on.watch@1"


def test_a_key_inherits_the_instance_of_the_key_that_asked(world: World) -> None:
    ends = world.cloud.clock.now().replace(year=2099)
    instance = world.cloud.identity.issue("acs:ram::1234567890123456:assumed-role/x/y", expires_at=ends, origin="i-1")
    assert assumed(world, instance).origin == "i-1"
    assert assumed(world).origin is None


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"RoleArn": None}, (400, "MissingParameter")),
        ({"RoleArn": "image-export"}, (400, "InvalidParameter.RoleArn")),
        ({"RoleArn": "acs:ram::1234567890123456:role/nobody"}, (404, "EntityNotExist.Role")),
        ({"RoleSessionName": "x"}, (400, "InvalidParameter.RoleSessionName")),
        ({"RoleSessionName": "no spaces"}, (400, "InvalidParameter.RoleSessionName")),
        ({"DurationSeconds": 899}, (400, "InvalidParameter.DurationSeconds")),
        ({"DurationSeconds": 3601}, (400, "InvalidParameter.DurationSeconds")),
        ({"Policy": "{"}, (400, "InvalidParameter.PolicyGrammar")),
        ({"Policy": "x" * 2049}, (400, "InvalidParameter.PolicySize")),
        ({"ExternalId": "x"}, (400, "InvalidParameter.ExternalId")),
    ],
)
def test_a_wrong_request_is_refused(world: World, params: dict[str, Any], refusal: tuple[int, str]) -> None:
    assert code_of(world, assume_role(**params)) == refusal
