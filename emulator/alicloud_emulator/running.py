"""An emulator in a process of its own, and its control calls: what the demo and the tests start, ask and stop."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

import requests
from typing_extensions import Self

T = TypeVar("T")
Log = Path | IO[bytes] | None
READY_WITHIN_S = 30.0


class EmulatorError(RuntimeError):
    """The emulator did not start, or refused what it was told."""


class RunningEmulator:
    """`with RunningEmulator("--functions", "s.yaml") as emulator`: ready on entry, stopped on exit.

    Function logs go to `log`, a path or an open file; None lets them through to our own stderr.
    """

    def __init__(self, *arguments: str, log: Log = None, environment: dict[str, str] | None = None) -> None:
        self._arguments = arguments
        self._environment = {**os.environ, **(environment or {})}
        self._log = log
        self._session = requests.Session()
        self.endpoint = self.access_key_id = self.access_key_secret = ""
        self.http_trigger: str | None = None
        self.pid = 0

    def __enter__(self) -> Self:
        stderr = self._log.open("ab") if isinstance(self._log, Path) else self._log
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "alicloud_emulator", "--with-stdin", *self._arguments],
            stdin=subprocess.PIPE,  # closes with us, whatever ends us
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=self._environment,
            start_new_session=True,  # a Ctrl-C is ours to see to
        )
        self.pid = self._process.pid
        if stderr and isinstance(self._log, Path):
            stderr.close()
        try:
            self._get_ready()
        except BaseException:  # a signal included: what has been started is not left alone
            self._stop()
            raise
        return self

    def _get_ready(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - PIPE was asked for
        line = self._process.stdout.readline()
        if not line:
            raise EmulatorError(self._why_not())
        ready = json.loads(line)
        self.endpoint, self.http_trigger = ready["endpoint"], ready["http_trigger"]
        self.access_key_id, self.access_key_secret = ready["access_key_id"], ready["access_key_secret"]

    def _why_not(self) -> str:
        code, said = self._process.wait(), self.last_words()
        return f"the emulator did not start (exit {code}): {said or 'its stderr says why'}"

    def last_words(self) -> str:
        """The last line of the log, if there is one."""
        if self._log is None:
            return ""
        if not isinstance(self._log, Path):
            self._log.seek(0)
        log = self._log.read_bytes() if isinstance(self._log, Path) else self._log.read()
        return (log.decode(errors="replace").strip().splitlines() or [""])[-1]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._session.close()
        self._process.terminate()
        try:
            self._process.wait(READY_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def wait(self) -> int:
        """Wait until its process has ended by itself; its exit code."""
        return self._process.wait()

    # Control calls

    def get(self, what: str) -> Any:
        """`state`, `calls`, `logs` …, unpacked where it is a single list."""
        answer = self._session.get(f"{self.endpoint}/_emulator/{what}", timeout=400).json()
        name = what.partition("?")[0]
        return answer[name] if set(answer) == {name} else answer

    def delete(self, what: str) -> None:
        """Forget what was ordered."""
        self._session.delete(f"{self.endpoint}/_emulator/{what}", timeout=400).raise_for_status()

    def post(self, what: str, body: Any = None, **query: str) -> Any:
        """A control call; raises EmulatorError with the emulator's words where it refuses."""
        answer = self._session.post(f"{self.endpoint}/_emulator/{what}", json=body, params=query, timeout=400)
        if not answer.ok:
            raise EmulatorError(f"POST {what}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def invoke(self, function: str, payload: bytes, **query: str) -> Any:
        """Invoke a function with these bytes; answers what it answered. RuntimeError where it failed."""
        url = f"{self.endpoint}/_emulator/invoke/{function}"
        answer = self._session.post(url, data=payload, params=query, timeout=400)
        if not answer.ok:
            raise EmulatorError(f"{function}: {answer.status_code} {answer.text}")
        return answer.json()

    def tick(self) -> Any:
        """Fire the watcher's timer; answers its answer."""
        return self.post("timers/on_watch")

    def advance(self, seconds: float) -> None:
        """Let cloud time jump."""
        self.post("clock", {"advance_s": seconds})

    def fault(self, service: str, action: str, kind: str, **more: Any) -> None:
        """Order a fault."""
        self.post("faults", [{"service": service, "action": action, "kind": kind, **more}])

    def calls(self, action: str) -> list[dict[str, Any]]:
        """The calls of an action, in order."""
        calls: list[dict[str, Any]] = self.get(f"calls?action={action}")
        return calls

    def calls_after(self, count: int) -> list[dict[str, Any]]:
        """The calls since there were so many, in order."""
        calls: list[dict[str, Any]] = self.get(f"calls?after={count}")
        return calls

    def count_calls(self) -> int:
        """How many calls there were until now."""
        return int(self.get("calls/count")["count"])

    def state(self, part: str) -> list[dict[str, Any]]:
        """One part of the state: images, tasks, objects, events, invocations or received."""
        rows: list[dict[str, Any]] = self.get(f"state?only={part}")[part]
        return rows

    def until(self, look: Callable[[], T | None], *, within_s: float = 600.0) -> T | None:
        """The first truthy answer of `look`, or None when the time is up. Waits between looks."""
        deadline = time.monotonic() + within_s
        while not (seen := look()):
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)
        return seen
