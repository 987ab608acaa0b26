"""What the disk of an image says when it starts, read from its file: the same as a machine would print. Pure.

Of a disk that is not of this emulator nothing is known: its guest is silent.
"""

from __future__ import annotations

from alicloud_emulator.ecs.boot_sector import (
    FIRMWARE,
    NO_DEVICE,
    NO_OPTION,
    READ_ERROR,
    SECTOR,
    SIGNATURE,
    first_line,
    last_words,
    start_of,
)
from alicloud_emulator.ecs.disk_reading import Damaged, Header, header_of


def made_up(name: str, size_gib: int) -> str:
    """What an image says that no import has made: as if an export of it had been imported."""
    return first_line(name) + last_words(name, size_gib * 1024**3)


def read(body: bytes, boot_mode: str) -> str:
    """What the disk in a file says."""
    header = header_of(body)
    if header is None:
        return refusal(boot_mode)
    sector = sector_of(header, 0)
    start = start_of(sector)
    if start is None:
        return "" if sector[-2:] == SIGNATURE and boot_mode == "BIOS" else refusal(boot_mode)
    if not start.firmware & FIRMWARE[boot_mode]:
        return refusal(boot_mode)
    last = sector_of(header, start.last_sector)
    said = last.split(b"\0", 1)[0].decode(errors="replace") if len(last) == SECTOR else READ_ERROR
    return start.first + said


def sector_of(header: Header, number: int) -> bytes:
    """A sector, as much of it as can be read."""
    try:
        return header.sector(number)
    except Damaged:
        return b""


def refusal(boot_mode: str) -> str:
    """What firmware says that finds nothing to start."""
    return NO_DEVICE if boot_mode == "BIOS" else NO_OPTION
