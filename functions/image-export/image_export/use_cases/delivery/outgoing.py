"""What owes events, and how each is read back: an export, a rejection, an event that was given up and is asked for.

A new kind has a class here that fits `outbox.Outgoing`, and a row in `OPEN`. Everything delivered is made from facts
read back, never from memory (docs/protocol.md#rule-13).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ...decisions.results import notifications
from ...decisions.results.delivery import Pending
from ...decisions.results.undelivered import read_name
from ...values import ledger_keys as keys
from ...values.facts import Delivered, Refusing
from ...values.record import Record
from ..context import Context
from ..entrances.redeliver import Kept, kept
from ..entrances.reject import Rejection
from ..export import closing
from ..ledger.ledger import Ledger
from .outbox import Outgoing


class OfExport(NamedTuple):
    """The events of an export."""

    record: Record

    @property
    def pending(self) -> list[Pending]:
        """Its states, as far as they have come about."""
        return notifications.pending(self.record)

    def about(self, context: Context) -> Context:
        """The export, and its task where there is one."""
        return context.about(self.record)

    def event(self, pending: Pending) -> Mapping[str, Any]:
        """The export as it was then."""
        return notifications.export_event(self.record, pending.kind)

    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "OfExport":
        """A fact of the export."""
        return OfExport(ledger.mark_delivered(self.record, pending.fact, given_up=given_up))

    def refused(self, ledger: Ledger, pending: Pending) -> "OfExport":
        """The same."""
        return OfExport(ledger.refuse(self.record, pending.fact))

    def close(self, context: Context) -> None:
        """Its marker goes where it has ended."""
        if closing.settled(self.record):
            closing.close(context, self.record)


class OfRejection(NamedTuple):
    """The one event of a rejection. It stays under `rejected/` whatever becomes of it."""

    rejection: Rejection
    since: datetime
    delivered: frozenset[str]
    refused_since: Mapping[str, datetime]

    @property
    def pending(self) -> list[Pending]:
        """To each target that has not accepted it."""
        return notifications.pending_rejection(self.rejection.notify, self.since, self.delivered, self.refused_since)

    def about(self, context: Context) -> Context:
        """What was rejected, by its hash."""
        return context._replace(log=context.log.bind(sha256=self.rejection.digest))

    def event(self, pending: Pending) -> Mapping[str, Any]:  # noqa: ARG002 - the protocol's parameter
        """The same for everybody."""
        return notifications.rejected_event(self.rejection.digest, self.rejection.cause, self.since)

    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "OfRejection":
        """A fact beside the rejection."""
        ledger.mark(keys.RejectedDelivered(self.rejection.digest, pending.fact).key, Delivered(given_up=given_up))
        return self._replace(delivered=self.delivered | {pending.fact})

    def refused(self, ledger: Ledger, pending: Pending) -> "OfRejection":
        """The same."""
        standing = ledger.create(keys.RejectedRefused(self.rejection.digest, pending.fact).key, Refusing())
        return self._replace(refused_since={**self.refused_since, pending.fact: standing.at})

    def close(self, context: Context) -> None:
        """It is kept, to be replayed."""


class OfKept(NamedTuple):
    """An event that was given up once and that somebody has asked for: it is kept until it is accepted."""

    kept: Kept
    is_pending: bool = True

    @property
    def pending(self) -> list[Pending]:
        """Once, to the one target."""
        undelivered = self.kept.undelivered
        pending = Pending(
            kind=undelivered.kind,
            happened_at=self.kept.at,
            refused_since=None,
            target=self.kept.target,
            fact=undelivered.fact,
        )
        return [pending] if self.is_pending else []

    def about(self, context: Context) -> Context:
        """By the name that was asked for."""
        return context._replace(log=context.log.bind(replayed=self.kept.undelivered.name))

    def event(self, pending: Pending) -> Mapping[str, Any]:  # noqa: ARG002 - the protocol's parameter
        """As it was."""
        return self.kept.event

    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "OfKept":  # noqa: ARG002 - as above
        """It need not be kept any longer."""
        ledger.delete(self.kept.undelivered.key)
        return self._replace(is_pending=False)

    def refused(self, ledger: Ledger, pending: Pending) -> "OfKept":  # noqa: ARG002 - as above
        """It stays, to be asked for again."""
        return self._replace(is_pending=False)

    def close(self, context: Context) -> None:
        """Nothing is left to do."""


def open_outgoing(ledger: Ledger, what: str) -> Outgoing | None:
    """What a delivery's hint leads to; None where it is not there any more. Raises LedgerFault."""
    opens = OPEN.get(what.partition("-")[0])
    return opens(ledger, what) if opens else None


def _export(ledger: Ledger, what: str) -> OfExport | None:
    record = ledger.load(what)
    return OfExport(record) if record else None


def _rejection(ledger: Ledger, what: str) -> OfRejection | None:
    name = keys.Rejected.named(what)
    if name is None:
        return None
    times = {entry.key: entry.modified_at for entry in ledger.walk(keys.Rejected.below(name.digest))}
    found = ledger.read(name.key, Rejection)
    if found is None:
        return None
    delivered = frozenset(one.target for one in map(keys.RejectedDelivered.read, times) if one)
    refused = {one.target: at for key, at in times.items() if (one := keys.RejectedRefused.read(key))}
    return OfRejection(found.fact, found.at, delivered, refused)


def _kept(ledger: Ledger, what: str) -> OfKept | None:
    undelivered = read_name(what)
    found = kept(ledger, undelivered) if undelivered else None
    return OfKept(found) if found else None


OPEN: dict[str, Callable[[Ledger, str], Outgoing | None]] = {"exp": _export, "rejected": _rejection, "untold": _kept}
