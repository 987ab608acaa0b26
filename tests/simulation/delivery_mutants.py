"""The rules of deliveries, each taken away again by a small patch over the real code."""

# ruff: noqa: SLF001 - replacing what is private is the purpose

from typing import Any

import pytest

from image_export.decisions.results.delivery import RANK, Pending
from image_export.use_cases.delivery.outbox import record as record_delivery
from image_export.use_cases.delivery.outbox import send
from image_export.use_cases.delivery.outgoing import OfExport
from image_export.use_cases.export import advance
from image_export.use_cases.watch import watch
from image_export.use_cases.watch.deliver import _Round, deliver_due
from image_export.use_cases.watch.waiting import start_waiting

BUDGET_S = 60.0


def deliveries_before_starts(patch: pytest.MonkeyPatch) -> None:
    """A tick delivers before it starts what waits."""

    def both(tick: Any) -> None:
        deliver_due(tick)
        start_waiting(tick)

    patch.setattr(watch, "start_waiting", both)


def one_budget_for_all(patch: pytest.MonkeyPatch) -> None:
    """The targets are served in the order of the hints, out of one budget."""

    def work(self: _Round) -> None:
        began_s = self._context.remaining_s()
        for entry in list(self._due.entries.values()):
            for target in sorted(entry.queued):
                if began_s - self._context.remaining_s() < BUDGET_S:
                    self._visit(target, entry)
            self._guarded(entry, self._leave)

    patch.setattr(_Round, "work", work)


def oldest_first(patch: pytest.MonkeyPatch) -> None:
    """Old debts go before new ones, and an export's first state before its end."""
    patch.setattr(Pending, "order", property(lambda self: f"{int(self.refused_since is None)}{2 - RANK[self.kind]}"))


def entrances_deliver(patch: pytest.MonkeyPatch) -> None:
    """Whoever looks delivers what is owed."""
    leaves = advance._leave_hints

    def leave_hints(context: Any, record: Any, wait: Any, came_from: str | None) -> Any:
        left = leaves(context, record, wait, came_from)
        outgoing = OfExport(record)
        for pending in outgoing.pending:
            record_delivery(context, outgoing, pending, send(context, pending.target, [outgoing.event(pending)]))
        return left

    patch.setattr(advance, "_leave_hints", leave_hints)
