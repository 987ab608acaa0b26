"""The first and the last sector of a disk that really starts: what a machine's firmware runs, and what it reads. Pure.

The program prints a first line to COM1, reads the disk's last sector (INT 13h, function 42h) and prints the text that
stands there. So a disk whose end is gone, or whose middle is, says so by itself. It ends through port 501h where a
virtual machine has something there (QEMU's isa-debug-exit), and halts otherwise. A disk of an image for UEFI alone has
a program that says so: of UEFI there is no program here, only the mark that such firmware would go on.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

SECTOR = 512
SIGNATURE = b"\x55\xaa"
MARK = b"AliE"
MARK_AT, TEXTS_AT = 0x50, 0x68
LOADED_AT, BUFFER = 0x7C00, 0x7E00  # where firmware puts the first sector, where the program puts the last one
LONGEST_NAME = 60
BY_BIOS, BY_UEFI = 1, 2
FIRMWARE = {"BIOS": BY_BIOS, "UEFI": BY_UEFI, "UEFI-Preferred": BY_BIOS | BY_UEFI}
READ_ERROR = "[    1.198113] Kernel panic - not syncing: VFS: Unable to mount root fs: READ ERROR\r\n"
NO_DEVICE = "Booting from Hard Disk...\r\nNo bootable device.\r\n"
NO_OPTION = "BdsDxe: No bootable option or device was found.\r\n"


class Start(NamedTuple):
    """What the first sector says: which firmware starts it, the first line, and where the last sector is."""

    firmware: int
    first: str
    last_sector: int


def first_line(name: str) -> str:
    """What is printed first."""
    return f"[    0.000000] Linux version 5.10.134-emulated (disk {name[:LONGEST_NAME]})\r\n"


def last_words(name: str, size_bytes: int) -> str:
    """What is printed once the last sector could be read."""
    return (
        "[    1.214060] EXT4-fs (vda1): mounted filesystem with ordered data mode\r\n"
        f"[    1.502113] disk {name[:LONGEST_NAME]}: {size_bytes} bytes\r\n"
        "[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39mMulti-User System\x1b[0m.\r\n"
        "\r\nAlibaba Cloud Linux 3 (Soaring Falcon)\r\niZbp1emulated login: "
    )


def first_sector(name: str, size_bytes: int, boot_mode: str) -> bytes:
    """The program, its texts and the mark."""
    firmware = FIRMWARE[boot_mode]
    texts = first_line(name).encode() + b"\0"
    error_at = TEXTS_AT + len(texts)
    texts += (READ_ERROR if firmware & BY_BIOS else NO_DEVICE).encode() + b"\0"
    program = code(LOADED_AT + error_at, reads=bool(firmware & BY_BIOS))
    packet = struct.pack("<BBHHHQ", 16, 0, 1, BUFFER, 0, size_bytes // SECTOR - 1)
    marks = MARK + struct.pack("<I", firmware) + packet
    return (program.ljust(MARK_AT, b"\0") + marks + texts).ljust(SECTOR - 2, b"\0") + SIGNATURE


def last_sector(name: str, size_bytes: int) -> bytes:
    """The text, and zeros behind it."""
    return last_words(name, size_bytes).encode().ljust(SECTOR, b"\0")


def start_of(sector: bytes) -> Start | None:
    """What a first sector says, if it is one of these."""
    if sector[SECTOR - 2 : SECTOR] != SIGNATURE or sector[MARK_AT : MARK_AT + 4] != MARK:
        return None
    firmware, last = struct.unpack_from("<I8xQ", sector, MARK_AT + 4)
    first = sector[TEXTS_AT:].split(b"\0", 1)[0].decode(errors="replace")
    return Start(firmware=firmware, first=first, last_sector=last)


def code(error_at: int, *, reads: bool) -> bytes:
    """The program of a disk that firmware of BIOS starts, or of one that says that this does not start it."""
    say = 0x30  # offset of the routine that prints
    begin = bytes.fromhex("31c0 8ed8 8ec0 8ed0 bc007c fb fc")  # segments 0, a stack below the sector, upwards
    if reads:
        begin += mov_si(LOADED_AT + TEXTS_AT) + call(say, len(begin) + 3)
        begin += mov_si(LOADED_AT + MARK_AT + 8) + bytes.fromhex("b442 cd13")  # the packet; read; carry: error
        begin += mov_si(BUFFER) + bytes.fromhex("7303") + mov_si(error_at)
    else:
        begin += mov_si(error_at)
    begin += call(say, len(begin))
    begin += bytes.fromhex("ba0105 b000 ee f4 ebfd")  # port 501h, then halt for ever
    return begin.ljust(say, b"\x90") + SAY


# Prints what is at SI up to a zero, and keeps DX, whose low half is the drive.
SAY = bytes.fromhex("52 ac 84c0 7412 88c4 bafd03 ec a820 74fb baf803 88e0 ee ebe9 5ac3")


def mov_si(value: int) -> bytes:
    """MOV SI, value."""
    return b"\xbe" + struct.pack("<H", value)


def call(target: int, here: int) -> bytes:
    """CALL target, from an instruction that begins at `here`."""
    return b"\xe8" + struct.pack("<h", target - here - 3)
