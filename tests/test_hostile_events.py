"""What an attacker's event can bring about: nothing that the policy does not want (docs/protocol.md#p5)."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from image_export.use_cases.entrances.event import on_event
from image_export.values.answer import Answer

from .builders import ACCOUNT, BUCKET, IMAGE, REGION, an_image
from .fake_world import BUS, FakeWorld
from .fakes import no_restores

STRANGER, THEIRS, ELSEWHERE = "6666666666666666", "stranger-bucket", "us-west-1"
ASKED = {"ImageId": IMAGE, "OSSBucket": BUCKET, "RegionId": REGION}
DELIVERED = {
    "id": "e-1",
    "product": "ECS",
    "name": "Image:StateChange",
    "regionId": REGION,
    "userId": ACCOUNT,
    "content": {"imageId": IMAGE, "currentState": "Available"},
}
WRAPPED: dict[str, Callable[[Any], Any]] = {
    "plain": lambda event: event,
    "in a message": lambda event: {"Message": json.dumps(event), "TopicName": "t"},
    "in base64": lambda event: {"messageBody": base64.b64encode(json.dumps(event).encode()).decode(), "messageId": "m"},
    "in an array": lambda event: [event],
}


def receive(world: FakeWorld, event: Any) -> Answer:
    """The event arrives, wherever from."""
    return on_event(
        world.context(), json.dumps(event).encode(), request_id="r-1", region_id=REGION, importing=no_restores
    )


def nothing_was_touched(world: FakeWorld) -> bool:
    """No cloud was asked for, in whatever name, and no export stands."""
    return not world.clouds.clouds or ({(ACCOUNT, REGION)} == set(world.clouds.clouds) and not world.cloud.running)


@pytest.mark.parametrize("wrap", WRAPPED)
@pytest.mark.parametrize(
    "change",
    [
        {"OSSBucket": THEIRS},
        {"RegionId": ELSEWHERE},
        {"AccountId": STRANGER},
        {"OSSBucket": THEIRS, "AccountId": STRANGER},
        {"RegionId": "../cn-hangzhou"},
        {"OSSBucket": f"{BUCKET}/../{THEIRS}"},
        {"RoleArn": f"acs:ram::{STRANGER}:role/theirs"},
        {"RoleName": "../theirs"},
        {"Endpoint": "https://stranger.example"},
    ],
    ids=json.dumps,
)
def test_a_request_for_what_the_policy_does_not_name_is_refused_and_touches_nothing(
    world: FakeWorld, change: dict[str, str], wrap: str
) -> None:
    answer = receive(world, WRAPPED[wrap]({**ASKED, **change}))
    assert (len(answer.exports), len(answer.rejected)) == (0, 1)
    assert answer.rejected[0].code in ("Forbidden.Policy", "InvalidParameter", "UnknownParameter")
    assert nothing_was_touched(world)
    assert not world.keys("/requested")


@pytest.mark.parametrize(
    "change",
    [{"userId": STRANGER}, {"regionId": ELSEWHERE}, {"userId": STRANGER, "regionId": ELSEWHERE}],
    ids=json.dumps,
)
def test_an_event_of_another_account_or_region_is_ignored(world: FakeWorld, change: dict[str, str]) -> None:
    assert receive(world, {**DELIVERED, **change}).ignored == 1
    assert nothing_was_touched(world)


def test_an_event_cannot_say_where_to_and_through_which_role(world: FakeWorld) -> None:
    """What a forged event adds is not read: the policy says it."""
    content = {**DELIVERED["content"], "ossBucket": THEIRS, "OSSBucket": THEIRS, "RoleName": "theirs", "prefix": "x"}  # type: ignore[dict-item]
    (export,) = receive(world, {**DELIVERED, "content": content, "OSSBucket": THEIRS, "roleArn": "theirs"}).exports
    (task,) = world.cloud.running.values()
    assert export.oss_bucket == task.start.oss_bucket == BUCKET
    assert (task.start.role_name, task.start.oss_prefix[:7]) == (None, "nightly")


@pytest.mark.parametrize("source", ["acs.ecs", "stranger", "", "acs:ecs:*", "https://stranger.example"])
def test_a_forged_source_gets_no_more_than_a_rule_wants(world: FakeWorld, source: str) -> None:
    world.show(an_image(image_id="m-private", name="private"))
    events = [
        {"specversion": "1.0", "id": "1", "source": source, "type": "ecs:Image:StateChange", "subject": "x"}
        | {"aliyunaccountid": ACCOUNT, "aliyunregionid": REGION, "data": {"imageId": one, "currentState": "Available"}}
        for one in (IMAGE, "m-private")
    ]
    receive(world, events)
    assert [task.image_id for task in world.cloud.running.values()] in ([IMAGE], [])


def test_an_image_that_a_stranger_shared_with_us_is_not_exported(world: FakeWorld) -> None:
    world.show(an_image(owner_alias="others"))
    receive(world, DELIVERED)
    assert nothing_was_touched(world)


def test_a_flood_of_one_event_is_one_rejection_told_once(world: FakeWorld) -> None:
    for _ in range(20):
        receive(world, {**ASKED, "OSSBucket": THEIRS})
    assert len([key for key in world.keys("rejected/") if key.endswith("/event")]) == 1
    world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == ["Rejected"]


@pytest.mark.parametrize(
    "event",
    [
        {**ASKED, "ClientToken": "t" * 100_000},
        {**ASKED, **{f"Name{number}": "x" for number in range(5_000)}},
        {**ASKED, "OSSBucket": "b" * 100_000},
        {**DELIVERED, "content": {"imageId": "m-" + "a" * 100_000, "currentState": "Available"}},
        {**DELIVERED, "id": "e" * 100_000},
    ],
    ids=["token", "many names", "bucket", "image id", "event id"],
)
def test_what_is_oversized_makes_nothing_large(world: FakeWorld, event: Any) -> None:
    """Not the answer, not what is told, not the ledger's names; one object of at most 64 KB and its frame."""
    answer = receive(world, event)
    assert len(str(answer.rejected)) < 4_000
    assert all(len(key) < 300 for key in world.store.objects)
    assert all(len(stored.body) < 150_000 for stored in world.store.objects.values())
    assert all(len(json.dumps(event)) < 64 * 1024 for _, event in world.notifier.delivered)
