"""What owes events, and how each is read back: an export, a rejection, an event that was given up and is asked for.

A new kind has a class here that fits `outbox.Outgoing`, and a row in `OPEN`. Everything delivered is made from facts
read back, never from memory (docs/protocol.md#rule-13).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ...decisions.results import notifications as announcements
from ...decisions.results.delivery import Owed
from ...decisions.results.undelivered import read_name
from ...values import ledger_keys as keys
from ...values.facts import Refusing, Told
from ...values.record import Record
from ..context import Outside
from ..entrances.redeliver import Kept, kept
from ..entrances.reject import Rejection
from ..export import closing
from ..ledger.ledger import Ledger
from .outbox import Outgoing


class OfExport(NamedTuple):
    """The events of an export."""

    record: Record

    @property
    def owed(self) -> list[Owed]:
        """Its states, as far as they have come about."""
        return announcements.owed(self.record)

    def about(self, outside: Outside) -> Outside:
        """The export, and its task where there is one."""
        return outside.about(self.record)

    def event(self, owed: Owed) -> Mapping[str, Any]:
        """The export as it was then."""
        return announcements.export_event(self.record, owed.kind)

    def accepted(self, ledger: Ledger, owed: Owed, *, given_up: bool = False) -> "OfExport":
        """A fact of the export."""
        return OfExport(ledger.tell(self.record, owed.told, given_up=given_up))

    def refused(self, ledger: Ledger, owed: Owed) -> "OfExport":
        """The same."""
        return OfExport(ledger.refuse(self.record, owed.told))

    def close(self, outside: Outside) -> None:
        """Its marker goes where it has ended."""
        if closing.settled(self.record):
            closing.close(outside, self.record)


class OfRejection(NamedTuple):
    """The one event of a rejection. It stays under `rejected/` whatever becomes of it."""

    rejection: Rejection
    since: datetime
    told: frozenset[str]
    refused_since: Mapping[str, datetime]

    @property
    def owed(self) -> list[Owed]:
        """To each target that has not accepted it."""
        return announcements.owed_rejection(self.rejection.notify, self.since, self.told, self.refused_since)

    def about(self, outside: Outside) -> Outside:
        """What was rejected, by its hash."""
        return outside._replace(log=outside.log.bind(sha256=self.rejection.digest))

    def event(self, owed: Owed) -> Mapping[str, Any]:  # noqa: ARG002 - the protocol's parameter
        """The same for everybody."""
        return announcements.rejected_event(self.rejection.digest, self.rejection.cause, self.since)

    def accepted(self, ledger: Ledger, owed: Owed, *, given_up: bool = False) -> "OfRejection":
        """A fact beside the rejection."""
        ledger.mark(keys.RejectedTold(self.rejection.digest, owed.told).key, Told(given_up=given_up))
        return self._replace(told=self.told | {owed.told})

    def refused(self, ledger: Ledger, owed: Owed) -> "OfRejection":
        """The same."""
        standing = ledger.create(keys.RejectedRefused(self.rejection.digest, owed.told).key, Refusing())
        return self._replace(refused_since={**self.refused_since, owed.told: standing.at})

    def close(self, outside: Outside) -> None:
        """It is kept, to be replayed."""


class OfKept(NamedTuple):
    """An event that was given up once and that somebody has asked for: it is kept until it is accepted."""

    kept: Kept
    is_owed: bool = True

    @property
    def owed(self) -> list[Owed]:
        """Once, to the one target."""
        untold = self.kept.untold
        owed = Owed(
            kind=untold.kind,
            happened_at=self.kept.at,
            refused_since=None,
            target=self.kept.target,
            told=untold.told,
        )
        return [owed] if self.is_owed else []

    def about(self, outside: Outside) -> Outside:
        """By the name that was asked for."""
        return outside._replace(log=outside.log.bind(replayed=self.kept.untold.name))

    def event(self, owed: Owed) -> Mapping[str, Any]:  # noqa: ARG002 - the protocol's parameter
        """As it was."""
        return self.kept.event

    def accepted(self, ledger: Ledger, owed: Owed, *, given_up: bool = False) -> "OfKept":  # noqa: ARG002 - as above
        """It need not be kept any longer."""
        ledger.delete(self.kept.untold.key)
        return self._replace(is_owed=False)

    def refused(self, ledger: Ledger, owed: Owed) -> "OfKept":  # noqa: ARG002 - as above
        """It stays, to be asked for again."""
        return self._replace(is_owed=False)

    def close(self, outside: Outside) -> None:
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
    told = frozenset(one.target for one in map(keys.RejectedTold.read, times) if one)
    refused = {one.target: at for key, at in times.items() if (one := keys.RejectedRefused.read(key))}
    return OfRejection(found.fact, found.at, told, refused)


def _kept(ledger: Ledger, what: str) -> OfKept | None:
    untold = read_name(what)
    found = kept(ledger, untold) if untold else None
    return OfKept(found) if found else None


OPEN: dict[str, Callable[[Ledger, str], Outgoing | None]] = {"exp": _export, "rejected": _rejection, "untold": _kept}
