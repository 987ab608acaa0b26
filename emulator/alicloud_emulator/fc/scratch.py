"""A folder for all that is temporary. It goes at the end, and by a caretaker where the emulator is killed before."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from alicloud_emulator.fc import caretaker
from alicloud_emulator.fc.process import base_python


class Scratch:
    """Nothing is there before the first folder is asked for, nor after `close`."""

    def __init__(self) -> None:
        self._home: Path | None = None
        self._caretaker: subprocess.Popen[bytes] | None = None

    def folder(self, name: str) -> Path:
        """A new folder."""
        if self._home is None:
            self._home = Path(tempfile.mkdtemp(prefix="alicloud-emulator-"))
            self._caretaker = started(self._home)
        folder = self._home / name
        folder.mkdir()
        return folder

    def close(self) -> None:
        """Remove everything."""
        if self._home and self._caretaker and self._caretaker.stdin:
            caretaker.clear(self._home)
            self._caretaker.stdin.close()
            self._caretaker.wait()
            self._home = self._caretaker = None


def started(home: Path) -> subprocess.Popen[bytes]:
    """The caretaker of a folder, in a session of its own, so that no signal of a terminal reaches it."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [base_python(), "-I", "-S", caretaker.__file__, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
