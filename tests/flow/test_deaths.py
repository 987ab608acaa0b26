"""Whatever kills the watcher's work, a person hears of it within 15 minutes by a road that does not lead through it.

The roads here are a check outside, which waits for heartbeats, a probe of the health check, and a chat. The alarms of
template.yml are a further one, which no emulator has.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.running import EmulatorError

from .channels import Reached, code_with, policy_naming, reaching
from .entrance import Entrance

SOON = timedelta(minutes=15)
EVERY, GRACE = timedelta(minutes=5), timedelta(minutes=5)  # of the check, as docs/policy.md#heartbeat advises
WATCH, HTTP = "image-export-watch", "image-export-http"
CHAT_ALONE = policy_naming("dingtalk")
HANGS = """
import time

def on_watch(event, context):
    time.sleep(3600)
"""


class Check:
    """What a service outside makes of the heartbeats, as healthchecks.io does."""

    def __init__(self, world: Reached) -> None:
        self._world = world

    def alarmed_at(self) -> datetime | None:
        """When it first calls somebody: at a failure, or where no success came in time."""
        success: datetime | None = None
        for ping in self._pings():
            at, signal = datetime.fromisoformat(ping["at"].replace("Z", "+00:00")), ping["message"]["signal"]
            if success and at - success > EVERY + GRACE:
                return success + EVERY + GRACE
            if signal == "fail":
                return at
            success = at if signal == "success" else success
        assert success, "it has never been called, so it waits for nothing"
        return success + EVERY + GRACE if now(self._world) - success > EVERY + GRACE else None

    def last_note(self) -> str:
        return str(self._pings()[-1]["message"]["note"])

    def _pings(self) -> list[dict[str, Any]]:
        return self._world.accepted("heartbeat")


@pytest.fixture
def time_out_s() -> int:
    """Of the watcher, as s.yaml has it."""
    return 300


brief = pytest.mark.parametrize("time_out_s", [8])  # where a test waits for it


@pytest.fixture
def world(tmp_path: Path, time_out_s: int) -> Iterator[Reached]:
    """A deployment of its own, which has been at work for a while."""
    with reaching(tmp_path, CHAT_ALONE, **{"timeout: 300": f"timeout: {time_out_s}"}) as reached:
        pass_minutes(reached, 7)
        assert Check(reached).alarmed_at() is None
        assert health(reached)[0] == 200
        yield reached


def now(world: Reached) -> datetime:
    return datetime.fromisoformat(world.emulator.get("clock")["now"])


def pass_minutes(world: Reached, minutes: int) -> None:
    """The timer fires each minute, whatever comes of it."""
    for _ in range(minutes):
        world.emulator.advance(60)
        with suppress(EmulatorError):
            world.emulator.tick()


def health(world: Reached) -> tuple[int, str]:
    """What a probe sees: the status, and the word for it."""
    answer = Entrance(world.emulator.http_trigger).ask("GET", "/healthz")
    return answer.status, answer.value["Status"]


def assert_called_soon(world: Reached, died_at: datetime) -> None:
    alarmed_at = Check(world).alarmed_at()
    assert alarmed_at is not None
    assert died_at - timedelta(minutes=1) <= alarmed_at <= died_at + SOON


def deploy(world: Reached, code: Path, *functions: str) -> None:
    for function in functions:
        world.emulator.post(f"functions/{function}", {"code": str(code)})


def test_a_watcher_whose_timer_is_off_is_missed_outside_and_by_a_probe(world: Reached) -> None:
    died_at = now(world)
    world.emulator.advance(SOON.total_seconds())
    assert_called_soon(world, died_at)
    assert health(world) == (503, "overdue")


@pytest.mark.prove
@brief
def test_a_watcher_that_is_killed_at_each_time_out_is_missed_outside_and_by_a_probe(
    tmp_path: Path, world: Reached
) -> None:
    (tmp_path / "hanging").mkdir()
    (tmp_path / "hanging" / "index.py").write_text(HANGS)
    died_at = now(world)
    deploy(world, tmp_path / "hanging", WATCH)
    world.emulator.advance(60)
    with pytest.raises(EmulatorError, match="timed out"):
        world.emulator.tick()
    world.emulator.advance(SOON.total_seconds() - 60)
    assert_called_soon(world, died_at)
    assert health(world) == (503, "overdue")


@brief
def test_a_watcher_whose_calls_all_hang_says_so_itself(world: Reached) -> None:
    died_at = now(world)
    world.emulator.fault("oss", "ListObjectsV2", "hold", times=10_000)
    pass_minutes(world, 1)
    assert_called_soon(world, died_at)
    assert "could not do its work" in Check(world).last_note()


def test_a_policy_that_nobody_can_read_is_told_to_the_chat_of_the_last_one_to_the_check_and_to_a_probe(
    tmp_path: Path, world: Reached
) -> None:
    died_at = now(world)
    deploy(world, code_with(tmp_path / "broken", "version: 1\nrules: [\n"), WATCH, HTTP)
    pass_minutes(world, 14)
    assert_called_soon(world, died_at)
    assert Check(world).last_note().endswith("PolicyInvalid")
    (card,) = world.accepted("dingtalk")
    assert card["message"]["markdown"]["title"].startswith("Policy invalid")
    assert datetime.fromisoformat(card["at"].replace("Z", "+00:00")) <= died_at + SOON
    assert health(world)[0] == 503


@pytest.mark.prove
@pytest.mark.parametrize("changes", [{"policies": []}, None], ids=["no right", "no role"])
def test_a_watcher_without_its_role_or_its_rights_is_missed_outside_and_by_a_probe(
    world: Reached, changes: Any
) -> None:
    died_at = now(world)
    world.emulator.post("ram", {"roles": {WATCH: changes}})
    pass_minutes(world, 15)
    assert_called_soon(world, died_at)
    assert health(world) == (503, "overdue")
