"""An event that was given up after a fortnight and that a person asks for: it goes out once more, as it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ...decisions.results.export_view import export_of
from ...decisions.results.undelivered import Untold
from ...errors import AskerFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export import Export
from ...values.notify_target import NotifyTarget, target_slug
from ...values.record import Record
from ..context import Outside
from ..ledger.ledger import Ledger
from .reject import Rejection


class Kept(NamedTuple):
    """The event, since when it is kept, the target that has not accepted it, and the export that it is of."""

    untold: Untold
    event: Mapping[str, Any]
    at: datetime
    target: NotifyTarget
    record: Record | None  # None: it is of a rejection


def kept(ledger: Ledger, untold: Untold) -> Kept | None:
    """What the ledger keeps of it. Raises LedgerFault."""
    found = ledger.read(untold.key, dict[str, Any])
    if found is None:
        return None
    record = None if keys.Rejected.named(untold.of) else ledger.load(untold.of)
    notify = record.request.notify if record else _notify(ledger, untold)
    target = next((one for one in notify if target_slug(one) == untold.target), None)
    return Kept(untold, found.fact, found.at, target, record) if target else None


def _notify(ledger: Ledger, untold: Untold) -> tuple[NotifyTarget, ...]:
    """The targets of a rejection, while that is kept."""
    rejected = keys.Rejected.named(untold.of)
    found = ledger.read(rejected.key, Rejection) if rejected else None
    return found.fact.notify if found else ()


def retell(outside: Outside, untold: Untold) -> Export | None:
    """Have the watcher deliver it at its next tick; it is kept until the target accepts it. Answers its export.

    Raises AskerFault where nothing is kept under that name, or the policy of today has no such target.
    """
    owed = kept(outside.ledger, untold)
    if owed is None:
        raise AskerFault(Cause(code="NotFound", message=f"Nothing is kept under {untold.name}."))
    if owed.target not in outside.ruled().notify:
        message = f"The policy no longer names {owed.target.name}."
        raise AskerFault(Cause(code="Forbidden.Policy", message=message))
    stamp = keys.stamp(outside.ledger.now)
    outside.ledger.put(keys.Delivery(stamp, "00", (untold.target,), untold.name).key)
    return export_of(owed.record) if owed.record else None
