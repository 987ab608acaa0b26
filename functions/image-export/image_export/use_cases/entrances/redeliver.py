"""An event that was given up after a fortnight and that a person asks for: it goes out once more, as it was."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ...decisions.results.export_view import export_of
from ...decisions.results.undelivered import Undelivered
from ...errors import AskerFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export import Export
from ...values.ledger_keys import Key
from ...values.night import NightFinished
from ...values.notice import Notice
from ...values.notify_target import Audience, NotifyTarget, is_named, target_slug, targets_of
from ...values.record import Record
from ..context import Context
from ..ledger.ledger import Ledger
from .reject import Rejection


class Kept(NamedTuple):
    """The event, since when it is kept, the target that has not accepted it, and the export that it is of."""

    undelivered: Undelivered
    event: Mapping[str, Any]
    at: datetime
    target: NotifyTarget
    record: Record | None  # None: it is of something else than an export


def kept(ledger: Ledger, undelivered: Undelivered) -> Kept | None:
    """What the ledger keeps of it. Raises LedgerFault."""
    found = ledger.read(undelivered.key, dict[str, Any])
    if found is None:
        return None
    record = ledger.load(undelivered.of) if undelivered.is_of_export else None
    targets = targets_of(record.request) if record else _targets(ledger, undelivered)
    target = next((one for one in targets if target_slug(one) == undelivered.target), None)
    return Kept(undelivered, found.fact, found.at, target, record) if target else None


OF_ONE: tuple[tuple[Callable[[str], Key | None], type[Rejection | NightFinished | Notice]], ...] = (
    (keys.Rejected.named, Rejection),
    (keys.NightFinished.named, NightFinished),
    (keys.Notice.named, Notice),
)


def _targets(ledger: Ledger, undelivered: Undelivered) -> tuple[NotifyTarget, ...]:
    """The targets of what owes one event, while that is kept."""
    if request := _request(ledger, undelivered.of):
        return targets_of(request)
    for named, kind in OF_ONE:
        if name := named(undelivered.of):
            found = ledger.read(name.key, kind)
            return targets_of(found.fact) if found else ()
    return ()


def _request(ledger: Ledger, of: str) -> Audience | None:
    """What a restore or a drill was asked for; None for all else, which loads nothing of them."""
    if restore := keys.restore_in(of):
        from ...values.restore.facts import RestoreRequested

        restored = ledger.read(keys.RestoreRequested(restore).key, RestoreRequested)
        return restored.fact.request if restored else None
    if drill := keys.drill_in(of):
        from ...values.drill.facts import DrillRequested

        drilled = ledger.read(keys.DrillRequested(drill).key, DrillRequested)
        return drilled.fact.request if drilled else None
    return None


def redeliver(context: Context, undelivered: Undelivered) -> Export | None:
    """Have the watcher deliver it at its next tick; it is kept until the target accepts it. Answers its export.

    Raises AskerFault where nothing is kept under that name, or the policy of today has no such target.
    """
    pending = kept(context.ledger, undelivered)
    if pending is None:
        raise AskerFault(Cause(code="NotFound", message=f"Nothing is kept under {undelivered.name}."))
    if not is_named(context.ruled(), pending.target):
        message = f"The policy no longer names {pending.target.name}."
        raise AskerFault(Cause(code="Forbidden.Policy", message=message))
    stamp = keys.stamp(context.ledger.now)
    context.ledger.put(keys.Delivery(stamp, "00", (undelivered.target,), undelivered.name).key)
    return export_of(pending.record) if pending.record else None
