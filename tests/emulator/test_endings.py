"""Whatever ends an emulator or the demo, nothing of it is left: no process, no folder, no file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests

from alicloud_emulator.fc import caretaker
from alicloud_emulator.running import RunningEmulator
from tests.emulator.deployment import eventually, write
from tests.patience import HANGS_S

ROOT = Path(__file__).parents[2]
# A function that starts a process of its own, and says when both run.
PARENT = """
import pathlib, subprocess, sys

def handler(event, context):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    return {"child": child.pid}
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")


def texts(process: Path) -> Iterator[bytes]:
    """What a process was started with; nothing where it is gone."""
    for name in ("cmdline", "environ"):
        try:
            yield (process / name).read_bytes()
        except OSError:
            continue


def running(folder: Path) -> list[int]:
    """The processes whose command line or environment names this folder."""
    wanted = str(folder).encode()
    found = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [int(entry.name) for entry in found if any(wanted in text for text in texts(entry))]


def temporary(folder: Path) -> dict[str, str]:
    """An environment in which everything temporary goes there."""
    return {**os.environ, "TMPDIR": str(folder)}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_whatever_ends_the_demo_nothing_of_it_is_left(tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-m", "image_export_cli", "demo", "--outcome", "stall", "--seconds", str(HANGS_S)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=temporary(tmp_path), **pipes) as demo:  # noqa: S603 - our own program
        eventually(lambda: list(tmp_path.glob(f"*/*/{caretaker.PID}")))  # a function runs
        demo.send_signal(signal.Signals[name])
        _, said = demo.communicate(timeout=HANGS_S)
    number = signal.Signals[name].value
    assert demo.returncode == (-number if name == "SIGKILL" else 128 + number)
    assert said == ("" if name == "SIGKILL" else f"stopped by {name}: nothing is left\n")
    eventually(lambda: not running(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "image_export_cli", "demo", "--package", "dist/nothing.zip"]
    subprocess.run(command, cwd=ROOT, env=temporary(tmp_path), capture_output=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own program
    assert (running(tmp_path), list(tmp_path.iterdir())) == ([], [])


def test_an_emulator_that_is_killed_leaves_neither_processes_of_functions_nor_what_they_have_started(
    tmp_path: Path,
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "temporary").mkdir()
    file = write(tmp_path / "own", PARENT)
    environment = temporary(tmp_path / "temporary")
    with RunningEmulator("--functions", str(file), log=tmp_path / "log", environment=environment) as emulator:
        child = emulator.invoke("probe", b"{}")["child"]
        os.kill(emulator.pid, signal.SIGKILL)
        eventually(lambda: not running(tmp_path / "temporary"))
        eventually(lambda: not Path(f"/proc/{child}").exists())
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_caretaker_waits_for_the_end_of_whoever_started_it_and_removes_what_is_read_only(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "mount-0"
    folder.mkdir(parents=True)
    (folder / "index.py").touch()
    folder.chmod(0o555)
    command = [sys.executable, "-I", "-S", caretaker.__file__, str(tmp_path / "home")]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603 - our own program
        assert (process.poll(), folder.exists()) == (None, True)
    assert (process.returncode, list(tmp_path.iterdir())) == (0, [])


def test_a_folder_without_a_process_yet_is_no_reason_to_kill_anything(tmp_path: Path) -> None:
    (tmp_path / "home" / "c-1").mkdir(parents=True)
    (tmp_path / "home" / "c-1" / caretaker.PID).touch()
    caretaker.clear(tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def fire(endpoint: str) -> None:
    """Have the watcher look; there is no answer once the emulator is gone."""
    with suppress(requests.ConnectionError):
        requests.post(f"{endpoint}/_emulator/timers/on_watch", timeout=HANGS_S)


def test_an_emulator_whose_caller_goes_away_in_the_midst_of_calls_ends_all_the_same(tmp_path: Path) -> None:
    environment = temporary(tmp_path)
    command = [sys.executable, "-m", "alicloud_emulator", "--with-stdin"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "env": environment, "cwd": ROOT}
    with subprocess.Popen(command, **pipes) as emulator:  # noqa: S603 - our own program
        assert emulator.stdin is not None
        assert emulator.stdout is not None
        endpoint = json.loads(emulator.stdout.readline())["endpoint"]
        held = [{"service": "oss", "action": "GetBucketVersioning", "kind": "hold"}]
        requests.post(f"{endpoint}/_emulator/faults", json=held, timeout=HANGS_S)
        caller = Thread(target=fire, args=(endpoint,), daemon=True)
        caller.start()
        eventually(lambda: '"GetBucketVersioning"' in requests.get(f"{endpoint}/_emulator/calls", timeout=HANGS_S).text)
        emulator.stdin.close()
        assert emulator.wait(HANGS_S) is not None
    eventually(lambda: not running(tmp_path))
    assert list(tmp_path.iterdir()) == []
