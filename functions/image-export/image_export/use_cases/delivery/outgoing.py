"""What owes events, and how each is read back: an export, a rejection, a night, a notice, an event that was given up.

A new kind has a class here that fits `outbox.Outgoing`, and a row in `OPEN`. Everything delivered is made from facts
read back, never from memory (docs/protocol.md#rule-13).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from ...decisions.results import notifications
from ...decisions.results.delivery import Pending
from ...decisions.results.notifications import Single
from ...decisions.results.undelivered import read_name
from ...values import ledger_keys as keys
from ...values.facts import Delivered, Refusing
from ...values.ledger_keys import Key
from ...values.night import NightFinished
from ...values.notice import Notice
from ...values.notify_target import NotifyTarget, targets_of
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


class OfOne(NamedTuple):
    """What owes one event: a rejection, a night that is through, a notice. It is kept, whatever becomes of that.

    `made`: the event, the same for everybody. `said`: what logs say that it is about. `accepts`, `refuses`: the keys
    of the facts beside it, by the fact's name.
    """

    single: Single
    targets: tuple[NotifyTarget, ...]
    since: datetime
    made: Mapping[str, Any]
    said: Mapping[str, str]
    accepts: Callable[[str], Key]
    refuses: Callable[[str], Key]
    delivered: frozenset[str] = frozenset()
    refused_since: Mapping[str, datetime] = MappingProxyType({})

    @property
    def pending(self) -> list[Pending]:
        """To each target that wants it and has not accepted it."""
        return self.single.pending(self.targets, self.since, self.delivered, self.refused_since)

    def about(self, context: Context) -> Context:
        """By its name."""
        return context._replace(log=context.log.bind(**self.said))

    def event(self, pending: Pending) -> Mapping[str, Any]:  # noqa: ARG002 - the protocol's parameter
        """The same for everybody."""
        return self.made

    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "OfOne":
        """A fact beside it."""
        ledger.mark(self.accepts(pending.fact).key, Delivered(given_up=given_up))
        return self._replace(delivered=self.delivered | {pending.fact})

    def refused(self, ledger: Ledger, pending: Pending) -> "OfOne":
        """The same."""
        standing = ledger.create(self.refuses(pending.fact).key, Refusing())
        return self._replace(refused_since={**self.refused_since, pending.fact: standing.at})

    def close(self, context: Context) -> None:
        """It is kept."""


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
        """It need not be kept any longer; what was given up again stays, to be asked for again."""
        if not given_up:
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


def _restore(ledger: Ledger, what: str) -> Outgoing | None:
    from ..restore import facts
    from .of_restores import OfRestore

    record = facts.load(ledger, what)
    return OfRestore(record) if record else None


def _drill(ledger: Ledger, what: str) -> Outgoing | None:
    from ..drill import facts
    from .of_drills import OfDrill

    record = facts.load(ledger, what)
    return OfDrill(record) if record else None


def _rejection(ledger: Ledger, what: str) -> OfOne | None:
    name = keys.Rejected.named(what)
    found = ledger.read(name.key, Rejection) if name else None
    if name is None or found is None:
        return None
    digest, cause = found.fact.digest, found.fact.cause
    outgoing = OfOne(
        single=notifications.REJECTION,
        targets=targets_of(found.fact),
        since=found.at,
        made=notifications.rejected_event(digest, cause, found.at),
        said={"sha256": digest},
        accepts=partial(keys.RejectedDelivered, digest),
        refuses=partial(keys.RejectedRefused, digest),
    )
    return _with_facts(ledger, outgoing, keys.Rejected.below(digest))


def _night(ledger: Ledger, what: str) -> OfOne | None:
    name = keys.NightFinished.named(what)
    found = ledger.read(name.key, NightFinished) if name else None
    if name is None or found is None:
        return None
    outgoing = OfOne(
        single=notifications.night_of(found.fact),
        targets=targets_of(found.fact),
        since=found.at,
        made=notifications.night_event(name.name, found.fact, found.at),
        said={"run_id": found.fact.run_id},
        accepts=partial(keys.NightDelivered, name.date, name.run),
        refuses=partial(keys.NightRefused, name.date, name.run),
    )
    return _with_facts(ledger, outgoing, keys.NightDelivered.below(name.date, name.run))


def _notice(ledger: Ledger, what: str) -> OfOne | None:
    name = keys.Notice.named(what)
    found = ledger.read(name.key, Notice) if name else None
    if name is None or found is None:
        return None
    outgoing = OfOne(
        single=notifications.single_of(what),
        targets=targets_of(found.fact),
        since=found.at,
        made=notifications.notice_event(what, found.fact, found.at),
        said={"notice": what},
        accepts=partial(keys.NoticeDelivered, what),
        refuses=partial(keys.NoticeRefused, what),
    )
    return _with_facts(ledger, outgoing, keys.NoticeDelivered.below(what))


def _with_facts(ledger: Ledger, outgoing: OfOne, folder: str) -> OfOne:
    """With what became of it so far, by one listing. Raises LedgerFault."""
    times = {entry.key: entry.modified_at for entry in ledger.walk(folder)}
    facts = [pending.fact for pending in outgoing.pending]
    refused = {fact: times[key] for fact in facts if (key := outgoing.refuses(fact).key) in times}
    delivered = frozenset(fact for fact in facts if outgoing.accepts(fact).key in times)
    return outgoing._replace(delivered=delivered, refused_since=refused)


def _kept(ledger: Ledger, what: str) -> OfKept | None:
    undelivered = read_name(what)
    found = kept(ledger, undelivered) if undelivered else None
    return OfKept(found) if found else None


OPEN: dict[str, Callable[[Ledger, str], Outgoing | None]] = {
    "exp": _export,
    "res": _restore,
    "dri": _drill,
    "rejected": _rejection,
    "night": _night,
    "notice": _notice,
    "untold": _kept,
}
