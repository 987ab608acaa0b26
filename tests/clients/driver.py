"""A driver in its process: asked by a line, answers by a line."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from tests.patience import HANGS_S

KEPT = ("PATH", "HOME", "LANG", "LC_ALL")  # what a client could take for its settings is not among them


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client made of a call: the cloud's code ("" is success), and what its models read."""

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""


class Driver:
    """Pipes to the process of one client."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._asks: IO[str] = process.stdin  # type: ignore[assignment]  # PIPE was asked for
        self._says: IO[str] = process.stdout  # type: ignore[assignment]

    def ask(self, call: str, **asked: Any) -> Answer:
        """Make a call and wait for what came of it."""
        self._asks.write(json.dumps({"call": call, **asked}) + "\n")
        self._asks.flush()
        line = self._says.readline()
        assert line, f"the driver died at {call} (exit {self._process.wait(HANGS_S)})"
        return Answer(**json.loads(line))


@contextmanager
def driving(command: list[str], variables: Mapping[str, str]) -> Iterator[Driver]:
    """The driver, until the end of the block."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {**variables, "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(  # noqa: S603 - our own drivers
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Driver(process)
    finally:
        process.kill()
        process.communicate()
