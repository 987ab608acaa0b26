"""The deliveries that a tick has found to be due: by the names of hints, and by what it has looked at itself.

Reads no body: what is owed to a target that has no time left in this tick costs nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from heapq import heappop, heappush

from ...decisions.results.delivery import REFUSED, Pending
from ...values import ledger_keys as keys
from .outbox import Outgoing


class OutboxEntry:
    """What something is due of, such as an export: its hints, whom they name, and what was read of it."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.hints: set[str] = set()
        self.targets: set[str] = set()  # whom the hints name
        self.queued: set[str] = set()  # those of them whose turn has not come
        self.tried: set[str] = set()  # what was tried in this tick
        self.outgoing: Outgoing | None = None
        self.is_open = False  # it was read, and its hints do not say yet what came of it

    def untried(self, target: str) -> Pending | None:
        """What the target is owed first, of what was not tried in this tick."""
        pending = self.outgoing.pending if self.outgoing else []
        return next((one for one in pending if one.slug == target and one.fact not in self.tried), None)


class DueDeliveries:
    """Who is owed what: a queue for each target, in the order in which it is delivered.

    `refusing`: the targets that have refused something of what is due, or soon is again.
    """

    def __init__(self) -> None:
        self.entries: dict[str, OutboxEntry] = {}
        self.refusing = set[str]()
        self._queues = defaultdict[str, list[tuple[str, str]]](list)

    def add(self, hints: Iterable[str], outgoing: Outgoing | None = None) -> None:
        """These hints lead to something that is due; `outgoing` is what was read of it in this tick."""
        for hint in hints:
            due = keys.read_delivery(hint)
            if due is None:
                continue
            entry = self.entries.setdefault(due.what, OutboxEntry(due.what))
            entry.hints.add(hint)
            entry.outgoing = outgoing or entry.outgoing
            self.foresee(due)
            for target in due.targets:
                self._queue(entry, target, due.order + due.stamp)

    def foresee(self, due: keys.Delivery | None) -> None:
        """Whoever has refused what that hint leads to comes after the others."""
        if due and due.order.startswith(REFUSED):
            self.refusing |= set(due.targets)

    def queue(self, entry: OutboxEntry, pending: Pending) -> None:
        """Its target has another turn for it."""
        self._queue(entry, pending.slug, pending.order + keys.stamp(pending.happened_at))

    def _queue(self, entry: OutboxEntry, target: str, order: str) -> None:
        entry.targets.add(target)
        entry.queued.add(target)
        heappush(self._queues[target], (order, entry.what))

    def next_for(self, target: str) -> OutboxEntry | None:
        """What is delivered to the target next; it is in the queue no more."""
        queue = self._queues[target]
        while queue:
            entry = self.entries[heappop(queue)[1]]
            if target in entry.queued:
                entry.queued.remove(target)
                return entry
        return None

    @property
    def targets(self) -> list[str]:
        """Those who are owed something."""
        return sorted(target for target, queue in self._queues.items() if queue)
