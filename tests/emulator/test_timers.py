"""Timer triggers: schedules, and when they fire."""

import json
import time
import urllib.error
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from emulator.fc import schedule
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
        time.sleep(0.2)
        assert len(world.invocations()) == 1
        world.advance(60)
        eventually(lambda: len(world.invocations()) == 2)


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
        time.sleep(0.2)
        assert world.invocations() == []


@pytest.mark.parametrize("name", [NAME, "index.handler", "handler"])
def test_the_control_call_fires_a_timer_and_gives_the_answer(tmp_path: Path, name: str) -> None:
    with deployed(tmp_path, ECHO, triggers=timer("0 0 2 * * *")) as world:
        answer = world.post(f"timers/{name}")
    assert (answer["triggerName"], answer["payload"]) == ("every", "tick")


def test_a_function_without_a_timer_has_none_to_fire(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world, pytest.raises(urllib.error.HTTPError, match="404"):
        world.post(f"timers/{NAME}")


NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=timezone.utc)  # a Tuesday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@every 5m", "2026-11-24 12:05:30"),
        ("0 * * * * *", "2026-11-24 12:01:00"),
        ("0 0 8 * * *", "2026-11-25 08:00:00"),
        ("0 */10 * * * *", "2026-11-24 12:10:00"),
        ("CRON_TZ=Asia/Shanghai 0 0 2 * * *", "2026-11-24 18:00:00"),
        ("0 30 3 * * SUN", "2026-11-29 03:30:00"),
        ("0 30 3 * * 7", "2026-11-29 03:30:00"),
        ("0 0 0 1 JAN ?", "2027-01-01 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
    ],
)
def test_schedules_name_the_next_minute(expression: str, expected: str) -> None:
    found = schedule.parse(expression).after(NOON)
    assert (found.strftime("%Y-%m-%d %H:%M:%S"), found.utcoffset()) == (expected, timedelta(0))


@pytest.mark.parametrize(
    "expression",
    [
        "@every 0m",
        "@every 30s",
        "* * * * *",
        "30 * * * * *",
        "0 61 * * * *",
        "0 x * * * *",
        "0 0 0 30 2 *",
        "0 */x * * * *",
        "CRON_TZ=Asia/Shangai 0 0 2 * * *",
    ],
)
def test_a_schedule_that_fc_does_not_take_is_refused(expression: str) -> None:
    with pytest.raises(schedule.ScheduleError):
        schedule.parse(expression)
