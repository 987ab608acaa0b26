"""The tick's starts: each place in turn, by priority, until the cloud says that there is no room; on hold, one probe.

Each account and region has its own quota. Reads the names of those who wait, and no more of a full place than the page
on which it begins.
"""

from collections import deque
from collections.abc import Iterator
from itertools import groupby

from ...decisions.codes import is_full
from ...values.facts import Hold
from ...values.ledger_keys import Waiting
from ...values.place import Place
from ...values.steps import Observed
from ..export.advance import SECONDS_TO_START
from ..ledger.ledger import Ledger
from .tick import SECONDS_FOR_A_LOOK, Tick


def start_waiting(tick: Tick) -> None:
    """Start what there is room for (docs/protocol.md#rule-15). A busy or silent region keeps no other from its turn."""
    queues = tick.in_turn(list(_queues(tick.context.ledger)))
    if queues and tick.context.is_paused:
        return  # they keep their places (docs/protocol.md#rule-18)
    turns, paused = deque(_Group(tick, place, queue) for place, queue in queues), False
    tick.is_cut = tick.is_cut or (bool(turns) and not tick.has_time(SECONDS_TO_START + SECONDS_FOR_A_LOOK))
    while turns and not paused and tick.has_time(SECONDS_TO_START + SECONDS_FOR_A_LOOK):
        group = turns.popleft()
        if group.start_next():
            turns.append(group)
        paused = group.has_started and bool(turns) and tick.context.is_paused  # again before the next start


class _Group:
    """Those who wait for room in one account and region."""

    def __init__(self, tick: Tick, place: Place, queue: Iterator[Waiting]) -> None:
        self._tick = tick
        self._place = place
        self._queue = queue
        self._hold = tick.context.hold(place)
        self.has_started = False  # the last one that was looked at

    def start_next(self) -> bool:
        """Look at the next one; False where there is none, or no room for it."""
        self.has_started = False
        waiting = None if _is_closed(self._tick, self._place, self._hold) else next(self._queue, None)
        if waiting is None:
            return False
        observed = Observed(hold=self._hold, probe=self._hold is not None, queued=True)
        export = self._tick.advance(waiting.export_id, observed=observed, hint=waiting.key)
        if export and export.task_id:
            self._hold, self.has_started = None, True
        return not (export and is_full(export.reason))


def _is_closed(tick: Tick, place: Place, hold: Hold | None) -> bool:
    """Whether nobody there need ask now: the place is silent, or its weekly quota is used up."""
    return place in tick.unresponsive or bool(hold and hold.until and tick.context.ledger.now < hold.until)


def _queues(ledger: Ledger) -> Iterator[tuple[Place, Iterator[Waiting]]]:
    """Each place, and those who wait there, in order. What is behind a page is listed when needed."""
    after, more = "", True
    while more:
        page = ledger.page(Waiting.below(), after=after)
        ours = [waiting for entry in page.entries if (waiting := Waiting.read(entry.key))]
        for place, some in groupby(ours, key=lambda waiting: waiting.place):
            shown = list(some)
            goes_on = page.more and shown[-1] == ours[-1]
            yield place, _queue(ledger, place, shown) if goes_on else iter(shown)
            after = f"{Waiting.below(place)}~"
        more = page.more and bool(ours)


def _queue(ledger: Ledger, place: Place, shown: list[Waiting]) -> Iterator[Waiting]:
    yield from shown
    rest = ledger.walk(Waiting.below(place), after=shown[-1].key)
    yield from filter(None, (Waiting.read(entry.key) for entry in rest))
