"""What becomes of a command whose output nobody reads any more, as behind `| head`. Prints nothing."""

import os
import sys
from collections.abc import Callable

CLOSED = 141  # 128 + SIGPIPE, as shells say it


def until_closed(main: Callable[[], int]) -> int:
    """The exit code of `main`; without a word where stdout was closed before its end."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        return CLOSED
    return code
