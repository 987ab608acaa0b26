"""The tick's starts: group by group, by priority, until the cloud says that there is no room; on hold, one probe.

Reads the names of those who wait, and no more of a full group than the page on which it was found full.
"""

from collections.abc import Container, Iterator

from ..decisions.refusals import is_full
from ..values.facts import Hold
from ..values.steps import Sight
from .advance import SECONDS_TO_START
from .ledger import Ledger
from .tick import SECONDS_FOR_A_LOOK, Tick

WAITING = "waiting/"


def start_waiting(tick: Tick) -> None:
    """Start what there is room for (PROTOCOL 15). A group is an account and region: each has its own quota."""
    ledger, full = tick.outside.ledger, set[str]()
    holds: dict[str, Hold | None] = {}
    for group, key in _waiting(ledger, full):
        if not tick.has_time(SECONDS_TO_START + SECONDS_FOR_A_LOOK):
            return
        if group not in holds:
            holds[group] = ledger.hold(group)
        if _is_closed(tick, group, holds[group]):
            full.add(group)
            continue
        hold = holds[group]
        sight = Sight(hold=hold, probe=hold is not None, queued=True)
        export = tick.advance(key.rsplit("/", 1)[1], sight=sight, hint=key)
        if export and is_full(export.reason):
            full.add(group)
        elif export and export.task_id:
            holds[group] = None


def _is_closed(tick: Tick, group: str, hold: Hold | None) -> bool:
    """Whether nobody of the group need ask now: it is silent, or its weekly quota is used up."""
    account, region = group.split("/")
    return (account, region) in tick.silent or bool(hold and hold.until and tick.outside.ledger.now < hold.until)


def _waiting(ledger: Ledger, full: Container[str]) -> Iterator[tuple[str, str]]:
    """Group and key of each that waits, in order. What is behind a page of a group that has become full is skipped."""
    after, more = "", True
    while more:
        page = ledger.page(WAITING, after=after)
        for entry in page.entries:
            group = "/".join(entry.key.split("/")[1:3])
            if entry.key.count("/") == 5 and group not in full:
                yield group, entry.key
        if not page.entries:
            return
        after, more = page.entries[-1].key, page.more
        group = "/".join(after.split("/")[1:3])
        if group in full:
            after = f"{WAITING}{group}/~"
