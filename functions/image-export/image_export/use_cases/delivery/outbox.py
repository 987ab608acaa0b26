"""One delivery: an event, to a target, once. The watcher alone delivers; everybody else leaves a hint.

Whatever owes events fits `Outgoing`; what there is stands in `outgoing.py`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ...decisions.codes import advised
from ...decisions.results import delivery as outbox
from ...decisions.results.delivery import Pending
from ...errors import CloudFault
from ...values import ledger_keys as keys
from ..context import Context
from ..ledger.ledger import Ledger


class Outgoing(Protocol):
    """An export, a rejection or a kept event, and what of it is owed, in the order in which it is delivered."""

    @property
    def pending(self) -> list[Pending]: ...
    def about(self, context: Context) -> Context:
        """With a log that says what this is about."""
        ...

    def event(self, pending: Pending) -> Mapping[str, Any]: ...
    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "Outgoing":
        """Record that the target has accepted it, or was given up."""
        ...

    def refused(self, ledger: Ledger, pending: Pending) -> "Outgoing":
        """Record since when the target refuses it."""
        ...

    def close(self, context: Context) -> None:
        """Nothing is owed any more."""
        ...


def deliver(context: Context, outgoing: Outgoing, pending: Pending) -> Outgoing:
    """Deliver one event to one target, once, and record what came of it. Raises LedgerFault."""
    event, ledger = outgoing.event(pending), context.ledger
    log = outgoing.about(context).log.bind(target=pending.target.name, kind=pending.kind, event_id=event["id"])
    try:
        context.notifier.deliver(pending.target, event)
    except CloudFault as fault:
        cause = advised(fault.cause)
        said = {"code": cause.code, "error": cause.message, "cloud_request_id": cause.request_id}
        log.warning("event.refused", **said, recommend=cause.recommend)
    else:
        log.info("event.told")
        return outgoing.accepted(ledger, pending)
    if pending.refused_since is None:
        return outgoing.refused(ledger, pending)
    if not outbox.is_given_up(pending, ledger.now):
        return outgoing
    ledger.put(keys.Undelivered(event["id"], pending.fact).key, event)
    log.error("event.given_up")
    return outgoing.accepted(ledger, pending, given_up=True)
