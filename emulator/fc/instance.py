"""One instance: a process of its own that runs one invocation at a time, frozen in between, killed at its time-out."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.fc import bootstrap, environment
from emulator.fc.invocation import Invocation, Outcome
from emulator.fc.logs import LONGEST_LINE, Pump
from emulator.fc.runtime_api import RuntimeApi, Work

if TYPE_CHECKING:
    from collections import deque

    from emulator.fc.definition import Function
    from emulator.fc.logs import Line
    from emulator.identity import AccessKey

START_LIMIT_S = 30.0
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
LIBC = ctypes.CDLL(None)  # loaded before any fork


class Instance:
    """A process and the runtime API that feeds it."""

    def __init__(self, instance_id: str, function: Function, *, account_id: str, layers: tuple[Path, ...]) -> None:
        self.instance_id = instance_id
        self.function = function
        self.account_id = account_id
        self.layers = layers
        self.key: AccessKey | None = None
        self.busy = True
        self._api = RuntimeApi()
        self._folder = Path(tempfile.mkdtemp(prefix="fc-"))
        self._process: asyncio.subprocess.Process | None = None
        self._exited: asyncio.Task[int] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._pump: Pump | None = None

    @property
    def pid(self) -> int | None:
        """The process, once there is one."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the process can still take work."""
        return self._exited is not None and not self._exited.done()

    async def start(self, kept: deque[Line]) -> None:
        """Start the process with nothing but its own environment."""
        (self._folder / "home").mkdir()
        program = shutil.copy(bootstrap.__file__, self._folder)
        variables = environment.environment(
            self.function,
            account_id=self.account_id,
            instance_id=self.instance_id,
            home=self._folder / "home",
            runtime_api=await self._api.start(),
        )
        self._process = await asyncio.create_subprocess_exec(
            base_python(), "-I", "-S", program, self.function.runtime, *map(str, self.layers),
            env=variables | environment.credentials(self.key),
            cwd=self._folder / "home",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LONGEST_LINE,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )  # fmt: skip
        self._pump = Pump(self.function.name, kept)
        self._exited = asyncio.create_task(self._process.wait())
        if self._process.stdout:
            self._reader = asyncio.create_task(self._pump.run(self._process.stdout))

    async def run(self, invocation: Invocation) -> Outcome:
        """Hand the invocation to the process and wait for its answer, its death or the time-out."""
        answered: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        invocation.pid = self.pid
        self._signal(signal.SIGCONT)
        if not await self._asks_for_work():
            return Outcome.unhandled("killed", "Process exited unexpectedly before completing request")
        self._api.hand_over(self._work(invocation, answered))
        await self._first(answered, self.function.timeout_s)
        return await self._end(invocation, answered)

    async def _end(self, invocation: Invocation, answered: asyncio.Future[Outcome]) -> Outcome:
        if answered.done():
            if self._pump:
                await self._pump.drained(invocation.request_id)
            self._signal(signal.SIGSTOP)
            return answered.result()
        if not self.alive:
            return Outcome.unhandled("killed", "Process exited unexpectedly before completing request")
        self.kill()
        limit = self.function.timeout_s
        return Outcome.unhandled("timed_out", f"Function timed out after {limit} seconds")

    def _work(self, invocation: Invocation, answered: asyncio.Future[Outcome]) -> Work:
        headers = environment.headers(
            self.function,
            account_id=self.account_id,
            request_id=invocation.request_id,
            retry_count=invocation.retry_count,
            key=self.key,
        )
        return Work(request_id=invocation.request_id, payload=invocation.payload, headers=headers, outcome=answered)

    async def _asks_for_work(self) -> bool:
        """Wait for the process to be up; the time-out of the function counts from then on."""
        ready = asyncio.create_task(self._api.ready.wait())
        await self._first(ready, START_LIMIT_S)
        ready.cancel()
        return self._api.ready.is_set() and self.alive

    async def _first(self, awaited: asyncio.Future[Outcome] | asyncio.Task[bool], limit_s: float) -> None:
        """Wait until something happened, the process is gone, or the wall clock says so."""
        if self._exited:
            await asyncio.wait({awaited, self._exited}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)

    def kill(self) -> None:
        """Kill the process and whatever it started, at once."""
        self._signal(signal.SIGKILL)

    async def stop(self) -> None:
        """Kill the process and clean up after it."""
        self.kill()
        if self._exited:
            await self._exited
        if self._reader:
            await self._reader
        await self._api.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _signal(self, what: signal.Signals) -> None:
        if self._process and self.alive:
            try:
                os.killpg(self._process.pid, what)
            except ProcessLookupError:
                return


def base_python() -> str:
    """The interpreter outside of any virtual environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


def die_with_parent() -> None:
    """Ask Linux to kill this process when the emulator is gone, even if it is frozen then."""
    if sys.platform == "linux":
        LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
