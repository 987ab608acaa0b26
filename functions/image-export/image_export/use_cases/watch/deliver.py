"""The tick's deliveries: in a time of their own, shared by the targets by the time that they take, newest states first.

They come after the ends, the looks and the starts, which leave time for them, and leave time for the sweeps and the
night. A target that is slow or silent uses up its own share: the others have theirs, and those that refuse something
come after them. A chat has one message a tick, of all that it is owed.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ...decisions.results import delivery
from ...decisions.results.delivery import Pending
from ...values.notify_target import Chat
from ..delivery.due_events import OutboxEntry
from ..delivery.outbox import Came, record, send_parts
from ..delivery.outgoing import open_outgoing
from .tick import Tick

SECONDS_TO_DELIVER = 60.0  # of a tick, for all targets together; beyond it those alone that refuse nothing
SHARE_MOST_S = 30.0  # of one target: a tick waits in vain once, not twice
SECONDS_FOR_ONE = 30.0  # connecting, an answer that does not come, and the facts around it
SECONDS_TO_GATHER = 10.0  # what goes into one message to a chat
TOGETHER = 500  # events of one message
SECONDS_FOR_THE_REST = 60.0  # the sweeps, and a group of the night
SECONDS_FOR_A_DELIVERY = SECONDS_FOR_ONE + SECONDS_FOR_THE_REST  # must be left, or none begins


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

    @property
    def nothing(self) -> bool:
        """Whether it had no turn."""
        return self._deliveries == 0

    def leaves_another(self, share_s: float) -> bool:
        """Whether one more that takes as long as they did on the average fits into the share; the first always does."""
        return self.seconds + self.seconds / max(self._deliveries, 1) <= share_s


class _Item(NamedTuple):
    """An event of a message, and what it is of."""

    entry: OutboxEntry
    pending: Pending


class _Round:
    """The deliveries of one tick."""

    def __init__(self, tick: Tick) -> None:
        self._tick = tick
        self._context = tick.context
        self._due = tick.due
        self._spent = defaultdict[str, _Spent](_Spent)
        self._over = set[str]()  # who takes nothing more in this tick: a chat that had its message, or who is busy

    def work(self) -> None:
        """Each time it is the target's turn that has taken least; whose share is used up waits for the next tick.

        The tick is cut where the time ends before some target had any turn.
        """
        for nameless in [one for one in self._due.entries.values() if not one.targets]:
            self._guarded(nameless, self._queue_all)
        waiting = self._tick.in_turn(self._due.targets)
        share_s = min(SECONDS_TO_DELIVER / max(len(waiting), 1), SHARE_MOST_S)
        while waiting and self._has_time():
            target = min(waiting, key=lambda one: (one in self._due.refusing, self._spent[one].seconds))
            entry = self._due.next_for(target) if self._has_turn(target, share_s) else None
            if entry is None:
                waiting.remove(target)
                continue
            self._visit(target, entry)
            if not entry.queued & set(waiting):
                self._guarded(entry, self._leave)
        self._tick.is_cut = self._tick.is_cut or any(self._spent[one].nothing for one in waiting)
        for left in self._due.entries.values():
            self._guarded(left, self._leave)

    def _has_turn(self, target: str, share_s: float) -> bool:
        """Whether the target has one more message in this tick."""
        in_all_s = sum(spent.seconds for spent in self._spent.values())
        is_late = target in self._due.refusing and in_all_s >= SECONDS_TO_DELIVER
        return target not in self._over and not is_late and self._spent[target].leaves_another(share_s)

    def _has_time(self) -> bool:
        return self._tick.has_time(SECONDS_FOR_A_DELIVERY)

    def _visit(self, target: str, entry: OutboxEntry) -> None:
        """One message: of one event, or to a chat of all that it is owed, as far as a part of its share goes."""
        before_s = self._context.remaining_s()
        batch = self._next(target, entry)
        if batch and isinstance(batch[0].pending.target, Chat):
            batch += self._more(target, before_s)
        if batch:
            self._send(target, batch)
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
        if not self._has_time():
            self._tick.is_cut = True
            return
        self._open(entry)
        for pending in entry.outgoing.pending if entry.outgoing else ():
            self._due.queue(entry, pending)
        if not entry.queued:
            self._leave(entry)

    def _open(self, entry: OutboxEntry) -> None:
        entry.outgoing = entry.outgoing or open_outgoing(self._context.ledger, entry.what)
        entry.is_open = True

    def _next(self, target: str, entry: OutboxEntry) -> list[_Item]:
        """What the target is owed first of it; the rest of that takes another turn."""
        self._guarded(entry, self._open)
        pending = entry.untried(target)
        if pending is None:
            return []
        entry.tried.add(pending.fact)
        rest = entry.untried(target)
        if rest:
            self._due.queue(entry, rest)
        return [_Item(entry, pending)]

    def _more(self, target: str, began_s: float) -> list[_Item]:
        """What goes into the same message."""
        batch: list[_Item] = []
        while (
            len(batch) < TOGETHER - 1 and began_s - self._context.remaining_s() < SECONDS_TO_GATHER and self._has_time()
        ):
            entry = self._due.next_for(target)
            if entry is None:
                break
            batch += self._next(target, entry)
        return batch

    def _send(self, target: str, batch: list[_Item]) -> None:
        """Those of the message that can be told; what came of it is recorded for each."""
        events = {item: event for item in batch if (event := self._event(item)) is not None}
        if not events:
            return
        addressee, items = batch[0].pending.target, list(events)
        for part, came in send_parts(self._context, addressee, list(events.values()), self._has_time):
            if came.busy or isinstance(addressee, Chat):
                self._over.add(target)
            for item in items[part][: 1 if came.busy else None]:
                self._guarded(item.entry, partial(self._record, item.pending, came))

    def _event(self, item: _Item) -> Mapping[str, Any] | None:
        events: list[Mapping[str, Any]] = []
        outgoing = item.entry.outgoing
        if outgoing is not None:
            self._guarded(item.entry, lambda _: events.append(outgoing.event(item.pending)))
        return events[0] if events else None

    def _record(self, pending: Pending, came: Came, entry: OutboxEntry) -> None:
        if entry.outgoing is not None:
            entry.outgoing = record(self._context, entry.outgoing, pending, came)

    def _leave(self, entry: OutboxEntry) -> None:
        """Hints for what is owed still to those whom its hints named; where nothing is owed to anybody, its end."""
        if not entry.is_open or not self._tick.has_time(SECONDS_FOR_THE_REST):
            return
        entry.is_open = False
        pending, now = entry.outgoing.pending if entry.outgoing else [], self._context.ledger.now
        names = delivery.hints_for(entry.what, [one for one in pending if one.slug in entry.targets], now)
        if not all(self._context.keep(name) for name in sorted(names - entry.hints)):
            return  # the hints that there are lead to it still
        for name in sorted(entry.hints - names):
            self._context.forget(name)
        if entry.outgoing and not pending:
            entry.outgoing.close(self._context)
