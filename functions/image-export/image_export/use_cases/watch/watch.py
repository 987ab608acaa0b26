"""`on_watch`: one tick. Looks at running tasks by the hundred, at what is due, at what waits for room; never sleeps.

Reads names, not bodies: the cost of a tick grows with what runs and what changed, never with history. Whatever is
wrong with one export stops no other.
"""

from ...values.answer import Answer
from ..context import Context
from ..night.run import go_on
from .deliver import deliver_due
from .due import look_at_due
from .running import look_at_running
from .sweep import sweep
from .tick import Tick
from .waiting import start_waiting

SECONDS_FOR_STARTS_AND_DELIVERIES = 70.0  # beyond a look that may still be under way


def watch(context: Context, *, request_id: str) -> Answer:
    """One tick: ends first, since they make room, and deliveries after the starts, since a target may be slow.

    Raises OurFault where the ledger cannot be used at all.
    """
    context.ledger.ready(anew=True)
    tick = Tick(context)
    with tick.keeping(SECONDS_FOR_STARTS_AND_DELIVERIES):
        look_at_running(tick)
        look_at_due(tick)
    start_waiting(tick)
    deliver_due(tick)
    sweep(tick)
    go_on(context, request_id=request_id)
    return Answer(
        request_id=request_id,
        exports=tuple(tick.exports.values()),
        rejected=tuple(tick.rejected),
        undecided=len(tick.undecided),
    )
