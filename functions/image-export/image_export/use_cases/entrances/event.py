"""`on_event`: what a person orders, a replay, a restore or the end of one, else whatever the event says."""

from ...decisions.arrivals.order import Cancel, CancelRestore, Replay, RestoreOrder, read_order
from ...values.answer import Answer
from ..context import Context
from .cancel import cancel
from .event_part import Delivery
from .receive import receive
from .replay import MakeImporting, replay


def on_event(context: Context, body: bytes, *, request_id: str, region_id: str, importing: MakeImporting) -> Answer:
    """What came of the event, part by part. Raises as `receive` what kept a part of it from being recorded."""
    order = read_order(body)
    if isinstance(order, Cancel):
        return cancel(context, order, request_id)
    if isinstance(order, Replay):
        return replay(context, order.name, request_id, importing)
    if isinstance(order, CancelRestore | RestoreOrder):
        from . import restore_orders  # with it comes all that restores take, which an event of an image need not load

        if isinstance(order, CancelRestore):
            return restore_orders.cancel_restore(context, importing(), order, request_id)
        return restore_orders.restore(context, importing(), order, Delivery(body, request_id, region_id))
    return receive(context, body, request_id=request_id, region_id=region_id)


def needs_no_policy(body: bytes) -> bool:
    """Whether it may go on with a policy that cannot be read: what is called off needs none."""
    return isinstance(read_order(body), Cancel | CancelRestore)
