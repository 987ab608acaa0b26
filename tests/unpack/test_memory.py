"""Unpacking takes the same memory whatever the disk, with all that a function loads for it."""

from pathlib import Path

import pytest

from tests.bench.unpack import pack, unpacked

from .disks import GIB


@pytest.mark.prove
def test_a_disk_of_4_gib_is_unpacked_in_64_mib(tmp_path: Path) -> None:
    pack(tmp_path / "disk.raw.tar.gz", 4 * GIB)
    said = unpacked(tmp_path / "disk.raw.tar.gz", tmp_path / "made.qcow2")
    assert said["peak_mb"] < 64
