"""How a command ends that nobody waits for any more: its reader has gone, as behind `| head`, or a person stops it."""

import os
import sys
from collections.abc import Callable

CLOSED, STOPPED = 141, 130  # 128 + SIGPIPE, + SIGINT, as shells say it


def until_closed(main: Callable[[], int]) -> int:
    """The exit code of `main`; in a word at most where it was ended before."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        return CLOSED
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)  # noqa: T201 - for people
        return STOPPED
    return code
