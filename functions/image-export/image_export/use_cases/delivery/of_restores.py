"""The events of a restore, as the outbox delivers them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...decisions.restore import telling
from ...decisions.results.delivery import Pending
from ...values import ledger_keys as keys
from ...values.facts import Delivered, Refusing
from ...values.restore.record import RestoreRecord
from ..context import Context
from ..ledger.ledger import Ledger
from ..restore.advance import close


class OfRestore(NamedTuple):
    """What a restore owes."""

    record: RestoreRecord

    @property
    def pending(self) -> list[Pending]:
        """Its states, as far as they have come about."""
        return telling.pending(self.record)

    def about(self, context: Context) -> Context:
        """The restore."""
        return context._replace(log=context.log.bind(restore_id=self.record.restore_id))

    def event(self, pending: Pending) -> Mapping[str, Any]:
        """The restore as it was then."""
        return telling.restore_event(self.record, pending.kind)

    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "OfRestore":
        """A fact of the restore."""
        ledger.mark(keys.RestoreDelivered(self.record.restore_id, pending.fact).key, Delivered(given_up=given_up))
        return OfRestore(replace(self.record, delivered=self.record.delivered | {pending.fact}))

    def refused(self, ledger: Ledger, pending: Pending) -> "OfRestore":
        """The same."""
        standing = ledger.create(keys.RestoreRefused(self.record.restore_id, pending.fact).key, Refusing())
        return OfRestore(replace(self.record, refused_since={**self.record.refused_since, pending.fact: standing.at}))

    def close(self, context: Context) -> None:
        """Its marker goes where it has ended."""
        close(context, self.record)
