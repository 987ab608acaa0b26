"""QEMU runs the disks: it says the same as the emulator's own reading, and nothing of it is left."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.cloud import Settings
from alicloud_emulator.ecs.disk_files import disk_file
from alicloud_emulator.ecs.instances import machines, markers
from tests.emulator.boot_cases import CASES, FIRST, LOGIN, Case, raw
from tests.emulator.test_boot import console, imported
from tests.emulator.test_disk_files import QEMU as DRIVERS
from tests.emulator.test_disk_files import run
from tests.emulator.world import World, running
from tests.ground import OPEN

QEMU = shutil.which("qemu-system-x86_64")
HANGS = (b"\xeb\xfe".ljust(510, b"\0") + b"\x55\xaa").ljust(1024**2, b"\0")  # it goes round for ever
pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(QEMU is None, reason="qemu-system-x86_64 (qemu-system-x86) is not installed"),
]


@pytest.fixture
def qemu_world() -> Iterator[World]:
    """A cloud that runs imported disks."""
    with running(Settings(speed=0.01, ground=OPEN, qemu=QEMU)) as world:
        yield world


@pytest.mark.parametrize("case", CASES.values(), ids=[*CASES])
def test_a_machine_says_what_the_marks_say(qemu_world: World, case: Case) -> None:
    said = console(qemu_world, imported(qemu_world, case.key, case.body))
    assert (said.startswith(FIRST), said.endswith(LOGIN)) == (True, True) if case.whole else said == case.said
    assert said == markers.read(case.body, "BIOS")


@pytest.mark.parametrize("image_format", DRIVERS)
def test_disks_of_the_other_formats_start_too(image_format: str, tmp_path: Path) -> None:
    file = tmp_path / "disk"
    file.write_bytes(disk_file(image_format, "x_system", 40))
    command = machines.command(str(QEMU), 0, 1, DRIVERS[image_format])
    disk = [*command[:-1], f"file={file},format={DRIVERS[image_format]},if=virtio"]
    assert run("sh", "-c", '"$@" || [ $? = 1 ]', "sh", *disk).endswith(LOGIN)  # how the debugging device ends it


def children() -> set[str]:
    """The machines that run below this process."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = stat.read_bytes()
        except OSError:
            continue
        if b"isa-debug-exit" in words and b"qemu-system" in words:
            found.add(stat.parent.name)
    return found


def test_a_disk_that_hangs_is_given_up(qemu_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "DEADLINE_S", 1)
    before = children()
    assert console(qemu_world, imported(qemu_world, "a.raw", HANGS)) == ""
    assert children() <= before


def test_a_call_does_not_wait_for_a_disk_that_takes_long_and_the_end_of_the_cloud_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machines, "PATIENCE_S", 0.2)
    before = children()
    with running(Settings(speed=0.01, ground=OPEN, qemu=QEMU)) as world:
        assert console(world, imported(world, "a.raw", HANGS)) == ""
        assert children() - before
    assert children() <= before


def test_a_guest_that_waits_at_its_prompt_is_heard_and_ended(qemu_world: World) -> None:
    body: Any = bytearray(raw())
    body[body.index(b"\xba\x01\x05\xb0\x00\xee") + 5] = 0x90  # the port that would end the machine
    assert console(qemu_world, imported(qemu_world, "a.raw", bytes(body))).endswith(LOGIN)
    assert not children()
