"""One delivery: an event, to a target, once. The watcher alone delivers; everybody else leaves a hint.

Whatever owes events fits `Outgoing`; what there is stands in `outgoing.py`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ...decisions.codes import advised
from ...decisions.results import delivery as outbox
from ...decisions.results.delivery import Owed
from ...errors import CloudFault
from ...values import ledger_keys as keys
from ..context import Outside
from ..ledger.ledger import Ledger


class Outgoing(Protocol):
    """An export, a rejection or a kept event, and what of it is owed, in the order in which it is delivered."""

    @property
    def owed(self) -> list[Owed]: ...
    def about(self, outside: Outside) -> Outside:
        """With a log that says what this is about."""
        ...

    def event(self, owed: Owed) -> Mapping[str, Any]: ...
    def accepted(self, ledger: Ledger, owed: Owed, *, given_up: bool = False) -> "Outgoing":
        """Record that the target has accepted it, or was given up."""
        ...

    def refused(self, ledger: Ledger, owed: Owed) -> "Outgoing":
        """Record since when the target refuses it."""
        ...

    def close(self, outside: Outside) -> None:
        """Nothing is owed any more."""
        ...


def deliver(outside: Outside, outgoing: Outgoing, owed: Owed) -> Outgoing:
    """Deliver one event to one target, once, and record what came of it. Raises LedgerFault."""
    event, ledger = outgoing.event(owed), outside.ledger
    log = outgoing.about(outside).log.bind(target=owed.target.name, kind=owed.kind, event_id=event["id"])
    try:
        outside.notifier.tell(owed.target, event)
    except CloudFault as fault:
        cause = advised(fault.cause)
        said = {"code": cause.code, "error": cause.message, "cloud_request_id": cause.request_id}
        log.warning("event.refused", **said, recommend=cause.recommend)
    else:
        log.info("event.told")
        return outgoing.accepted(ledger, owed)
    if owed.refused_since is None:
        return outgoing.refused(ledger, owed)
    if not outbox.is_given_up(owed, ledger.now):
        return outgoing
    ledger.put(keys.Untold(event["id"], owed.told).key, event)
    log.error("event.given_up")
    return outgoing.accepted(ledger, owed, given_up=True)
