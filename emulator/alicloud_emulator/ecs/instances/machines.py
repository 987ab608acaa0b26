"""What the guests of imported images say: QEMU runs the disk where it is there, else its marks are read.

A disk runs once, when its console is first asked for. Software emulation alone is used: it needs nothing of the machine
and is the same everywhere. Nothing is left: the disk is a file without a name, and QEMU ends with the emulator.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tarfile
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, BinaryIO

from alicloud_emulator.ecs.boot_sector import NO_DEVICE
from alicloud_emulator.ecs.disk_reading import ARCHIVE, header_of
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.instances import markers
from alicloud_emulator.ecs.instances.guest import PROMPT
from alicloud_emulator.fc.process import die_with

Spawn = Callable[[Coroutine[Any, Any, Any]], None]
DEADLINE_S = 60  # a disk that is broken may hang
PATIENCE_S = 5  # how long a call waits for a machine; what has been said until then is answered
AFTER_PROMPT_S = 0.5  # a guest that has come to its prompt says nothing more
LONGEST = 256 * 1024
AT_ONCE = 2
MIB = 1024**2
DRIVERS = {"RAW": "raw", ARCHIVE: "raw", "QCOW2": "qcow2", "VHD": "vpc"}
NO_DEVICE_FOUND = b"No bootable device"  # in the log of its firmware


@dataclass(slots=True)
class Machine:
    """A disk that runs, or has run, and what it has said."""

    image: Image
    boot_mode: str
    said: bytes = b""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """What it has said until now."""
        return self.said.decode(errors="replace")


class Machines:
    """The machines of images; `qemu` is the program, or None."""

    def __init__(self, qemu: str | None, spawn: Spawn) -> None:
        self._qemu = qemu if sys.platform == "linux" else None
        self._spawn = spawn
        self._machines: dict[str, Machine] = {}
        self._turns: asyncio.Semaphore | None = None

    async def speech(self, image: Image) -> str:
        """All that a guest of the image says, or what it has said until now where it takes long."""
        if image.disk is None:
            return markers.made_up(image.id, int(image.fields["Size"]))
        boot_mode = str(image.fields.get("BootMode") or "BIOS")
        machine = self._machines.get(image.id)
        if machine is None or machine.image is not image or machine.boot_mode != boot_mode:
            machine = self._machines[image.id] = Machine(image, boot_mode)
            self._spawn(self._start(machine, image.disk))
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(machine.ended.wait(), PATIENCE_S)
        return machine.text

    async def _start(self, machine: Machine, disk: bytes) -> None:
        """Let the disk say what it says."""
        by_bios = machine.boot_mode == "BIOS" and machine.image.fields["Architecture"] != "arm64"
        try:
            if self._qemu is None or not by_bios:
                machine.said = (await asyncio.to_thread(markers.read, disk, machine.boot_mode)).encode()
                return
            self._turns = self._turns or asyncio.Semaphore(AT_ONCE)
            async with self._turns:
                await run(self._qemu, machine, disk)
        finally:
            machine.ended.set()


async def run(qemu: str, machine: Machine, disk: bytes) -> None:
    """Run a disk until it ends, comes to its prompt, or has taken too long."""
    header = header_of(disk)
    if header is None:
        machine.said = NO_DEVICE.encode()
        return
    file, log = os.memfd_create("disk"), os.memfd_create("firmware")
    try:
        await asyncio.to_thread(fill, file, disk, packed=header.image_format == ARCHIVE)
        process = await asyncio.create_subprocess_exec(
            *command(qemu, file, log, DRIVERS[header.image_format]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(file, log),
            preexec_fn=partial(die_with, os.getpid()),
        )
        try:
            await listen(process, machine)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
        if not machine.said and NO_DEVICE_FOUND in os.pread(log, MIB, 0):
            machine.said = NO_DEVICE.encode()
    finally:
        os.close(file)
        os.close(log)


def command(qemu: str, file: int, log: int, driver: str) -> list[str]:
    """The command line: a small machine with one disk, whose serial port is stdout; it never starts a second time."""
    return [
        *(qemu, "-accel", "tcg", "-m", "256", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-serial", "stdio", "-boot", "reboot-timeout=1"),
        *("-device", "isa-debug-exit,iobase=0x501,iosize=1"),
        *("-chardev", f"file,id=firmware,path=/proc/self/fd/{log}"),
        *("-device", "isa-debugcon,iobase=0x402,chardev=firmware"),
        *("-drive", f"file=/proc/self/fd/{file},format={driver},if=virtio"),
    ]


async def listen(process: asyncio.subprocess.Process, machine: Machine) -> None:
    """Keep what comes until nothing more will."""
    if process.stdout is None:
        return
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE_S
    while len(machine.said) < LONGEST and loop.time() < deadline:
        at_prompt = machine.said.endswith(PROMPT.encode())
        try:
            some = await asyncio.wait_for(
                process.stdout.read(4096), AFTER_PROMPT_S if at_prompt else deadline - loop.time()
            )
        except asyncio.TimeoutError:
            return
        if not some:
            return
        machine.said += some


def fill(file: int, disk: bytes, *, packed: bool) -> None:
    """Write a disk to a file; one in an archive is unpacked, and its zeros stay holes."""
    with os.fdopen(os.dup(file), "wb") as target:
        if not packed:
            target.write(disk)
            return
        with tarfile.open(fileobj=io.BytesIO(disk), mode="r:gz") as tar:
            member = tar.getmembers()[0]
            content = tar.extractfile(member)
            if content is None:
                return
            for begin, size in getattr(member, "sparse", None) or [(0, member.size)]:
                content.seek(begin)
                copy(content, target, begin, size)
            target.truncate(member.size)


def copy(source: IO[bytes], target: BinaryIO, begin: int, size: int) -> None:
    """Copy a part of a disk to the same place, but for zeros."""
    for at in range(begin, begin + size, MIB):
        some = source.read(min(MIB, begin + size - at))
        if some.count(0) < len(some):
            target.seek(at)
            target.write(some)
