"""Timer triggers: when they fire, and with what."""

import json
import urllib.error
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.deployment import ECHO, NAME, deployed, eventually


def timer(expression: str, **more: Any) -> list[dict[str, Any]]:
    config = {"cronExpression": expression, "enable": True, "payload": "tick", **more}
    return [{"triggerName": "every", "triggerType": "timer", "triggerConfig": config}]


def test_a_timer_fires_with_its_event_when_cloud_time_says_so(tmp_path: Path) -> None:
    with deployed(
        tmp_path, "def handler(event, context):\n    print(event.decode())\n", triggers=timer("@every 1m")
    ) as world:
        assert world.invocations() == []
        world.advance(60)
        eventually(lambda: world.statuses() == ["succeeded"])
        (event,) = [json.loads(line) for line in world.lines() if line.startswith("{")]
    assert (event["triggerName"], event["payload"]) == ("every", "tick")
    assert datetime.strptime(event["triggerTime"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - the format is the claim


def test_a_jump_over_many_due_times_fires_once(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO, triggers=timer("@every 1m")) as world:
        world.advance(36000)
        eventually(lambda: world.statuses() == ["succeeded"])
        world.invoke("something else in between")
        assert len(world.invocations()) == 2
        world.advance(60)
        eventually(lambda: len(world.invocations()) == 3)


def test_runs_of_a_timer_overlap_where_one_takes_longer_than_its_interval(tmp_path: Path) -> None:
    both = tmp_path / "both"
    waits = f"""
import os, time

def handler(event, context):
    with open({str(both)!r}, "a") as runs:
        runs.write("x")
    while os.path.getsize({str(both)!r}) < 2:
        time.sleep(0.02)
"""
    with deployed(tmp_path, waits, triggers=timer("@every 1m")) as world:
        world.advance(60)
        eventually(both.exists)
        world.advance(60)
        eventually(lambda: world.statuses() == ["succeeded"] * 2)
        assert len({entry["pid"] for entry in world.invocations()}) == 2


def test_a_timer_that_is_not_enabled_never_fires(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO, triggers=timer("@every 1m", enable=False)) as world:
        world.advance(3600)
        world.invoke("something else in between")
        assert len(world.invocations()) == 1


@pytest.mark.parametrize("name", [NAME, "index.handler", "handler"])
def test_the_control_call_fires_a_timer_and_gives_the_answer(tmp_path: Path, name: str) -> None:
    with deployed(tmp_path, ECHO, triggers=timer("0 0 2 * * *")) as world:
        answer = world.post(f"timers/{name}")
    assert (answer["triggerName"], answer["payload"]) == ("every", "tick")


def test_a_function_without_a_timer_has_none_to_fire(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world, pytest.raises(urllib.error.HTTPError, match="404"):
        world.post(f"timers/{NAME}")
