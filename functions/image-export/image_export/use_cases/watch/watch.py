"""`on_watch`: one tick. Looks at running tasks by the hundred, at what is due, at what waits for room; never sleeps.

Reads names, not bodies: the cost of a tick grows with what runs and what changed, never with history. Whatever is
wrong with one export stops no other.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...values.answer import Answer
from ..context import Context
from ..ledger.watcher_facts import read_watcher
from ..night.run import go_on
from ..ports import Pinger
from .deliver import deliver_due
from .due import look_at_due
from .heartbeat import Heartbeat, code_of
from .notices import knowing_last_policy, notice
from .running import look_at_running
from .sweep import sweep
from .tick import Tick
from .waiting import start_waiting

if TYPE_CHECKING:  # a tick without a restore or a drill loads nothing of them
    from ..drill.ports import Drilling

SECONDS_AFTER_LOOKS = 125.0  # beyond a look that may still be under way: a start may begin, and then a delivery
SECONDS_AFTER_STARTS = 20.0  # beyond what a start may take: one in vain leaves time for a delivery
OF_A_SHORT_TICK = 70.0, 0.0  # the same where a tick has less than s.yaml gives it: starts come first
SHORT_S = 240.0


def watch(context: Context, *, pinger: Pinger, reach: Callable[[], "Drilling"], request_id: str) -> Answer:
    """One tick, and the word of how it ended to whoever listens. Raises OurFault where the ledger cannot be used."""
    heartbeat = Heartbeat(context, pinger)
    try:
        context.ledger.ready(anew=True)
        watcher = read_watcher(context.ledger)
        context = knowing_last_policy(context, watcher)
        heartbeat.start(context, watcher)
        notice(context, watcher)
        tick = _work(context, reach, request_id)
        heartbeat.end(tick)
    except Exception as fault:
        heartbeat.fail(code_of(fault))
        raise
    return Answer(
        request_id=request_id,
        exports=tuple(tick.exports.values()),
        rejected=tuple(tick.rejected),
        undecided=len(tick.undecided),
    )


def _work(context: Context, reach: Callable[[], "Drilling"], request_id: str) -> Tick:
    """Ends first, since they make room, and deliveries after the starts, since a target may be slow."""
    tick = Tick(context, reach)
    is_short = context.remaining_s() < SHORT_S
    after_looks_s, after_starts_s = OF_A_SHORT_TICK if is_short else (SECONDS_AFTER_LOOKS, SECONDS_AFTER_STARTS)
    with tick.keeping(after_looks_s):
        look_at_running(tick)
        look_at_due(tick)
    with tick.keeping(after_starts_s):
        start_waiting(tick)
    deliver_due(tick)
    sweep(tick)
    go_on(context, request_id=request_id)
    return tick
