"""One tick: what it has touched, the time it has, and looks whose faults stay their own. Does not order the work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from ...decisions.state.backoff import NO_ANSWER
from ...decisions.state.hints import may_be_ahead
from ...errors import ImageExportError
from ...values.cause import Cause
from ...values.export import Export
from ...values.place import Place
from ...values.steps import Observed
from ..context import Context
from ..delivery.due_events import DueDeliveries
from ..delivery.outgoing import OfExport
from ..export.advance import advance

if TYPE_CHECKING:
    from ..drill.ports import Drilling

T = TypeVar("T")

SECONDS_FOR_A_LOOK = 45.0


class Tick:
    """`unresponsive`: the accounts and regions that this tick has waited for in vain; the next one asks them again.

    `answering`: those in which ECS has answered it. `due`: what is to be delivered. `is_cut`: there was no time for a
    look whose turn it was, for any start at all, or for any delivery to some target; or looks have fallen behind. Such
    a tick has not done its work.
    """

    def __init__(self, context: Context, reach: Callable[[], "Drilling"]) -> None:
        self.context = context
        self._reach = reach
        self.exports: dict[str, Export] = {}
        self.rejected: list[Cause] = []
        self.undecided: set[str] = set()  # the keys of sightings that are looked at again
        self.decided: set[str] = set()  # and of those that no longer are
        self.unresponsive: set[Place] = set()
        self.answering: set[Place] = set()
        self.due = DueDeliveries()
        self.is_cut = False
        self._kept_s = 0.0

    def has_time(self, seconds: float = SECONDS_FOR_A_LOOK) -> bool:
        """Whether that much of the invocation is left."""
        return self.context.remaining_s() > seconds + self._kept_s

    def has_time_to_look(self) -> bool:
        """The same before a look whose turn it is: without it the tick is cut."""
        has_time = self.has_time()
        self.is_cut = self.is_cut or not has_time
        return has_time

    @contextmanager
    def keeping(self, seconds: float) -> Iterator[None]:
        """Keep that much of the time for what comes later in the tick."""
        self._kept_s = seconds
        yield
        self._kept_s = 0.0

    def in_turn(self, groups: list[T]) -> list[T]:
        """The same groups, each minute another one first: those who take a tick's time starve nobody behind them."""
        first = int(self.context.ledger.now.timestamp() // 60) % max(len(groups), 1)
        return groups[first:] + groups[:first]

    def advance(self, export: str, *, observed: Observed | None = None, hint: str | None = None) -> Export | None:
        """One export's look; None where it failed or there is none. A marker without `requested` is helped along."""
        ledger = self.context.ledger
        try:
            found = advance(self.context, export, observed=observed, hint=hint)
            if found is None and ledger.help_along(export):  # docs/protocol.md#rule-4
                found = advance(self.context, export, observed=observed, hint=hint)
            if found is None and hint and not may_be_ahead(hint, ledger.now):
                ledger.delete(hint)
        except Exception as fault:  # noqa: BLE001 - a fault, or a bug, of one export must not stop the others
            self.broken(fault, export_id=export)
            return None
        if found is None:
            return None
        self.exports[export] = found.export
        self.due.add(found.deliveries, OfExport(found.record))
        self.heard(found.record.request.place, found.export.reason)
        return found.export

    def advance_other(self, what: str, *, hint: str | None = None) -> bool:
        """A restore's look, or a drill's; whether it came to an end of its own. What it needs is loaded then alone."""
        from .others import advance_other

        try:
            found = advance_other(self.context, self._reach(), what, hint)
        except Exception as fault:  # noqa: BLE001 - the same
            self.broken(fault, what=what)
            return False
        if found is None:
            if hint and not may_be_ahead(hint, self.context.ledger.now):
                self.context.ledger.delete(hint)
            return True
        self.due.add(found.deliveries, found.outgoing)
        self.heard(found.place, found.reason)
        return True

    def heard(self, place: Place, reason: str | None) -> None:
        """What came of a call there: it is silent, or not."""
        if reason in NO_ANSWER:
            self.unresponsive.add(place)

    def broken(self, fault: Exception, **fields: str) -> None:
        """Say that something went wrong with one thing, and go on with the others."""
        known = isinstance(fault, ImageExportError)
        code = fault.code if isinstance(fault, ImageExportError) else type(fault).__name__
        self.context.log.error("look.broken", code=code, error=str(fault), exc_info=not known, **fields)
