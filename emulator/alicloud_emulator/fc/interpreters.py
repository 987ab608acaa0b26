"""The interpreter of a runtime on this machine: on PATH, or among those of pyenv. Installs nothing."""

import os
import shutil
import subprocess
from pathlib import Path

ASK = "import sys; print('python{}.{}'.format(*sys.version_info))"
ANSWERS_WITHIN_S = 60


def find(runtime: str) -> str | None:
    """The first program of that version that runs; `runtime` is such as python3.12."""
    return next((program for program in _places(runtime) if _is(program, runtime)), None)


def _places(runtime: str) -> list[str]:
    """PATH first; what is found there may be a shim that runs nothing."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = sorted(home.glob(f"versions/{runtime.removeprefix('python')}.*/bin/{runtime}"), reverse=True)
    return [*filter(None, [shutil.which(runtime)]), *map(str, kept)]


def _is(program: str, runtime: str) -> bool:
    try:
        asked = subprocess.run([program, "-I", "-c", ASK], capture_output=True, timeout=ANSWERS_WITHIN_S, check=False)  # noqa: S603 - a Python
    except OSError:
        return False
    return asked.returncode == 0 and asked.stdout.decode().strip() == runtime
