"""How a command ends whose output nobody takes: its reader has gone, as behind `| head`, a person stops it, no room."""

import errno
import os
import sys
from collections.abc import Callable

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


def _drop_the_rest() -> None:
    """Python flushes once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
