"""The runtimes of Function Compute that are built for, and where their interpreters are on this machine.

Sources: FC "Python runtime" page (python3.10 runs on Debian 10, python3.12 on Debian 11; x86_64); glibc of these
releases (2.28, 2.31); PEP 600 for the names of what fits them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

RUNTIMES = ("python3.10", "python3.12")
# Debian 10's glibc serves both; newest first, and with the names from before PEP 600.
PLATFORMS = tuple(
    f"{name}_x86_64"
    for name in ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_12", "manylinux_2_5", "manylinux1")
)


class Interpreter(NamedTuple):
    """An interpreter of a runtime's version: what writes the bytecode that FC reads."""

    runtime: str
    program: str


class MissingInterpreterError(Exception):
    """No interpreter of that version is here. Bytecode differs by version, so no other one will do."""

    def __init__(self, runtime: str) -> None:
        version = runtime.removeprefix("python")
        super().__init__(
            f"{runtime} is not on this machine, and only it can compile for FC's {runtime}. Put it on PATH"
            f" (apt install {runtime} · uv python install {version} · pyenv install {version}),"
            f" or build for the other runtimes alone: --runtime …"
        )


def interpreter(runtime: str) -> Interpreter:
    """The first of the machine's that runs and is of that version. Raises MissingInterpreterError."""
    for program in _candidates(runtime):
        if _version(program) == runtime:
            return Interpreter(runtime, program)
    raise MissingInterpreterError(runtime)


def _candidates(runtime: str) -> Iterator[str]:
    if on_path := shutil.which(runtime):
        yield on_path  # it may be a shim that runs nothing
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(pyenv.glob(f"versions/{runtime.removeprefix('python')}.*/bin/python"), reverse=True))


def _version(program: str) -> str | None:
    asked = [program, "-I", "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - a Python
    except OSError:
        return None
    found = re.fullmatch(r"python3\.\d+", told.stdout.strip())
    return found[0] if found and told.returncode == 0 else None
