"""What a function finds around it in an instance, and how its answer goes out."""

from pathlib import Path
from typing import Any

import pytest

from tests.emulator.deployment import ECHO, NAME, deployed

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

RAISE = """
def handler(event, context):
    raise ValueError("no such image")
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
    assert seen["function"]["timeout"] == 86_400


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
    with deployed(tmp_path, RAISE) as world:
        status, body, headers = world.invoke()
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
