"""One instance: a process of its own that runs one invocation at a time, frozen in between, killed at its time-out."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from alicloud_emulator.fc import environment
from alicloud_emulator.fc.caretaker import PID
from alicloud_emulator.fc.invocation import Outcome
from alicloud_emulator.fc.logs import Pump
from alicloud_emulator.fc.process import Process, base_python
from alicloud_emulator.fc.runtime_api import RuntimeApi, Work

if TYPE_CHECKING:
    from collections import deque

    from alicloud_emulator.fc.definition import Function
    from alicloud_emulator.fc.invocation import Invocation
    from alicloud_emulator.fc.logs import Line
    from alicloud_emulator.identity import AccessKey

START_LIMIT_S = 300.0  # a busy machine starts a process in its own time
EXITED = Outcome.unhandled("killed", "Process exited unexpectedly before completing request")


class Body(NamedTuple):
    """What a function runs on: an interpreter, and the layers under its code."""

    program: str = base_python()
    layers: tuple[Path, ...] = ()


class Instance:
    """A process, the runtime API that feeds it, and the key of its role."""

    def __init__(self, folder: Path, function: Function, account_id: str, body: Body) -> None:
        self.instance_id = folder.name
        self.function = function
        self.account_id = account_id
        self.body = body
        self.key: AccessKey | None = None
        self.busy = True
        self.retired = False  # other code of its function has been deployed
        self._api = RuntimeApi()
        self._folder = folder
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._pump: Pump | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a process that can take work."""
        return self._process is not None and self._process.alive

    async def start(self, kept: deque[Line]) -> None:
        """Start the process; what it writes goes to `kept`."""
        place = environment.Place(
            account_id=self.account_id,
            instance_id=self.instance_id,
            home=self._folder / "home",
            runtime_api=await self._api.start(),
        )
        place.home.mkdir()
        arguments = [self.function.runtime, *map(str, self.body.layers)]
        variables = environment.environment(self.function, place, self.key)
        self._process = await Process.start(self._folder, self.body.program, arguments, variables)
        (self._folder / PID).write_text(str(self._process.pid))
        self._pump = Pump(self.function.name, kept)
        if self._process.output:
            self._reader = asyncio.create_task(self._pump.run(self._process.output))

    async def run(self, invocation: Invocation, *, logged: bool) -> Outcome:
        """Hand the invocation to the process and wait for its answer, its death or the time-out."""
        if self._process is None or self._pump is None:
            raise RuntimeError(f"{self.instance_id} was not started")
        self._pump.keeps = logged
        invocation.pid = self._process.pid
        self._process.thaw()
        if not await self._asks_for_work(self._process):
            return EXITED
        answered: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._api.hand_over(self._work(invocation, answered))
        await first(answered, self._process.exited, self.function.timeout_s)
        if not answered.done():
            return self._unanswered(self._process)
        await self._pump.drained(invocation.request_id)
        self._process.freeze()
        return answered.result()

    def _unanswered(self, process: Process) -> Outcome:
        if not process.alive:
            return EXITED
        process.kill()
        return Outcome.unhandled("timed_out", f"Function timed out after {self.function.timeout_s} seconds")

    def _work(self, invocation: Invocation, answered: asyncio.Future[Outcome]) -> Work:
        headers = environment.headers(self.function, self.account_id, invocation, self.key)
        return Work(request_id=invocation.request_id, payload=invocation.payload, headers=headers, outcome=answered)

    async def _asks_for_work(self, process: Process) -> bool:
        """Wait for the process to be up; the time-out of the function counts from then on."""
        ready = asyncio.create_task(self._api.ready.wait())
        await first(ready, process.exited, START_LIMIT_S)
        ready.cancel()
        return self._api.ready.is_set() and process.alive

    def kill(self) -> None:
        """Kill the process and whatever it started, at once."""
        if self._process:
            self._process.kill()

    async def stop(self) -> None:
        """Kill the process and clean up after it."""
        self.kill()
        if self._process:
            await self._process.exited
        if self._reader:
            await self._reader
        await self._api.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


async def first(awaited: asyncio.Future[Any], exited: asyncio.Task[int], limit_s: float) -> None:
    """Wait until something happened, the process is gone, or the wall clock says so."""
    await asyncio.wait({awaited, exited}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
