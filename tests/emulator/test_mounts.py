"""Functions run from zips as from folders: unpacked once, read-only, gone at the end."""

import shutil
from pathlib import Path

import pytest

from alicloud_emulator.fc.mounts import Mounts
from alicloud_emulator.section import SettingsError
from tests.emulator.deployment import ECHO, deployed


def packed(folder: Path) -> Path:
    """A zip with an index.py."""
    (folder / "in").mkdir()
    (folder / "in" / "index.py").write_text(ECHO)
    return Path(shutil.make_archive(str(folder / "code"), "zip", folder / "in"))


def test_a_function_runs_from_a_zip(tmp_path: Path) -> None:
    file = packed(tmp_path)
    (tmp_path / "deployed").mkdir()
    with deployed(tmp_path / "deployed", "raise SystemExit", code=str(file)) as world:
        assert world.invoke({"n": 1})[:2] == (200, {"n": 1})


def test_what_is_unpacked_is_read_only_shared_and_removed(tmp_path: Path) -> None:
    file, mounts = packed(tmp_path), Mounts()
    folder = mounts.folder(file)
    assert mounts.folder(file) == folder
    assert [path.stat().st_mode & 0o222 for path in (folder, folder / "index.py")] == [0, 0]
    mounts.close()
    assert not folder.exists()


def test_what_is_neither_folder_nor_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_text("no zip")
    with pytest.raises(SettingsError, match=r"code\.zip"):
        Mounts().folder(tmp_path / "code.zip")
