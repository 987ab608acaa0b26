"""What functions live among, and what may invoke them. Knows no function."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.eventbridge.buses import EventBridge
from alicloud_emulator.fc.definition import Function
from alicloud_emulator.fc.invocation import Invocation, Outcome
from alicloud_emulator.identity import Identity
from alicloud_emulator.quotas import Quotas
from alicloud_emulator.ram.authorization import Rights
from alicloud_emulator.signatures.keyring import Keyring
from alicloud_emulator.unsure import Unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The account's clock, roles, keys, limits and buses; what is mounted at /opt; a way to do things meanwhile."""

    clock: CloudClock
    identity: Identity
    rights: Rights
    keyring: Keyring
    quotas: Quotas
    unsure: Unsure
    eventbridge: EventBridge
    opt: Path
    spawn: Callable[[Coroutine[Any, Any, Any]], None]

    @property
    def account_id(self) -> str:
        """Whose functions they are."""
        return self.identity.account_id


class Invoker(Protocol):
    """Begins invocations, runs them, and takes events to targets."""

    def record(self, function: Function, payload: bytes, request_id: str | None = None) -> Invocation:
        """Begin an invocation in the state."""

    def repeat(self, invocation: Invocation) -> Invocation:
        """Begin the next attempt of an invocation, under the same request id."""

    async def run(self, function: Function, invocation: Invocation) -> Outcome:
        """Run one attempt to its end; ApiError where there is no room."""

    def deliver(self, target: str, event: Any) -> None:
        """Give an event to a target."""
