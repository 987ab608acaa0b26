"""One invocation of a function and what came of it, as values. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

UNHANDLED = "UnhandledInvocationError"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an invocation ended: succeeded, failed, timed_out or killed; `error_type` is x-fc-error-type."""

    status: str
    body: bytes
    error_type: str | None = None

    @classmethod
    def unhandled(cls, status: str, message: str) -> Outcome:
        """An end that the function itself could not report."""
        return cls(status=status, body=json.dumps({"errorMessage": message}).encode(), error_type=UNHANDLED)


@dataclass(slots=True, kw_only=True)
class Invocation:
    """One attempt. Status: running, succeeded, failed, timed_out, killed, throttled, queued or expired."""

    function: str
    request_id: str
    payload: bytes = field(repr=False)
    retry_count: int = 0
    pid: int | None = None
    status: str = "running"
    outcome: Outcome | None = None

    def end(self, outcome: Outcome) -> None:
        """Take the outcome."""
        self.outcome, self.status = outcome, outcome.status

    def row(self) -> dict[str, Any]:
        """What `GET /_emulator/state` says of it."""
        return {"function": self.function, "request_id": self.request_id, "pid": self.pid, "status": self.status}
