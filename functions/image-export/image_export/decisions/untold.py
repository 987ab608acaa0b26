"""An event that a notify target has not accepted for a fortnight: its name, and where it is kept (PROTOCOL 17)."""

import re
from typing import NamedTuple

from ..values.forms import EXPORT_ID

UNTOLD = rf"untold-{EXPORT_ID}\.[A-Z][a-z]{{1,15}}-[0-9a-f]{{12}}"
KEY = re.compile(rf"untold/({EXPORT_ID})\.([A-Z][a-z]{{1,15}})/told-[a-z]+-([0-9a-f]{{12}})")


class Untold(NamedTuple):
    """Which event of which export, and to whom: `target` is the target's slug."""

    export_id: str
    kind: str
    target: str

    @property
    def name(self) -> str:
        """What a replay names."""
        return f"untold-{self.export_id}.{self.kind}-{self.target}"

    @property
    def key(self) -> str:
        """Where the ledger keeps the event."""
        return f"untold/{self.export_id}.{self.kind}/told-{self.kind.lower()}-{self.target}"


def read_name(name: str) -> Untold | None:
    """What a name stands for; None for a name of something else."""
    if not re.fullmatch(UNTOLD, name):
        return None
    export, _, rest = name.removeprefix("untold-").partition(".")
    return Untold(export, *rest.split("-"))


def read_key(key: str) -> Untold | None:
    """The same for a key of the ledger."""
    parts = KEY.fullmatch(key)
    return Untold(*parts.groups()) if parts else None
