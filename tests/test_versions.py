"""The packages of released versions that are kept are those that were released."""

import hashlib
import zipfile

import pytest

from tests.versions import HERE, committed

KEPT = {"0.1.0": ("3472165", "d3e09d68318db27fedb870fbfe549d2959ebc54d6b3aa7fe2c181f600e53ba07")}


def test_each_zip_is_written_down() -> None:
    found = {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in HERE.glob("*.zip")}
    assert found == {version: checksum for version, (_, checksum) in KEPT.items()}


@pytest.mark.parametrize("version", KEPT)
def test_a_zip_holds_what_its_commit_holds(version: str) -> None:
    commit, _ = KEPT[version]
    files = committed(commit)
    if files is None:
        pytest.skip(f"the history here does not reach back to {commit}")
    with zipfile.ZipFile(HERE / f"{version}.zip") as kept:
        assert {name: kept.read(name) for name in kept.namelist()} == files
