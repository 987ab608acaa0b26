"""Processes of functions: used again, frozen, killed, limited, and gone at the end."""

import asyncio
import os
import signal
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from alicloud_emulator.cloud import Cloud
from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc.instances import Instances
from alicloud_emulator.fc.mounts import Mounts
from tests.emulator.deployment import ECHO, Deployed, deployed, eventually

LIVES = """
import json, os, sys, threading, time

ticks = []

def wait_for(file):
    while not os.path.exists(file):
        time.sleep(0.02)

def handler(event, context):
    if event == b'"exit"':
        os._exit(3)
    if event == b'"sleep"':
        time.sleep(30)
    if event == b'"large"':
        return "x" * (33 * 1024 * 1024)
    if event.startswith(b'"/'):
        wait_for(json.loads(event))
    if event == b'"background"':
        threading.Thread(target=lambda: [(time.sleep(0.02), ticks.append(1)) for _ in range(1000)], daemon=True).start()
    return {"pid": os.getpid(), "ticks": len(ticks)}
"""


def at_the_same_time(world: Deployed, done: Path) -> set[int]:
    """The processes of two invocations, neither of which ends before the other runs."""
    threads = [threading.Thread(target=world.invoke, args=(str(done),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    eventually(lambda: world.statuses().count("running") == 2)
    done.touch()
    for thread in threads:
        thread.join()
    return {entry["pid"] for entry in world.invocations()}


def test_a_warm_instance_is_used_again_and_frozen_meanwhile(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        first = world.invoke("background")[1]["pid"]
        eventually(lambda: Path(f"/proc/{first}/stat").read_text().split()[2] == "T")  # stopped, threads and all
        _, second, _ = world.invoke()
    assert second["pid"] == first


def test_a_process_that_exits_is_replaced(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        before = world.invoke()[1]["pid"]
        status, body, headers = world.invoke("exit")
        after = world.invoke()[1]["pid"]
        assert [entry["status"] for entry in world.invocations()] == ["succeeded", "killed", "succeeded"]
    assert (status, headers["x-fc-error-type"]) == (502, "UnhandledInvocationError")
    assert "exited unexpectedly" in body["errorMessage"]
    assert before != after


def test_the_time_out_kills_the_process(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES, timeout=1) as world:
        status, body, _ = world.invoke("sleep")
        pid = world.invocations()[0]["pid"]
        assert world.invocations()[0]["status"] == "timed_out"
    assert status == 502
    assert body == {"errorMessage": "Function timed out after 1 seconds"}
    assert not Path(f"/proc/{pid}").exists()


def test_two_invocations_at_a_time_run_in_two_processes(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        assert len(at_the_same_time(world, tmp_path / "done")) == 2


def test_past_the_limit_of_instances_it_is_429(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        world.post("quotas", {"instances": 1})
        done = tmp_path / "done"
        busy = threading.Thread(target=world.invoke, args=(str(done),))
        busy.start()
        eventually(lambda: [entry for entry in world.invocations() if entry["pid"]])
        assert world.invoke()[0] == 429
        done.touch()
        busy.join()
        assert world.invoke()[0] == 200


def test_a_limit_that_is_lowered_gives_up_what_is_warm_beyond_it(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        warm = at_the_same_time(world, tmp_path / "done")
        world.post("quotas", {"instances": 1})
        world.invoke()
        assert [Path(f"/proc/{pid}").exists() for pid in warm].count(True) == 1


class Idle:
    """An instance that takes a moment to stop."""

    alive, function, key, busy = True, None, None, False

    async def stop(self) -> None:
        await asyncio.sleep(0)


class Counted(Instances):
    """Starts no process."""

    async def _start(self, function: Any) -> Any:
        started = Idle()
        started.busy, started.function = True, function
        self._instances.append(started)  # type: ignore[arg-type]  # a fake
        return started

    async def take_at_once(self, *functions: Any) -> list[Any]:
        """What becomes of each, and how many instances there are then, with two idle ones of others before."""
        self._instances = [Idle(), Idle()]  # type: ignore[list-item]  # fakes
        taken = await asyncio.gather(*map(self._take, functions), return_exceptions=True)
        return [*taken, len(self._instances)]


def test_two_that_wait_for_the_same_room_do_not_pass_the_limit() -> None:
    """Giving an idle instance up takes a while, in which another may take the room that it leaves."""
    cloud = Cloud()
    cloud.quotas.instances = 2
    around = cloud.fc.around
    *taken, there = asyncio.run(Counted(around, deque(), Mounts()).take_at_once("a", "b", "c"))
    assert [one.code for one in taken if isinstance(one, ApiError)] == ["ResourceExhausted"]
    assert there == 2


def test_the_cloud_clock_goes_as_the_wall_clock_while_a_function_runs(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES, speed=600.0) as world:
        clock, done = world.cloud.clock, tmp_path / "done"
        busy = threading.Thread(target=world.invoke, args=(str(done),))
        busy.start()
        eventually(lambda: "running" in world.statuses())
        wall, cloud = time.monotonic(), clock.now()
        world.statuses()  # some time passes
        passed = (clock.now() - cloud).total_seconds()
        assert 0 < passed <= time.monotonic() - wall
        done.touch()
        busy.join()


def test_an_instance_that_is_killed_by_its_origin_ends_its_invocation(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES, role="image-export-event") as world:
        answers: list[Any] = []
        busy = threading.Thread(target=lambda: answers.append(world.invoke("sleep")))
        busy.start()
        eventually(lambda: [entry for entry in world.invocations() if entry["pid"]])
        keys = world.cloud.identity.keys.values()
        (origin,) = {key.origin for key in keys if key.origin}
        world.cloud.fc.kill(origin)
        busy.join()
    assert answers[0][0] == 502
    assert "exited unexpectedly" in answers[0][1]["errorMessage"]


SAYS = "def handler(event, context):\n    return '{}'\n"


def other_code(folder: Path, says: str) -> str:
    """A folder of code that answers this."""
    (folder / says).mkdir()
    (folder / says / "index.py").write_text(SAYS.format(says))
    return str(folder / says)


def test_code_that_is_deployed_anew_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        before = world.invoke()[1]["pid"]
        world.post("functions/probe", {"code": other_code(tmp_path, "anew")})
        assert world.invoke()[1] == "anew"
        assert not Path(f"/proc/{before}").exists()


def test_an_invocation_that_runs_while_code_is_deployed_ends_on_the_old(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        answers: list[Any] = []
        done = tmp_path / "done"
        busy = threading.Thread(target=lambda: answers.append(world.invoke(str(done))[1]))
        busy.start()
        (old,) = eventually(lambda: [entry["pid"] for entry in world.invocations() if entry["pid"]])
        world.post("functions/probe", {"code": other_code(tmp_path, "anew")})
        assert world.invoke()[1] == "anew"
        done.touch()
        busy.join()
        assert answers[0]["pid"] == old
        eventually(lambda: not Path(f"/proc/{old}").exists())


def test_code_that_is_not_there_is_refused_and_replaces_nothing(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world:
        with pytest.raises(HTTPError) as refused:
            world.post("functions/probe", {"code": str(tmp_path / "nowhere")})
        assert refused.value.code == 400
        assert world.invoke("still")[1] == "still"


def test_no_process_outlives_the_emulator(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        pid = world.invoke()[1]["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def test_an_answer_may_have_32_mib(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        status, body, _ = world.invoke("large")
    assert (status, body) == (502, {"errorMessage": "Response is larger than 33554432 bytes"})
