"""What instances write to stdout and stderr: kept, and passed on to the emulator's stderr, one line each."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import deque
from dataclasses import dataclass
from typing import Any

LONGEST_LINE = 1024 * 1024
MARK = re.compile(r"FC Invoke (Start|End) RequestId: (\S+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line and the invocation that it belongs to; None before the first one."""

    function: str
    request_id: str | None
    line: str

    def row(self) -> dict[str, Any]:
        """What `GET /_emulator/logs` says of it."""
        return {"function": self.function, "request_id": self.request_id, "line": self.line}


class Pump:
    """Reads the output of one process; invocations are told apart by FC's own lines, as SLS does it."""

    def __init__(self, function: str, kept: deque[Line]) -> None:
        self.function = function
        self._kept = kept
        self.keeps = True  # whether the function's role may write to its log store
        self._request_id: str | None = None
        self._read_to_end_of: str | None = None
        self._moved = asyncio.Event()

    async def run(self, stream: asyncio.StreamReader) -> None:
        """Read until the process closes its output."""
        while raw := await read_line(stream):
            self._take(raw.decode(errors="replace").rstrip("\n"))

    async def drained(self, request_id: str, wait_s: float = 30.0) -> None:
        """Wait until the output of an invocation that has answered is read, or for `wait_s`."""
        try:
            await asyncio.wait_for(self._until(request_id), wait_s)
        except asyncio.TimeoutError:
            return

    async def _until(self, request_id: str) -> None:
        while self._read_to_end_of != request_id:
            self._moved.clear()
            await self._moved.wait()

    def _take(self, text: str) -> None:
        mark = MARK.search(text)
        if mark and mark[1] == "Start":
            self._request_id = mark[2]
        if self.keeps:
            self._kept.append(Line(function=self.function, request_id=self._request_id, line=text))
        if mark is None or mark.start():  # FC's own lines are in the log, and would only be noise here
            print(text if is_json(text) else f"{self.function}: {text}", file=sys.stderr)  # noqa: T201 - its log stream
        if mark and mark[1] == "End":
            self._read_to_end_of = mark[2]
            self._moved.set()


async def read_line(stream: asyncio.StreamReader) -> bytes:
    """Read a line; the first part of one that is longer than the buffer."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as rest:
        return rest.partial
    except asyncio.LimitOverrunError as full:
        return await stream.readexactly(full.consumed)


def is_json(text: str) -> bool:
    """Tell whether a line is a JSON object."""
    if not text.startswith("{"):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True
