"""An event that a target has not accepted for a fortnight: its name and its place (docs/protocol.md#rule-17)."""

import re
from typing import NamedTuple

from ...values.forms import EXPORT_ID

OF_EXPORT, OF_REJECTION, SLUG = rf"{EXPORT_ID}\.[A-Z][a-z]{{1,15}}", r"rejected-[0-9a-f]{64}", r"[0-9a-f]{12}"
UNTOLD = rf"untold-(?:{OF_EXPORT}|{OF_REJECTION})-{SLUG}"
KEY = re.compile(rf"untold/({OF_EXPORT}|{OF_REJECTION})/told-(?:[a-z]+-)?({SLUG})")


class Untold(NamedTuple):
    """Which event, by its id, and to whom: `target` is the target's slug."""

    event_id: str
    target: str

    @property
    def name(self) -> str:
        """What a replay names."""
        return f"untold-{self.event_id}-{self.target}"

    @property
    def of(self) -> str:
        """The export, or rejected-… and what it was kept under."""
        return self.event_id.partition(".")[0]

    @property
    def kind(self) -> str:
        """The kind of event."""
        return self.event_id.partition(".")[2] or "Rejected"

    @property
    def told(self) -> str:
        """The fact that would have said that it was accepted."""
        return f"told-{self.kind.lower()}-{self.target}" if "." in self.event_id else f"told-{self.target}"

    @property
    def key(self) -> str:
        """Where the ledger keeps the event."""
        return f"untold/{self.event_id}/{self.told}"


def read_name(name: str) -> Untold | None:
    """What a name stands for; None for a name of something else."""
    if not re.fullmatch(UNTOLD, name):
        return None
    event_id, _, target = name.removeprefix("untold-").rpartition("-")
    return Untold(event_id, target)


def read_key(key: str) -> Untold | None:
    """The same for a key of the ledger."""
    parts = KEY.fullmatch(key)
    return Untold(*parts.groups()) if parts else None
