"""What becomes of an instance and what its guest does: what control calls order. Pure.

Texts are made up in the form of those that guests write to their serial port; what matters in them is what real ones
have in common: the kernel's first line, a target of systemd, the login prompt, the words of each way to fail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alicloud_emulator.ecs.boot_sector import NO_DEVICE

KERNEL = "[    0.000000] Linux version 5.10.134-emulated (gcc version 10.2.1)\r\n"
MOUNTED = "[    1.214060] EXT4-fs (vda1): mounted filesystem with ordered data mode\r\n"
TARGET = "[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39mMulti-User System\x1b[0m.\r\n"
PROMPT = "login: "
DISK = "disk"  # what the disk of the image itself says
SYMBOLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
TEXTS: Mapping[str, str] = {
    "login": f"{KERNEL}{MOUNTED}{TARGET}\r\nAlibaba Cloud Linux 3 (Soaring Falcon)\r\niZbp1emulated {PROMPT}",
    "panic": f"{KERNEL}[    1.198113] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block\r\n",
    "emergency": (
        f'{KERNEL}{MOUNTED}You are in emergency mode. After logging in, type "journalctl -xb" to view logs.\r\n'
        "Give root password for maintenance\r\n(or press Control-D to continue): "
    ),
    "no_device": NO_DEVICE,
    "silence": "",
}
SAYS = (DISK, *TEXTS)
OUTCOMES = ("run", "stall", "vanish")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """How an instance and its guest go; times are cloud seconds."""

    outcome: str = "run"  # stall: it stays Starting; vanish: it is gone once it was made
    starts_s: float = 20  # until it is Running
    says: str = DISK
    text: str | None = None  # in place of what `says` stands for
    speaks_s: float = 30  # from Running to its last line
    agent: bool = True  # whether Cloud Assistant is in it
    agent_s: float = 45  # from Running to the first heartbeat
    command_s: float = 5  # how long a command runs
    command_error: str = ""  # the ErrorCode of commands that never ran
    exit_code: int = 0
    output: str = ""


def heard(text: str, elapsed: timedelta, speaks_s: float) -> tuple[str, timedelta]:
    """What a guest has said by then, and when its last line came: lines come one by one, the last at `speaks_s`."""
    lines = text.splitlines(keepends=True)
    if not lines or elapsed < timedelta(0):
        return "", timedelta(0)
    step = timedelta(seconds=speaks_s / max(len(lines) - 1, 1))
    count = len(lines) if not step else min(len(lines), int(elapsed / step) + 1)
    return "".join(lines[:count]), step * (count - 1)


def without_symbols(text: str) -> str:
    """The text without colours and control characters, as RemoveSymbols wants it."""
    return SYMBOLS.sub("", text)


def console_time(when: datetime, zone: str) -> str:
    """LastUpdateTime: of which time zone it is, pages do not agree."""
    return (when + timedelta(hours=8 if zone == "+8" else 0)).strftime("%Y-%m-%d %H:%M:%S")
