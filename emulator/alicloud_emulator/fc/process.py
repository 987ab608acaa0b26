"""A process that runs the bootstrap with an environment of its own and can be frozen and killed as a whole."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from alicloud_emulator.fc import bootstrap
from alicloud_emulator.fc.logs import LONGEST_LINE

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
LIBC = ctypes.CDLL(None)  # loaded before any fork


class Process:
    """The bootstrap, and whatever a function starts beside it: one process group."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid = process.pid
        self.output = process.stdout
        self.exited = asyncio.create_task(process.wait())

    @classmethod
    async def start(
        cls, folder: Path, interpreter: str, arguments: list[str], environment: Mapping[str, str]
    ) -> Process:
        """Copy the bootstrap to `folder` and start it there; it sees no path of the emulator."""
        home = folder / "home"
        program = shutil.copy(bootstrap.__file__, folder)
        command = [interpreter, "-I", "-S", program, *arguments]
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            cwd=home,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LONGEST_LINE,
            start_new_session=True,
            preexec_fn=partial(die_with, os.getpid()),
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether it can still take work."""
        return not self.exited.done()

    def freeze(self) -> None:
        """Stop it where it is."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, frozen or not."""
        self._signal(signal.SIGKILL)

    def _signal(self, what: signal.Signals) -> None:
        if self.alive:
            try:
                os.killpg(self.pid, what)
            except ProcessLookupError:
                return


def base_python() -> str:
    """The interpreter outside of any virtual environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


def die_with(parent: int) -> None:
    """Ask Linux to kill this process when the emulator is gone, even if it is frozen then; it may be gone already."""
    if sys.platform == "linux":
        LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
