"""Replay what failed, was rejected or could not be told, as a person asked by invoking the function: {"Replay": name}.

It goes through the same door as everything else: the policy of today, the ledger, `advance`. A name that was replayed
already answers the export that this made.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from ...decisions.arrivals.order import RestoreOrder, read_order
from ...decisions.arrivals.replay import again, checked, delivery_of
from ...decisions.results.undelivered import read_name
from ...errors import AskerFault
from ...values import ledger_keys as keys
from ...values.answer import Answer
from ...values.cause import Cause
from ..context import Context
from ..export.advance import begin
from ..export.record import record
from .event_part import Delivery
from .receive import answer_of, receive_part
from .redeliver import redeliver
from .reject import Rejection
from .sighting import Outcome, consider

if TYPE_CHECKING:
    from ..restore.ports import Importing


MakeImporting = Callable[[], "Importing"]


def replay(context: Context, name: object, request_id: str, importing: MakeImporting) -> Answer:
    """Do once more what the name says; the answer rejects what cannot be replayed."""
    try:
        restored = _restore(context, checked(name), importing)
        if restored:
            return msgspec.structs.replace(restored, request_id=request_id)
        outcome = _replay(context, checked(name), request_id)
    except AskerFault as fault:
        context.log.warning("replay.refused", code=fault.code, error=fault.cause.message)
        return Answer(request_id=request_id, rejected=(fault.cause,))
    context.log.info("replay.taken", replayed=name, export_id=outcome.export.export_id if outcome.export else None)
    return answer_of([outcome], request_id)


def _restore(context: Context, name: str, importing: MakeImporting) -> Answer | None:
    """The answer to a restore that was rejected and is ordered once more; None for all else."""
    rejected = keys.Rejected.named(name)
    found = context.ledger.read(rejected.key, Rejection) if rejected else None
    body = (found.fact.kept.body or "").encode() if found else b""
    order = read_order(body)
    if rejected is None or found is None or not isinstance(order, RestoreOrder):
        return None
    from . import restore_orders

    context.log.info("replay.taken", replayed=name)
    part = Delivery(body, delivery_of(rejected.digest), found.fact.kept.region_id)
    return restore_orders.restore(context, importing(), order, part)


def _replay(context: Context, name: str, request_id: str) -> Outcome:
    undelivered = read_name(name)
    if undelivered:
        return Outcome(export=redeliver(context, undelivered))
    rejected = keys.Rejected.named(name)
    if rejected:
        return _rejected(context, rejected.digest)
    failed = context.ledger.load(name)
    if failed is None:
        raise AskerFault(Cause(code="ExportNotFound", message=f"There is no export {name}."))
    recorded = record(context, again(context.ruled(), failed, request_id))
    return Outcome(export=begin(context, recorded).export)


def _rejected(context: Context, digest: str) -> Outcome:
    found = context.ledger.read(keys.Rejected(digest).key, Rejection)
    if found is None:
        message = f"Nothing was rejected under {digest}, or it has expired."
        raise AskerFault(Cause(code="NotFound", message=message))
    kept = found.fact.kept
    if kept.sighting:
        return consider(context, kept.sighting)
    if kept.body is None:
        message = "It was too large to keep, or no text; send it again from where it came."
        raise AskerFault(Cause(code="NotReplayable", message=message))
    return receive_part(context, kept.body.encode(), kept.position, (delivery_of(digest), kept.region_id))
