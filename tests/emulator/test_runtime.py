"""Instances: what a function finds around it, and what becomes of its process."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.deployment import NAME, deployed, eventually

ECHO = "def handler(event, context):\n    return event\n"

LOOK_AROUND = """
import importlib.util, json, os, sys

def handler(event, context):
    for name in ("tests", "emulator", "bootstrap", "yaml", "aiohttp", "pip"):
        print(name, importlib.util.find_spec(name) is not None)
    return {
        "path": sys.path, "environment": dict(os.environ), "cwd": os.getcwd(), "type": type(event).__name__,
        "context": sorted(vars(context)), "function": vars(context.function), "pid": os.getpid(),
    }
"""

LIVES = """
import os, sys, threading, time

ticks = []

def handler(event, context):
    if event == b'"raise"':
        raise ValueError("no such image")
    if event == b'"exit"':
        os._exit(3)
    if event == b'"sleep"':
        time.sleep(30)
    if event == b'"nap"':
        time.sleep(0.5)
    if event == b'"background"':
        threading.Thread(target=lambda: [(time.sleep(0.02), ticks.append(1)) for _ in range(1000)], daemon=True).start()
    return {"pid": os.getpid(), "ticks": len(ticks)}
"""


def test_a_function_finds_its_code_its_layer_and_the_standard_library_alone(tmp_path: Path) -> None:
    (tmp_path / "opt" / "python").mkdir(parents=True)
    layers = ["acs:fc:cn-hangzhou:1:layers/sdk/versions/1"]
    with deployed(tmp_path, LOOK_AROUND, opt=tmp_path / "opt", layers=layers) as world:
        _, seen, _ = world.invoke()
        assert [line for line in world.lines() if line.endswith("True")] == []
    code, opt = str(tmp_path / "code"), tmp_path / "opt"
    assert seen["path"][0] == code
    assert seen["path"][2] == str(opt / "python")
    assert not any("site-packages" in place for place in seen["path"] if not place.startswith(str(opt)))
    assert Path(seen["cwd"]).name == "home"
    assert seen["type"] == "bytes"


def test_the_environment_is_that_of_the_cloud_and_of_the_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_HOST", "leaks")
    own = {"OWN": "1"}
    with deployed(tmp_path, LOOK_AROUND, environmentVariables=own, role="image-export-event") as world:
        _, seen, _ = world.invoke()
    found = seen["environment"]
    assert "OF_THE_HOST" not in found
    assert found["OWN"] == "1"
    assert (found["FC_FUNCTION_NAME"], found["FC_REGION"], found["FC_FUNCTION_HANDLER"]) == (
        NAME,
        "cn-hangzhou",
        "index.handler",
    )
    assert found["ALIBABA_CLOUD_ACCESS_KEY_ID"].startswith("STS.")


@pytest.mark.parametrize(("runtime", "credentials"), [("python3.10", True), ("python3.12", False)])
def test_the_context_has_the_shape_of_the_runtime(tmp_path: Path, runtime: str, credentials: bool) -> None:
    with deployed(tmp_path, LOOK_AROUND, runtime=runtime, role="image-export-event") as world:
        _, seen, _ = world.invoke()
    assert ("credentials" in seen["context"]) is credentials
    assert ("service" in seen["context"]) is credentials
    assert {"request_id", "function", "region", "account_id", "logger"} <= set(seen["context"])
    assert ("qualifier" in seen["function"]) is not credentials
    assert seen["function"]["timeout"] == 10


@pytest.mark.parametrize(
    ("returned", "answered"),
    [("b'raw'", "raw"), ("'text'", "text"), ("{'a': [1, None]}", {"a": [1, None]}), ("None", None)],
)
def test_bytes_and_text_go_out_as_they_are_and_the_rest_as_json(tmp_path: Path, returned: str, answered: Any) -> None:
    with deployed(tmp_path, f"def handler(event, context):\n    return {returned}\n") as world:
        status, body, headers = world.invoke()
    assert (status, body) == (200, answered)
    assert headers["x-fc-request-id"]


def test_an_exception_is_an_unhandled_invocation_error_with_its_stack(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        status, body, headers = world.invoke("raise")
        assert world.invocations()[0]["status"] == "failed"
        assert "ValueError: no such image" in world.lines()
    assert (status, headers["x-fc-error-type"]) == (502, "UnhandledInvocationError")
    assert (body["errorMessage"], body["errorType"]) == ("no such image", "ValueError")
    file, _, function, code = body["stackTrace"][-1]
    assert (Path(file).name, function, code) == ("index.py", "handler", 'raise ValueError("no such image")')


def test_a_handler_that_is_not_there_is_an_error_of_the_function(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO, handler="index.absent") as world:
        status, body, _ = world.invoke()
    assert (status, body["errorType"]) == (502, "AttributeError")


def test_a_warm_instance_is_used_again_and_frozen_meanwhile(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        first = world.invoke("background")[1]["pid"]
        assert Path(f"/proc/{first}/stat").read_text().split()[2] == "T"
        time.sleep(0.4)  # an unfrozen thread would tick twenty times
        _, second, _ = world.invoke()
    assert second["pid"] == first
    assert second["ticks"] < 10


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
        began = time.monotonic()
        status, body, _ = world.invoke("sleep")
        pid = world.invocations()[0]["pid"]
        assert world.invocations()[0]["status"] == "timed_out"
    assert status == 502
    assert body == {"errorMessage": "Function timed out after 1 seconds"}
    assert 1 <= time.monotonic() - began < 5
    assert not Path(f"/proc/{pid}").exists()


def test_two_invocations_at_a_time_run_in_two_processes(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        answers: list[Any] = []
        threads = [threading.Thread(target=lambda: answers.append(world.invoke("nap")[1]["pid"])) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(answers)) == 2


def test_past_the_limit_of_instances_it_is_429(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        world.post("quotas", {"instances": 1})
        busy = threading.Thread(target=world.invoke, args=("nap",))
        busy.start()
        eventually(lambda: [entry for entry in world.invocations() if entry["pid"]])
        assert world.invoke()[0] == 429
        busy.join()
        assert world.invoke()[0] == 200


def test_the_cloud_clock_goes_as_the_wall_clock_while_a_function_runs(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES, speed=600.0) as world:
        world.invoke()
        before = world.cloud.clock.now()
        world.invoke("nap")
        passed = (world.cloud.clock.now() - before).total_seconds()
    assert 0.5 < passed < 60  # at 600 times the pace it would be 300


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


def test_no_process_outlives_the_emulator(tmp_path: Path) -> None:
    with deployed(tmp_path, LIVES) as world:
        pid = world.invoke()[1]["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
