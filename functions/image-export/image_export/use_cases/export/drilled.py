"""When an export was last drilled, and what came of it: one read of the note that the drill has left. Changes nothing.

Nothing of the rooms of drills is loaded: whoever asks for an export has no use for the rest.
"""

from typing import Literal

from msgspec import field
from msgspec.structs import replace

from ...values import ledger_keys as keys
from ...values.export import Export
from ...values.wire import Wire
from ..context import readable
from ..ledger.ledger import Ledger
from ..ports import Log


class DrillNote(Wire, frozen=True, kw_only=True):
    """What of `Drilled` an export shows (values/drill/facts.py)."""

    verdict: Literal["Proved", "Unproven", "Failed"] = field(name="Verdict")
    level: int = field(name="Level")


def with_drill(export: Export, ledger: Ledger, log: Log) -> Export:
    """The export with its last drill; itself where it was never drilled. Raises LedgerFault."""
    found = readable(ledger, log, keys.DrilledExport(export.export_id).key, DrillNote)
    if found is None:
        return export
    return replace(export, drilled_at=found.at, drill_verdict=found.fact.verdict, drill_level=found.fact.level)
