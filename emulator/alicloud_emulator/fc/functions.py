"""Function Compute as the rest of the emulator sees it: functions to invoke, and what they did and received."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from alicloud_emulator.calls import new_request_id
from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc import triggers
from alicloud_emulator.fc.http_trigger import HttpTriggers
from alicloud_emulator.fc.instances import Instances
from alicloud_emulator.fc.invocation import Invocation, Outcome
from alicloud_emulator.fc.mounts import Mounts, program
from alicloud_emulator.fc.queue import Queue
from alicloud_emulator.fc.replies import reply
from alicloud_emulator.fc.rights import role_arn
from alicloud_emulator.ram.trust import lets_in
from alicloud_emulator.section import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from alicloud_emulator.fc.definition import Function
    from alicloud_emulator.fc.logs import Line
    from alicloud_emulator.fc.surroundings import Surroundings

# FC "Request limits": synchronous and asynchronous payloads.
FC = ("Service", "fc.aliyuncs.com")
LARGEST_SYNC, LARGEST_ASYNC = 32 * 1024 * 1024, 128 * 1024
# An emulator that is left alone fires timers for ever.
KEPT_INVOCATIONS, KEPT_LINES = 20_000, 100_000


class Functions:
    """The functions of s.yaml by name, and the services of FC 2.0 whose functions keep what they receive."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.http_trigger: str | None = None
        self.by_name: dict[str, Function] = {}
        self.services: dict[str, set[str]] = {}  # of FC 2.0
        self.invocations: deque[Invocation] = deque(maxlen=KEPT_INVOCATIONS)
        self.received: list[dict[str, Any]] = []
        self.lines: deque[Line] = deque(maxlen=KEPT_LINES)
        self.mounts = Mounts()
        self.instances = Instances(around, self.lines, self.mounts)
        self.queue = Queue(around, self)
        self.http_triggers = HttpTriggers(around, self)

    @property
    def account_id(self) -> str:
        """Whose functions they are."""
        return self.around.account_id

    async def start(self, functions: Iterable[Function]) -> None:
        """Deploy functions and open their HTTP triggers."""
        for function in functions:
            self.deploy(function)
        self.http_trigger = await self.http_triggers.start(self.by_name.values())

    def deploy(self, function: Function) -> None:
        """Create a function; its code and its layer (folders or zips) and its role must be there."""
        function = replace(function, code=self.mounts.folder(function.code))
        if function.layers:
            self.mounts.folder(self.around.opt)
            program(self.around.opt, function.runtime)
        if function.role:
            role = self.around.identity.role(role_arn(function.role, self.account_id))
            if role is None:
                raise SettingsError(f"{function.name}: there is no role {function.role}")
            if not lets_in(role.trusts(), [FC], {}):
                raise SettingsError(f"{function.name}: the role {function.role} does not trust {FC[1]}")
        self.by_name[function.name] = function
        triggers.arm(self.around, self.queue, function)

    async def replace_code(self, name_or_handler: str, code: Path) -> Function:
        """Deploy other code of a function: what runs ends on the old, and all that comes starts on the new.

        Raises SettingsError where there is neither a folder nor a zip.
        """
        before = self.find(name_or_handler)
        after = replace(before, code=self.mounts.folder(code))
        self.by_name[after.name] = after
        await self.instances.retire(before)
        return after

    def add_service(self, service: str, function: str) -> None:
        """Create a function of FC 2.0 that keeps what it receives."""
        self.services.setdefault(service, set()).add(function)

    async def stop(self) -> None:
        """Close the HTTP triggers and kill every instance."""
        await self.http_triggers.stop()
        await self.instances.stop()
        self.mounts.close()

    def kill(self, origin: str) -> None:
        """Kill the instance that keys of this origin were issued to."""
        self.instances.kill(origin)

    def find(self, name_or_handler: str) -> Function:
        """The function with this name or handler (`index.on_watch` or `on_watch`); refused as FunctionNotFound."""
        for function in self.by_name.values():
            if name_or_handler in (function.name, function.handler, function.handler.rpartition(".")[2]):
                return function
        known = ", ".join(self.by_name) or "nothing: the emulator was started without functions"
        raise ApiError(404, "FunctionNotFound", f"function {name_or_handler!r} is none of {known}")

    async def invoke(self, name: str, payload: bytes, mode: str = "sync") -> Invocation:
        """Invoke a function of s.yaml and wait for its end ("sync"), or queue it ("async")."""
        function = self.find(name)
        if len(payload) > (LARGEST_ASYNC if mode == "async" else LARGEST_SYNC):
            raise ApiError(400, "EntityTooLarge", f"the payload of {len(payload)} bytes is too large")
        if mode == "async":
            return self.queue.put(function, payload)
        invocation = self.record(function, payload)
        await self.run(function, invocation)
        return invocation

    def record(self, function: Function, payload: bytes, request_id: str | None = None) -> Invocation:
        """Begin an invocation in the state."""
        request_id = request_id or new_request_id().lower()
        invocation = Invocation(function=function.name, request_id=request_id, payload=payload)
        self.invocations.append(invocation)
        return invocation

    def repeat(self, invocation: Invocation) -> Invocation:
        """Begin the next attempt of an invocation, under the same request id."""
        again = Invocation(
            function=invocation.function,
            request_id=invocation.request_id,
            payload=invocation.payload,
            retry_count=invocation.retry_count + 1,
        )
        self.invocations.append(again)
        return again

    async def run(self, function: Function, invocation: Invocation) -> Outcome:
        """Run one attempt to its end; cloud time goes as the wall clock meanwhile."""
        function = self.by_name[function.name]  # as it is deployed by now, whenever the invocation came
        invocation.status = "running"
        with self.around.clock.invocation():
            try:
                outcome = await self.instances.run(function, invocation)
            except ApiError:
                invocation.status = "throttled"
                raise
        invocation.end(outcome)
        return outcome

    async def fire_timer(self, name_or_handler: str) -> web.Response:
        """The control call: invoke a function with its timer's event and wait."""
        function = self.find(name_or_handler)
        timer = function.timer()
        if timer is None:
            raise ApiError(404, "TriggerNotFound", f"function {function.name!r} has no timer")
        event = triggers.payload(timer.name, timer.payload, self.around.clock.now())
        return reply(await self.invoke(function.name, event))

    async def control_invoke(self, request: web.Request) -> web.Response:
        """The control call: the body is the payload; `?mode=async` queues it."""
        mode = request.query.get("mode", "sync")
        if mode not in ("sync", "async"):
            raise ApiError(400, "InvalidValue", f"mode is {mode!r}; it is sync or async")
        return reply(await self.invoke(request.match_info["name"], await request.read(), mode))

    def deliver(self, target: str, event: Any) -> None:
        """Give an event to a target: `fc:<function of s.yaml>` is invoked, any other keeps it."""
        name = target.removeprefix("fc:")
        if target.startswith("fc:") and "/" not in name:
            self.queue.put(self.find(name), json.dumps(event, ensure_ascii=False).encode())
        else:
            self.received.append({"target": target, "event": event})

    def logs(self) -> list[dict[str, Any]]:
        """The lines of `GET /_emulator/logs`."""
        return [line.row() for line in self.lines]

    def invocations_state(self) -> list[dict[str, Any]]:
        """The invocations of `GET /_emulator/state`."""
        return [invocation.row() for invocation in self.invocations]

    def received_state(self) -> list[dict[str, Any]]:
        """What targets have received, of `GET /_emulator/state`."""
        return list(self.received)
