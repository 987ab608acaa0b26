"""Looks at what is no export: restores and drills. Loaded by a tick that has one to look at."""

from typing import NamedTuple

from ...values import ledger_keys as keys
from ...values.place import Place
from ..context import Context
from ..delivery.of_drills import OfDrill
from ..delivery.of_restores import OfRestore
from ..delivery.outbox import Outgoing
from ..drill import advance as drills
from ..drill.ports import Drilling
from ..restore import advance as restores


class Other(NamedTuple):
    """What came of a look: what is to be delivered, and where the cloud was asked, with the reason of waiting."""

    deliveries: frozenset[str]
    outgoing: Outgoing
    place: Place
    reason: str | None


def advance_other(context: Context, reach: Drilling, what: str, hint: str | None) -> Other | None:
    """One look; None where nothing of that name is recorded yet."""
    if keys.drill_in(what):
        drill = drills.advance(context, reach, what, hint=hint)
        if drill is None:
            return None
        return Other(drill.deliveries, OfDrill(drill.record), drill.record.request.place, drill.drill.reason)
    restore = restores.advance(context, reach.importing, what, hint=hint)
    if restore is None:
        return None
    return Other(restore.deliveries, OfRestore(restore.record), restore.record.place, restore.restore.reason)
