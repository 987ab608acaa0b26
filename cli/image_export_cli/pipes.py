"""How a command ends whose output nobody takes: its reader has gone, as behind `| head`, a person stops it, no room."""

import errno
import os
import select
import sys
from collections.abc import Callable
from typing import IO

CLOSED, STOPPED = 141, 130  # 128 + SIGPIPE, + SIGINT, as shells say it
FULL = 2  # a file is wrong
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def until_closed(main: Callable[[], int]) -> int:
    """The exit code of `main`; in a word at most where it was ended before."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_the_rest()
        return CLOSED
    except OSError as fault:
        if fault.errno not in NO_ROOM:
            raise
        _drop_the_rest()
        print(f"✗ It could not be written: {fault.strerror}.", file=sys.stderr)  # noqa: T201 - for people
        return FULL
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)  # noqa: T201 - for people
        return STOPPED
    return code


def see_that_it_is_read(stream: IO[str]) -> None:
    """Raises BrokenPipeError where the reader has gone: who has nothing to write would wait for ever.

    Where the system cannot tell (Windows), or there is no file, the next write does.
    """
    try:
        poll = select.poll()
        poll.register(stream.fileno(), 0)  # errors alone, of which a pipe without a reader is one
    except (AttributeError, OSError, ValueError):
        return
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
        raise BrokenPipeError


def _drop_the_rest() -> None:
    """Python flushes once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
