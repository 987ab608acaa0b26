"""Tell an event that was given up after a fortnight, as a person asked. No new event: its id and words are the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ..decisions.projection import export_of
from ..decisions.untold import Untold
from ..errors import AskerFault
from ..values.cause import Cause
from ..values.export import Export
from ..values.notify_target import NotifyTarget, target_slug
from ..values.record import Record
from .ledger import Ledger
from .outside import Outside


class Kept(NamedTuple):
    """The event, since when it is kept, of which export, and the target that has not accepted it."""

    event: Mapping[str, Any]
    at: datetime
    record: Record
    target: NotifyTarget


def kept(ledger: Ledger, untold: Untold) -> Kept | None:
    """What the ledger keeps of it. Raises LedgerFault."""
    found, record = ledger.read(untold.key, dict[str, Any]), ledger.load(untold.export_id)
    notify = record.request.notify if record else ()
    target = next((one for one in notify if target_slug(one) == untold.target), None)
    return Kept(found.fact, found.at, record, target) if found and record and target else None


def retell(outside: Outside, untold: Untold) -> Export:
    """Tell the target, and forget that it was not told.

    Raises AskerFault where nothing is owed under that name or the policy of today has no such target, CloudFault where
    the target does not accept the event now either: it stays, and FC repeats the invocation.
    """
    owed = kept(outside.ledger, untold)
    if owed is None:
        raise AskerFault(Cause(code="NotFound", message=f"Nothing is kept under {untold.name}."), status=404)
    if owed.target not in outside.ruled().notify:
        message = f"The policy no longer names {owed.target.name}."
        raise AskerFault(Cause(code="Forbidden.Policy", message=message), status=403)
    outside.tell(owed.target, owed.event)
    outside.log.info("event.told", target=owed.target.name, kind=untold.kind, event_id=owed.event["id"])
    outside.ledger.delete(untold.key)
    return export_of(owed.record)
