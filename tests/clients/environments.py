"""An environment of its own for each vendor's client, made once from pinned and hash-checked requirements."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "clients"
LIMIT_S = 600
PIP = ("install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")
NPM = ("ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund")


def python_command(name: str, driver: str) -> list[str]:
    """The command line of a Python driver; its environment is made first."""
    requirements, place = HERE / "requirements" / f"{name}.txt", BUILD / f"python-{name}"
    with once(place, requirements.read_bytes() + sys.version.encode()) as needed:
        if needed:
            run([sys.executable, "-m", "venv", "--without-pip", str(place)])
            interpreter = str(place / "bin" / "python")
            run([sys.executable, "-m", "pip", "--python", interpreter, *PIP, "-r", str(requirements)])
    return [str(place / "bin" / "python"), str(HERE / "drivers" / driver)]


def node_command(name: str, driver: str) -> list[str]:
    """The command line of a Node driver; its environment is made first."""
    place, source = BUILD / f"node-{name}", HERE / "npm" / name
    with once(place, (source / "package-lock.json").read_bytes()) as needed:
        if needed:
            for file in ("package.json", "package-lock.json"):
                shutil.copy(source / file, place / file)
            run([tool("npm"), *NPM], cwd=place)
    return [tool("node"), str(HERE / "drivers" / driver)]


def node_environment(name: str) -> Mapping[str, str]:
    """Where Node finds the client; a driver stands elsewhere."""
    return {"NODE_PATH": str(BUILD / f"node-{name}" / "node_modules")}


def tool(name: str) -> str:
    """A program that must be there."""
    found = shutil.which(name)
    assert found, f"{name} is not on PATH: the vendor's clients for Node cannot be tried; install Node.js 18 or newer"
    return found


@contextmanager
def once(place: Path, pinned: bytes) -> Iterator[bool]:
    """Whether a folder is still to be filled for these requirements; nobody else fills it meanwhile."""
    place.parent.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(pinned).hexdigest()
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = place / ".done"
        needed = not done.exists() or done.read_text() != wanted
        if needed:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
        yield needed
        done.write_text(wanted)


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run to the end; what it said is in the failure."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "NODE_PATH")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=LIMIT_S)  # noqa: S603 - our own commands
    assert done.returncode == 0, f"{' '.join(command[:4])} … failed:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
