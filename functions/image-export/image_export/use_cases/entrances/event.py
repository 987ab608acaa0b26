"""`on_event`: a replay where a person asks for one, else whatever the event says."""

from ...decisions.arrivals.replay import asked_for
from ...errors import AskerFault
from ...values.answer import Answer
from ..context import Context
from .receive import receive
from .replay import refused, replay


def on_event(context: Context, body: bytes, *, request_id: str, region_id: str) -> Answer:
    """What came of the event, part by part. Raises as `receive` what kept a part of it from being recorded."""
    try:
        name = asked_for(body)
    except AskerFault as fault:
        return refused(context, fault, request_id)
    if name is None:
        return receive(context, body, request_id=request_id, region_id=region_id)
    return replay(context, name, request_id)
