"""A watcher that stops is noticed outside: by a check that waits for heartbeats, and by a probe of the health check."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.running import EmulatorError

from .channels import RECEIVERS, policy_naming, reaching
from .entrance import Entrance
from .world import World

KEY = RECEIVERS["heartbeat"]["token"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A deployment whose policy names a check of the emulator, and no chat."""
    with reaching(tmp_path, policy_naming()) as world:
        yield world


def heard(world: World) -> list[tuple[str, str]]:
    """The signals that have arrived and their notes; each was accepted."""
    pings: list[dict[str, Any]] = world.emulator.get("state?only=received")["received"]
    assert {ping["verdict"] for ping in pings} <= {"accepted"}
    return [(ping["message"]["signal"], ping["message"]["note"]) for ping in pings]


def test_a_watcher_at_work_is_heard_and_its_silence_is_503_after_a_quarter_of_an_hour(world: World) -> None:
    health = Entrance(world.emulator.http_trigger)
    world.emulator.tick()
    world.emulator.advance(6 * 60)
    world.emulator.tick()
    assert heard(world) == [("start", ""), ("success", "")] * 2
    assert health.ask("GET", "/healthz").value["Watcher"]["Overdue"] is False
    world.emulator.advance(16 * 60)
    answer = health.ask("GET", "/healthz")
    assert (answer.status, answer.value["Status"], answer.value["Watcher"]["Overdue"]) == (503, "overdue", True)
    assert '"watch.finished"' in json.dumps(world.emulator.get("logs")).replace("\\", "")


def test_a_ledger_that_refuses_the_watcher_is_told_outside_by_the_next_tick(world: World) -> None:
    world.emulator.tick()
    world.emulator.fault("oss", "GetBucketVersioning", "code:AccessDenied", times=9)
    world.emulator.advance(60)
    with pytest.raises(EmulatorError):
        world.emulator.tick()
    assert heard(world)[-1] == ("fail", "The watcher could not do its work: AccessDenied")


def test_a_refusal_inside_of_200_is_logged_and_the_address_is_in_no_line(world: World, tmp_path: Path) -> None:
    world.emulator.fault("heartbeat", "Ping", "ok_with_error", times=9)
    world.emulator.tick()
    logs = json.dumps(world.emulator.get("logs"))
    assert "heartbeat.refused" in logs
    assert KEY not in logs
    assert KEY not in (tmp_path / "functions.log").read_text()
