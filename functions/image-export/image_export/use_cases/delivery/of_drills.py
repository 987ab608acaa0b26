"""The event of a drill, as the outbox delivers it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...decisions.drill import telling
from ...decisions.results.delivery import Pending
from ...values import ledger_keys as keys
from ...values.drill.record import DrillRecord
from ...values.facts import Delivered, Refusing
from ..context import Context
from ..drill.advance import close
from ..ledger.ledger import Ledger


class OfDrill(NamedTuple):
    """What a drill owes."""

    record: DrillRecord

    @property
    def pending(self) -> list[Pending]:
        """Its end, once it has come."""
        return telling.pending(self.record)

    def about(self, context: Context) -> Context:
        """The drill."""
        return context._replace(log=context.log.bind(drill_id=self.record.drill_id))

    def event(self, pending: Pending) -> Mapping[str, Any]:
        """The drill as it ended."""
        return telling.drill_event(self.record, pending.kind)

    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "OfDrill":
        """A fact of the drill."""
        ledger.mark(keys.DrillDelivered(self.record.drill_id, pending.fact).key, Delivered(given_up=given_up))
        return OfDrill(replace(self.record, delivered=self.record.delivered | {pending.fact}))

    def refused(self, ledger: Ledger, pending: Pending) -> "OfDrill":
        """The same."""
        standing = ledger.create(keys.DrillRefused(self.record.drill_id, pending.fact).key, Refusing())
        return OfDrill(replace(self.record, refused_since={**self.record.refused_since, pending.fact: standing.at}))

    def close(self, context: Context) -> None:
        """Its marker goes where it has ended."""
        close(context, self.record)
