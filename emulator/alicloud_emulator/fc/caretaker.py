"""Clears up after an emulator that can do so no more: a program of its own, which waits until the other is gone.

Standard library only and one file: it is run by a bare interpreter. Whoever starts it holds the other end of its stdin,
which closes with that process, whatever ends it, SIGKILL included.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

PID = "pid"  # in the folder of an instance: its process group
REMOVABLE = 0o700
TRIES = 50  # what is being killed may still write


def main() -> None:
    """Wait for the end of whoever started us."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    sys.stdin.buffer.read()
    clear(Path(sys.argv[1]))


def clear(home: Path) -> None:
    """Kill what runs from this folder, then remove it, read-only parts included."""
    for file in home.glob(f"*/{PID}"):
        kill(int(file.read_text() or 0))
    for _ in range(TRIES):
        for folder, _, _ in os.walk(home):
            Path(folder).chmod(REMOVABLE)
        shutil.rmtree(home, ignore_errors=True)
        if not home.exists():
            return


def kill(group: int) -> None:
    """Kill a process and whatever it has started, frozen or not."""
    if group > 1:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            return


if __name__ == "__main__":
    main()
