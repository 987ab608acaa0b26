"""How a command ends that a person or a supervisor stops: in order, in one line, with the exit code of the signal."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BY_SIGNAL = 128  # what shells add to the signal's number


class Stopped(BaseException):
    """Raised once, wherever the command is: what is open is closed on the way out, and a second signal is ignored."""


@contextmanager
def ending() -> Iterator[None]:
    """Turn the signals that end a command into an orderly end."""
    for name in SIGNALS:
        signal.signal(name, stop)
    try:
        yield
    except Stopped as stopped:
        print(f"stopped by {signal.Signals(stopped.args[0]).name}: nothing is left", file=sys.stderr)  # noqa: T201 - for people
        sys.exit(BY_SIGNAL + stopped.args[0])


def stop(number: int, _frame: FrameType | None) -> None:
    """The handler."""
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise Stopped(number)
