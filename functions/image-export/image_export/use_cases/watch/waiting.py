"""The tick's starts: each group in turn, by priority, until the cloud says that there is no room; on hold, one probe.

A group is an account and region: each has its own quota. Reads the names of those who wait, and no more of a full group
than the page on which it begins.
"""

from collections import deque
from collections.abc import Iterator
from itertools import groupby

from ...decisions.codes import is_full
from ...values.facts import Hold
from ...values.steps import Sight
from ..export.advance import SECONDS_TO_START
from ..ledger.ledger import Ledger
from .tick import SECONDS_FOR_A_LOOK, Tick

WAITING = "waiting/"


def start_waiting(tick: Tick) -> None:
    """Start what there is room for (docs/protocol.md#rule-15). A busy or silent region keeps no other from its turn."""
    turns = deque(_Group(tick, group, keys) for group, keys in tick.in_turn(list(_queues(tick.outside.ledger))))
    while turns and tick.has_time(SECONDS_TO_START + SECONDS_FOR_A_LOOK):
        group = turns.popleft()
        if group.start_next():
            turns.append(group)


class _Group:
    """Those who wait for room in one account and region."""

    def __init__(self, tick: Tick, group: str, keys: Iterator[str]) -> None:
        self._tick = tick
        self._name = group
        self._keys = keys
        self._hold = tick.outside.hold(group)

    def start_next(self) -> bool:
        """Look at the next one; False where there is none, or no room for it."""
        key = None if _is_closed(self._tick, self._name, self._hold) else next(self._keys, None)
        if key is None:
            return False
        sight = Sight(hold=self._hold, probe=self._hold is not None, queued=True)
        export = self._tick.advance(key.rsplit("/", 1)[1], sight=sight, hint=key)
        if export and export.task_id:
            self._hold = None
        return not (export and is_full(export.reason))


def _is_closed(tick: Tick, group: str, hold: Hold | None) -> bool:
    """Whether nobody of the group need ask now: it is silent, or its weekly quota is used up."""
    account, region = group.split("/")
    return (account, region) in tick.silent or bool(hold and hold.until and tick.outside.ledger.now < hold.until)


def _queues(ledger: Ledger) -> Iterator[tuple[str, Iterator[str]]]:
    """Each group, and the keys of those who wait in it, in order. What is behind a page is listed when needed."""
    after, more = "", True
    while more:
        page = ledger.page(WAITING, after=after)
        ours = [entry.key for entry in page.entries if entry.key.count("/") == 5]
        for group, keys in groupby(ours, key=lambda key: "/".join(key.split("/")[1:3])):
            shown = list(keys)
            goes_on = page.more and shown[-1] == ours[-1]
            yield group, _queue(ledger, group, shown) if goes_on else iter(shown)
            after = f"{WAITING}{group}/~"
        more = page.more and bool(ours)


def _queue(ledger: Ledger, group: str, shown: list[str]) -> Iterator[str]:
    yield from shown
    yield from (entry.key for entry in ledger.walk(f"{WAITING}{group}/", after=shown[-1]))
