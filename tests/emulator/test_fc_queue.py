"""Asynchronous invocations of Function Compute."""

import json
from pathlib import Path

import pytest

from tests.emulator.deployment import ECHO, deployed, eventually

# Fails until the file says that it was tried often enough: attempts may run in other processes.
FLAKY = """
import json, os

def handler(event, context):
    with open(json.loads(event)["count"], "a") as tries:
        tries.write(f"{context.retry_count} {context.request_id}\\n")
    if sum(1 for _ in open(json.loads(event)["count"])) < json.loads(event)["until"]:
        raise RuntimeError("not yet")
    return "done"
"""


def test_a_queued_invocation_is_answered_at_once_and_run_later(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world:
        status, answer, _ = world.invoke({"a": 1}, mode="async")
        eventually(lambda: world.statuses() == ["succeeded"])
        assert world.invocations()[0]["request_id"] == answer["RequestId"]
    assert status == 202


def test_a_function_that_fails_is_repeated_under_the_same_request_id(tmp_path: Path) -> None:
    count = tmp_path / "count"
    with deployed(tmp_path, FLAKY, speed=600.0) as world:
        world.invoke({"count": str(count), "until": 3}, mode="async")
        eventually(lambda: world.statuses() == ["failed", "failed", "succeeded"])
    tries = [line.split() for line in count.read_text().splitlines()]
    assert [retry for retry, _ in tries] == ["0", "1", "2"]
    assert len({request_id for _, request_id in tries}) == 1


def test_what_is_given_up_goes_to_the_queue_for_failures_with_its_payload_and_its_error(tmp_path: Path) -> None:
    queue = "acs:mns:cn-hangzhou:1234567890123456:/queues/dead/messages"
    config = {"maxAsyncRetryAttempts": 1, "destinationConfig": {"onFailure": {"destination": queue}}}
    with deployed(tmp_path, FLAKY, speed=600.0, asyncInvokeConfig=config) as world:
        world.invoke({"count": str(tmp_path / "count"), "until": 99}, mode="async")
        (letter,) = eventually(lambda: world.get("state")["received"])
    assert letter["target"] == queue
    said = letter["event"]
    assert json.loads(said["requestPayload"])["until"] == 99
    assert said["requestContext"]["approximateInvokeCount"] == 2
    assert "not yet" in said["responsePayload"]


@pytest.mark.parametrize(("config", "attempts"), [({}, 4), ({"maxAsyncRetryAttempts": 0}, 1)])
def test_repeating_ends_where_the_configuration_says(tmp_path: Path, config: dict[str, int], attempts: int) -> None:
    with deployed(tmp_path, FLAKY, speed=600.0, asyncInvokeConfig=config) as world:
        world.invoke({"count": str(tmp_path / "count"), "until": 99}, mode="async")
        eventually(lambda: world.statuses() == ["failed"] * attempts)
        world.advance(3600)
        assert len(world.invocations()) == attempts


def test_a_queued_invocation_waits_for_an_instance_and_expires(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO, asyncInvokeConfig={"maxAsyncEventAgeInSeconds": 60}) as world:
        world.post("quotas", {"instances": 0})
        world.invoke(mode="async")
        eventually(lambda: world.statuses() == ["throttled"])
        world.advance(61)
        eventually(lambda: world.statuses() == ["expired"])


def test_a_throttled_invocation_runs_once_there_is_room(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world:
        world.post("quotas", {"instances": 0})
        world.invoke(mode="async")
        eventually(lambda: world.statuses() == ["throttled"])
        world.post("quotas", {"instances": 1})
        world.advance(1)
        eventually(lambda: world.statuses() == ["succeeded"])


def test_an_asynchronous_payload_may_have_128_kib(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world:
        assert world.invoke("x" * 131072, mode="async")[0] == 400
        assert world.invoke("x" * 131072)[0] == 200
