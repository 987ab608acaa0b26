"""A command on a terminal of its own, and what a person sees there: the screen after all that was drawn."""

import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import pexpect
import pyte
from typing_extensions import Self

from .commands import CODE, ROOT
from .patience import HANGS_S

COLUMNS, LINES = 80, 24


class Terminal:
    """`image-export …` on 24 lines of 80 columns; it is stopped where a test leaves it."""

    def __init__(self, arguments: list[str], environ: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "image_export_cli", *arguments]
        self.drawn = ""
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self._screen)
        self._child = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(ROOT),
            env={**CODE, "TERM": "xterm-256color", **environ},
            dimensions=(LINES, COLUMNS),
            encoding="utf-8",
            timeout=HANGS_S,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.close(force=True)

    @property
    def shown(self) -> list[str]:
        """The lines of the screen that are not empty."""
        return [line.rstrip() for line in self._screen.display if line.strip()]

    def until(self, seen: Callable[[list[str]], bool]) -> list[str]:
        """The screen once it is so. Fails the test where it never is."""
        until = time.monotonic() + HANGS_S
        while not seen(self.shown):
            assert time.monotonic() < until, self.shown
            self._read()
        return self.shown

    def press(self, key: str) -> None:
        """Ctrl and a letter."""
        self._child.sendcontrol(key)

    def end(self) -> Any:
        """The exit code, once it has ended. Fails the test where it never does."""
        until = time.monotonic() + HANGS_S
        while self._child.isalive() or self._read():
            assert time.monotonic() < until, self.shown
            self._read()
        self._child.close()
        return self._child.exitstatus

    def _read(self) -> bool:
        try:
            drawn = self._child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            return False
        self.drawn += drawn
        self._stream.feed(drawn)
        return True
