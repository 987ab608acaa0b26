"""What functions see as their code and as /opt: a folder as it is, or a zip unpacked as FC unpacks it, read-only.

A layer's zip holds compiled code of one Python version, so functions then run on the interpreter of their runtime; a
folder is what `make setup` made for this very Python.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from alicloud_emulator.fc.interpreters import find
from alicloud_emulator.fc.process import base_python
from alicloud_emulator.fc.scratch import Scratch
from alicloud_emulator.section import SettingsError

READ_ONLY_FILE, READ_ONLY_FOLDER = 0o444, 0o555


class Mounts:
    """Folders for functions, each zip unpacked once."""

    def __init__(self) -> None:
        self.scratch = Scratch()
        self._unpacked: dict[Path, Path] = {}

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
        target = self.scratch.folder(f"mount-{len(self._unpacked)}")
        with zipfile.ZipFile(file) as packed:
            packed.extractall(target)
        for path in (*target.rglob("*"), target):
            path.chmod(READ_ONLY_FOLDER if path.is_dir() else READ_ONLY_FILE)
        return target

    def close(self) -> None:
        """Remove what was unpacked, and all else that is temporary."""
        self.scratch.close()
        self._unpacked.clear()


def program(opt: Path, runtime: str) -> str:
    """The interpreter that can load what is in `opt`; SettingsError where this machine has none of that version."""
    if opt.is_dir():
        return base_python()
    found = find(runtime)
    if found is None:
        raise SettingsError(f"{opt} holds code for {runtime}, and this machine has no {runtime}; put one on PATH")
    return found
