"""Once more, by a person's decision: what a replay names, and its request (docs/protocol.md#rule-9). Pure.

A replay is a new generation. Its ClientToken is derived from what is replayed: the same replay again is the same one.
"""

import re

from msgspec.structs import replace

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.export_request import ExportRequest
from ...values.forms import EXPORT_ID
from ...values.policy import Policy
from ...values.record import Record
from ..naming import CALLER_PREFIX_MAX
from ..policy.admission import as_of_today, still_allowed
from ..results.undelivered import UNDELIVERED
from ..wording import shown
from .own_tokens import of_replay

NAMED = re.compile(rf"{EXPORT_ID}|rejected-[0-9a-f]{{64}}|{UNDELIVERED}")
REPLAYED = ("Failed", "Cancelled")


def checked(name: object) -> str:
    """The name itself. Raises AskerFault for a name of nothing."""
    if is_name(name):
        return str(name)
    message = f"Replay is {shown(name)}; it must be an ExportId, or a name that begins with rejected- or untold-."
    raise AskerFault(
        Cause(code="InvalidParameter", message=message, recommend="`image-export events` lists the names.")
    )


def is_name(name: object) -> bool:
    """Whether something may be kept under that name: what is none of these never becomes a key of the ledger."""
    return isinstance(name, str) and NAMED.fullmatch(name) is not None


def again(policy: Policy, record: Record, request_id: str) -> ExportRequest:
    """The request of an export that failed or was cancelled, as the policy has it today. Raises AskerFault.

    A whole OSSPrefix stays with the export that was given it, so this one takes as much of it as is made unique.
    """
    status = record.ended.status if record.ended else "not ended"
    if status not in REPLAYED:
        message = f"{record.export_id} is {status}; what has failed or was cancelled can be replayed."
        raise AskerFault(Cause(code="NotReplayable", message=message))
    cause = still_allowed(policy, record.request)
    if cause:
        raise AskerFault(cause)
    return replace(
        as_of_today(policy, record.request),
        caller_prefix=record.request.caller_prefix[:CALLER_PREFIX_MAX],
        rule=None,  # a rule exports an image once; this is not its wish
        client_token=of_replay(record.export_id),
        requested_by=RequestedBy(trigger="invoke", id=request_id),
        notify=policy.notify,
        channels=policy.channels,
    )


def delivery_of(digest: str) -> str:
    """The name under which a rejected event is delivered again: the same each time, so that tokens are the same."""
    return f"replay-{digest[:32]}"
