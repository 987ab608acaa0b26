"""Runs one of our commands within this process, since an interpreter that imports the SDKs takes a second to start."""

import contextlib
import io
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

ROOT = Path(__file__).parent.parent
PLACES = (ROOT, ROOT / "functions" / "image-export", ROOT / "cli", ROOT / "emulator")
CODE = {"PYTHONPATH": os.pathsep.join(map(str, PLACES))}  # this checkout's, whatever is installed


class Screen(io.StringIO):
    """Where a command prints that believes itself on a terminal; how wide that is, COLUMNS of its environment says."""

    def isatty(self) -> bool:
        """It is."""
        return True


def run_here(
    main: Callable[[], int], arguments: list[str], environ: Mapping[str, str], *, terminal: bool = False
) -> CompletedProcess[str]:
    """Its exit code and what it printed, with these arguments, in this environment and no other."""
    out, err = (Screen(), Screen()) if terminal else (io.StringIO(), io.StringIO())
    with (
        mock.patch("sys.argv", ["command", *arguments]),
        mock.patch.dict(os.environ, environ, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            code = main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            logging.disable(logging.NOTSET)
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
