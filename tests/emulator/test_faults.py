"""Faults to order: before the effect, after it, and who is struck."""

import contextlib
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest
from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException

from tests.emulator.deployment import eventually
from tests.emulator.ecs_requests import assume_role, describe_images, export_image
from tests.emulator.world import World, code_of
from tests.patience import HANGS_S


def order(world: World, kind: str, action: str = "ExportImage", service: str = "ecs", **more: Any) -> None:
    """Order a fault."""
    world.post("faults", [{"service": service, "action": action, "kind": kind, **more}])


@pytest.fixture
def image_id(world: World) -> str:
    """An image that can be exported."""
    return str(world.create_image(Status="Available")["ImageId"])


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("throttle", (400, "Throttling")),
        ("http_500", (500, "InternalError")),
        ("http_503", (503, "ServiceUnavailable")),
        ("code:UserNotInTheWhiteList", (403, "UserNotInTheWhiteList")),
        ("code:OperationDenied.ImageExporting", (403, "OperationDenied.ImageExporting")),
        ("code:NoSuchDocumentedCode", (400, "NoSuchDocumentedCode")),
    ],
)
def test_a_refusal_is_answered_once_and_has_no_effect(
    world: World, image_id: str, kind: str, refusal: tuple[int, str]
) -> None:
    order(world, kind)
    assert code_of(world, export_image(image_id)) == refusal
    assert world.get("state")["tasks"] == []
    world.send(export_image(image_id))
    (struck, _) = world.calls("ecs", "ExportImage")
    assert (struck["status"], struck["code"], struck["fault"]) == (*refusal, kind)


@pytest.mark.parametrize(("kind", "tasks"), [("reset_before", 0), ("reset_after", 1), ("garbage", 1)])
def test_an_answer_is_lost_with_or_without_the_effect(world: World, image_id: str, kind: str, tasks: int) -> None:
    order(world, kind)
    with pytest.raises((ClientException, ServerException, ValueError)):
        world.send(export_image(image_id))
    assert len(world.get("state")["tasks"]) == tasks
    assert world.calls("ecs", "ExportImage")[0]["fault"] == kind


def test_some_calls_are_skipped_and_some_are_struck(world: World) -> None:
    order(world, "http_500", "DescribeImages", skip=1, times=2)
    seen = []
    for _ in range(4):
        try:
            world.send(describe_images())
            seen.append(200)
        except ServerException as refusal:
            seen.append(refusal.http_status)
    assert seen == [200, 500, 500, 200]


def test_a_fault_may_be_for_some_parameters_only(world: World) -> None:
    order(world, "http_500", "DescribeImages", params={"RegionId": "cn-beijing"})
    world.send(describe_images())
    assert code_of(world, describe_images(RegionId="cn-beijing")) == (500, "InternalError")


def put(client: oss.Client, key: str) -> int:
    """The status of writing a key."""
    request = oss.PutObjectRequest(bucket="acme-images-hangzhou", key=key, body=b"x")
    try:
        return int(client.put_object(request).status_code)
    except oss.exceptions.OperationError as error:
        return int(error.unwrap().status_code)


def test_a_fault_may_be_for_some_objects_only(world: World) -> None:
    order(world, "throttle", "PutObject", "oss", key="claims/*")
    assert [put(world.oss(), key) for key in ("open/1", "claims/1", "claims/1")] == [200, 503, 200]


def test_held_calls_all_go_on_when_they_are_released(world: World, image_id: str) -> None:
    order(world, "hold", times=2)
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(code_or_ok, world, image_id) for _ in range(2)]
        eventually(lambda: [entry["status"] for entry in world.calls("ecs", "ExportImage")] == [None, None])
        assert world.get("state")["tasks"] == []
        world.post("release")
        assert sorted(answer.result(HANGS_S) for answer in answers) == ["ImageIsExporting", "ok"]


def code_or_ok(world: World, image_id: str) -> str:
    """What becomes of an export."""
    try:
        world.send(export_image(image_id))
    except ServerException as refusal:
        return str(refusal.error_code)
    return "ok"


def test_a_slow_call_is_answered_late_and_right(world: World) -> None:
    order(world, "slow", "DescribeImages", delay_s=0.2)
    start = time.monotonic()
    world.send(describe_images())
    assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize(("kind", "tasks"), [("kill_before", 0), ("kill_after", 1)])
def test_the_process_that_called_is_killed_through_the_role_it_assumed(
    world: World, image_id: str, kind: str, tasks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[str] = []
    monkeypatch.setattr(world.cloud.fc, "kill", killed.append)  # no process here: only who would be killed
    ends = world.cloud.clock.now().replace(year=2099)
    instance = world.cloud.identity.issue("acs:ram::1234567890123456:assumed-role/x/y", expires_at=ends, origin="i-1")
    key = world.cloud.identity.keys[world.send(assume_role(), instance)["Credentials"]["AccessKeyId"]]
    order(world, kind)
    with pytest.raises(ClientException):
        world.send(export_image(image_id), key)
    assert (killed, len(world.get("state")["tasks"])) == (["i-1"], tasks)


def test_a_control_call_that_is_none_says_which_there_are(world: World) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        world.get("no-such-call")
    assert refusal.value.code == 404
    assert b"GET /_emulator/state" in refusal.value.read()


def test_a_share_of_all_calls_goes_wrong_the_same_in_each_run(world: World) -> None:
    order(world, "http_503", action="Describe*", service="*", times=10**9, share=0.25)
    for _ in range(80):
        with contextlib.suppress(ServerException):
            world.send(describe_images())
    statuses = [call["status"] for call in world.calls("ecs", "DescribeImages")]
    assert (statuses.count(503), statuses.count(200)) == (11, 69)  # by the chance of a fixed seed
