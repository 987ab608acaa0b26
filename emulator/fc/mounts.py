"""What functions see as their code and as /opt: a folder as it is, or a zip unpacked as FC unpacks it, read-only.

A layer's zip holds compiled code of one Python version, so functions then run on the interpreter of their runtime; a
folder is what `make setup` made for this very Python.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path

from emulator.fc.process import base_python
from emulator.section import SettingsError
from layers.runtimes import MissingInterpreterError, interpreter

READ_ONLY_FILE, READ_ONLY_FOLDER, REMOVABLE = 0o444, 0o555, 0o755


class Mounts:
    """Folders for functions, each zip unpacked once."""

    def __init__(self) -> None:
        self._unpacked: dict[Path, Path] = {}
        self._home: Path | None = None

    def folder(self, path: Path) -> Path:
        """The folder itself, or that of a zip; SettingsError where there is neither."""
        path = path.resolve()
        if path.is_dir():
            return path
        if not zipfile.is_zipfile(path):
            raise SettingsError(f"there is no folder {path}, and no zip either")
        if path not in self._unpacked:
            self._unpacked[path] = self._unpack(path)
        return self._unpacked[path]

    def _unpack(self, file: Path) -> Path:
        self._home = self._home or Path(tempfile.mkdtemp(prefix="fc-mounts-"))
        target = self._home / str(len(self._unpacked))
        with zipfile.ZipFile(file) as packed:
            packed.extractall(target)
        for path in (*target.rglob("*"), target):
            path.chmod(READ_ONLY_FOLDER if path.is_dir() else READ_ONLY_FILE)
        return target

    def close(self) -> None:
        """Remove what was unpacked."""
        if self._home:
            for path in (self._home, *self._home.rglob("*")):
                if path.is_dir():
                    path.chmod(REMOVABLE)
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None
            self._unpacked.clear()


def program(opt: Path, runtime: str) -> str:
    """The interpreter that can load what is in `opt`; SettingsError where this machine has none of that version."""
    if opt.is_dir():
        return base_python()
    try:
        return interpreter(runtime).program
    except MissingInterpreterError as missing:
        raise SettingsError(str(missing)) from missing
