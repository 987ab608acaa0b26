"""The emulator's disk files, read by other people's tools where there are any."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from alicloud_emulator.ecs.disk_files import disk_file

QEMU = {"qcow2": "qcow2", "vmdk": "vmdk", "vdi": "vdi", "vhd": "vpc"}
GIB = 1024**3


def run(*command: str) -> str:
    """What the tool says; fails the test where it refuses."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - the test's own


@pytest.mark.skipif(not shutil.which("qemu-img"), reason="qemu-img (qemu-utils) is not installed")
@pytest.mark.parametrize("size_gib", [1, 40, 500])
@pytest.mark.parametrize("image_format", QEMU)
def test_qemu_finds_nothing_wrong(image_format: str, size_gib: int, tmp_path: Path) -> None:
    file = tmp_path / "disk"
    file.write_bytes(disk_file(image_format, "x_system", size_gib))
    seen = json.loads(run("qemu-img", "info", "--output=json", "-f", QEMU[image_format], str(file)))
    assert seen["virtual-size"] == size_gib * GIB
    if image_format != "vhd":  # which qemu-img does not check
        run("qemu-img", "check", "-q", "-f", QEMU[image_format], str(file))


@pytest.mark.skipif(not shutil.which("tar"), reason="tar is not installed")
def test_tar_unpacks_a_disk_of_its_whole_size(tmp_path: Path) -> None:
    (tmp_path / "x.raw.tar.gz").write_bytes(disk_file("raw", "x_system", 40))
    run("tar", "-xzf", str(tmp_path / "x.raw.tar.gz"), "-C", str(tmp_path))
    disk = tmp_path / "x_system.raw"
    assert disk.stat().st_size == 40 * GIB
    with disk.open("rb") as content:
        assert content.read(512)[510:] == b"\x55\xaa"


def test_the_standard_library_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "x.raw.tar.gz").write_bytes(disk_file("raw", "x_system", 500))
    with tarfile.open(tmp_path / "x.raw.tar.gz") as archive:
        (member,) = archive.getmembers()
    assert (member.name, member.size) == ("x_system.raw", 500 * GIB)
