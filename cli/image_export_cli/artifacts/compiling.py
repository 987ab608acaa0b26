"""Bytecode that is believed unread: /opt and the code folder are read-only in FC, so nothing can be compiled there.

An unchecked-hash .pyc (PEP 552) is loaded without a look at its source, holds no time, and is written by an
interpreter of the version that will read it.
"""

import subprocess
from pathlib import Path

from image_export_cli.artifacts.runtimes import Interpreter

HASH_SEED = "0"  # sets in the code are written in the order of their hashes


def compile_all(interpreter: Interpreter, folder: Path, where: str) -> None:
    """Compile every module in `folder`, which will lie at `where` in FC. Raises CalledProcessError."""
    command = [interpreter.program, "-W", "ignore", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", where, str(folder)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": HASH_SEED, "PATH": "/usr/bin:/bin"})  # noqa: S603 - a Python
