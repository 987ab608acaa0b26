"""What a guest has said on its serial console, and what that proves. Pure (docs/cloud-facts.md#fact-19).

A login line says that the guest came up. A word of death says that it did not. Silence says nothing.
"""

import re
from typing import NamedTuple

from ...values.drill.drill import LevelVerdict

DEAD = re.compile(
    r"No bootable device|Boot failed|Kernel panic|Give root password for maintenance|emergency mode|dracut:/#"
    r"|grub rescue>|READ ERROR|Cannot open root device|ALERT!.*does not exist|Entering rescue mode",
    re.IGNORECASE,
)
ALIVE = re.compile(r"\blogin:|Reached target .*(Multi-User|Graphical|Login Prompts)|Welcome to .+!", re.IGNORECASE)
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
SHOWN = 160


class Said(NamedTuple):
    """What the console proves, and the line that does; None where it proves nothing yet."""

    verdict: LevelVerdict
    line: str


def plain(text: str) -> str:
    """The text without colours and control characters."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def judged(text: str) -> Said | None:
    """A word of death outweighs every other."""
    lines = plain(text).splitlines()
    for verdict, words in (("Failed", DEAD), ("Proved", ALIVE)):
        line = next((line.strip() for line in lines if words.search(line)), None)
        if line is not None:
            return Said("Failed" if verdict == "Failed" else "Proved", line[:SHOWN])
    return None
