"""Throw-away functions: a code folder and an s.yaml for one of them, deployed to an emulated cloud."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from alicloud_emulator.cloud import Settings
from tests.emulator.world import World, running
from tests.ground import OPEN
from tests.patience import HANGS_S

NAME = "probe"
ECHO = "def handler(event, context):\n    return event\n"


class Deployed(World):
    """A world with the function `probe` in it."""

    def invoke(self, payload: Any = None, mode: str = "sync") -> tuple[int, Any, dict[str, str]]:
        """Invoke it by the control call: status, answer and headers."""
        url = f"{self.endpoint}/_emulator/invoke/{NAME}?mode={mode}"
        request = urllib.request.Request(url, json.dumps(payload).encode(), method="POST")  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=HANGS_S) as answer:  # noqa: S310 - loopback
                return answer.status, read(answer.read()), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, read(error.read()), dict(error.headers)

    def invocations(self) -> list[dict[str, Any]]:
        """What the state says of the invocations."""
        found: list[dict[str, Any]] = self.get("state")["invocations"]
        return found

    def statuses(self) -> list[str]:
        """How the invocations stand."""
        return [entry["status"] for entry in self.invocations()]

    def lines(self) -> list[str]:
        """What the function has written."""
        return [entry["line"] for entry in self.get("logs")["logs"]]


def read(body: bytes) -> Any:
    """JSON where it is JSON, text otherwise."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


def write(folder: Path, source: str, **props: Any) -> Path:
    """Write index.py and s.yaml; `props` are those of fc3 and replace the defaults."""
    (folder / "code").mkdir()
    (folder / "code" / "index.py").write_text(source, encoding="utf-8")
    known = {"region": "cn-hangzhou", "functionName": NAME, "handler": "index.handler", "runtime": "python3.10"}
    resource = {"component": "fc3", "props": {**known, "code": "code", "timeout": 86_400, **props}}
    file = folder / "s.yaml"
    file.write_text(yaml.safe_dump({"edition": "3.0.0", "name": "test", "resources": {"probe": resource}}))
    return file


@contextmanager
def deployed(folder: Path, source: str, *, speed: float = 1.0, opt: Path = Path(), **props: Any) -> Iterator[Deployed]:
    """Run a cloud with one function."""
    with running(Settings(speed=speed, functions=write(folder, source, **props), opt=opt, ground=OPEN)) as world:
        yield Deployed(world.cloud)


def eventually(look: Callable[[], Any]) -> Any:
    """Look again and again until there is something to see."""
    until = time.monotonic() + HANGS_S
    while not (seen := look()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)
    return seen
