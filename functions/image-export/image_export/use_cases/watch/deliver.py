"""The tick's deliveries: in a time of their own, shared by the targets by the time that they take, newest states first.

They come after the ends, the looks and the starts, and leave time for the sweeps and the night. A target that is slow
or silent uses up its own share: the others have theirs.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from ...decisions.results import delivery
from ..delivery.due_events import OutboxEntry
from ..delivery.outbox import deliver
from ..delivery.outgoing import open_outgoing
from .tick import Tick

SECONDS_TO_DELIVER = 60.0  # of a tick, for all targets together
SHARE_MOST_S = 30.0  # of one target: a tick waits in vain once, not twice
SECONDS_FOR_ONE = 30.0  # connecting, an answer that does not come, and the facts around it
SECONDS_FOR_THE_REST = 60.0  # the sweeps, and a group of the night


def deliver_due(tick: Tick) -> None:
    """Deliver what is due, as far as the time goes; what is left stays due. One fault stops no other delivery."""
    _Round(tick).work()


class _Spent:
    """What a target has taken of this tick."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._deliveries = 0

    def add(self, seconds: float) -> None:
        """One more delivery."""
        self.seconds += seconds
        self._deliveries += 1

    def leaves_another(self, share_s: float) -> bool:
        """Whether one more that takes as long as they did on the average fits into the share; the first always does."""
        return self.seconds + self.seconds / max(self._deliveries, 1) <= share_s


class _Round:
    """The deliveries of one tick."""

    def __init__(self, tick: Tick) -> None:
        self._tick = tick
        self._context = tick.context
        self._due = tick.due
        self._spent = defaultdict[str, _Spent](_Spent)

    def work(self) -> None:
        """Each time it is the target's turn that has taken least; whose share is used up waits for the next tick."""
        for nameless in [one for one in self._due.entries.values() if not one.targets]:
            self._guarded(nameless, self._queue_all)
        waiting = self._tick.in_turn(self._due.targets)
        share_s = min(SECONDS_TO_DELIVER / max(len(waiting), 1), SHARE_MOST_S)
        while waiting and self._has_time():
            target = min(waiting, key=lambda one: self._spent[one].seconds)
            entry = self._due.next_for(target) if self._spent[target].leaves_another(share_s) else None
            if entry is None:
                waiting.remove(target)
                continue
            self._visit(target, entry)
            if not entry.queued & set(waiting):
                self._guarded(entry, self._leave)
        for left in self._due.entries.values():
            self._guarded(left, self._leave)

    def _has_time(self) -> bool:
        return self._tick.has_time(SECONDS_FOR_ONE + SECONDS_FOR_THE_REST)

    def _visit(self, target: str, entry: OutboxEntry) -> None:
        before_s = self._context.remaining_s()
        self._guarded(entry, partial(self._deliver, target))
        self._spent[target].add(before_s - self._context.remaining_s())

    def _guarded(self, entry: OutboxEntry, work: Callable[[OutboxEntry], None]) -> None:
        """The hints of what goes wrong stay as they are, and lead to it in the next tick."""
        try:
            work(entry)
        except Exception as fault:  # noqa: BLE001 - a fault, or a bug, of one must not stop the others
            self._tick.broken(fault, owed=entry.what)
            entry.queued.clear()
            entry.is_open = False

    def _queue_all(self, entry: OutboxEntry) -> None:
        """Its hints name no target, so it has to be read to know them."""
        if self._has_time():
            self._open(entry)
            for pending in entry.outgoing.pending if entry.outgoing else ():
                self._due.queue(entry, pending)
            if not entry.queued:
                self._leave(entry)

    def _open(self, entry: OutboxEntry) -> None:
        entry.outgoing = entry.outgoing or open_outgoing(self._context.ledger, entry.what)
        entry.is_open = True

    def _deliver(self, target: str, entry: OutboxEntry) -> None:
        """What the target is owed first of it; the rest of that takes another turn."""
        self._open(entry)
        pending = entry.untried(target)
        if entry.outgoing is None or pending is None:
            return
        entry.tried.add(pending.fact)
        entry.outgoing = deliver(self._context, entry.outgoing, pending)
        rest = entry.untried(target)
        if rest:
            self._due.queue(entry, rest)

    def _leave(self, entry: OutboxEntry) -> None:
        """Hints for what is owed still to those whom its hints named; where nothing is owed to anybody, its end."""
        if not entry.is_open or not self._tick.has_time(SECONDS_FOR_THE_REST):
            return
        entry.is_open = False
        pending, now = entry.outgoing.pending if entry.outgoing else [], self._context.ledger.now
        names = delivery.hints_for(entry.what, [one for one in pending if one.slug in entry.targets], now)
        for name in sorted(names - entry.hints):
            self._context.keep(name)
        for name in sorted(entry.hints - names):
            self._context.forget(name)
        if entry.outgoing and not pending:
            entry.outgoing.close(self._context)
