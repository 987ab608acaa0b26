"""An event that a target has not accepted for a fortnight: its name and its place (docs/protocol.md#rule-17)."""

import re
from typing import NamedTuple

from ...values import ledger_keys as keys
from ...values.forms import DRILL_ID, EXPORT_ID, NIGHT, NOTICE, RESTORE_ID

KIND, SLUG = r"\.[A-Z][a-z]{1,15}", r"[0-9a-f]{12}"
EVENTS = rf"(?:{EXPORT_ID}|{RESTORE_ID}|{DRILL_ID}|{NIGHT}|{NOTICE}){KIND}|rejected-[0-9a-f]{{64}}"
UNDELIVERED = rf"untold-(?:{EVENTS})-{SLUG}"
FACTS_BEGIN = {"res": "restore", "dri": "drill"}  # before the kind; those of all others begin with it
EVENT, DELIVERED = re.compile(EVENTS), re.compile(f"(?:[a-z]+-)?({SLUG})")


class Undelivered(NamedTuple):
    """Which event, by its id, and to whom: `target` is the target's slug."""

    event_id: str
    target: str

    @property
    def name(self) -> str:
        """What a replay names."""
        return f"untold-{self.event_id}-{self.target}"

    @property
    def of(self) -> str:
        """The export, the restore, the drill, the night, the notice, or rejected-… and what it was kept under."""
        return self.event_id.partition(".")[0]

    @property
    def is_of_export(self) -> bool:
        """Whether it is about an export."""
        return re.fullmatch(EXPORT_ID, self.of) is not None

    @property
    def kind(self) -> str:
        """The kind of event."""
        return self.event_id.partition(".")[2] or "Rejected"

    @property
    def fact(self) -> str:
        """How the fact ends that would have said that it was accepted."""
        if "." not in self.event_id:
            return self.target
        return f"{FACTS_BEGIN.get(self.of.partition('-')[0], '')}{self.kind.lower()}-{self.target}"

    @property
    def key(self) -> str:
        """Where the ledger keeps the event."""
        return keys.Undelivered(self.event_id, self.fact).key


def read_name(name: str) -> Undelivered | None:
    """What a name stands for; None for a name of something else."""
    if not re.fullmatch(UNDELIVERED, name):
        return None
    event_id, _, target = name.removeprefix("untold-").rpartition("-")
    return Undelivered(event_id, target)


def read_key(key: str) -> Undelivered | None:
    """The same for a key of the ledger."""
    undelivered = keys.Undelivered.read(key)
    delivered = undelivered and DELIVERED.fullmatch(undelivered.event)
    return (
        Undelivered(undelivered.event_id, delivered[1])
        if undelivered and delivered and EVENT.fullmatch(undelivered.event_id)
        else None
    )
