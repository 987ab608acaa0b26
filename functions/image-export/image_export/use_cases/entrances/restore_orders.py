"""Restores as a person or a program orders them by invoking the function: {"Restore": …}, {"CancelRestore": RestoreId}.

Whatever is done twice is found: by the ClientToken, else by the invocation, which FC delivers under one id.
"""

from ...decisions.arrivals.order import CancelRestore, RestoreOrder
from ...decisions.codes import is_throttling
from ...decisions.restore.codes import advised
from ...decisions.restore.parameters import read_restore
from ...errors import AskerFault, Refused
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.restore.answer import RestoreAnswer
from ...values.restore.record import RestoreRecord
from ...values.restore.restore import RestorePlan
from ..context import Context
from ..restore import facts
from ..restore.begin import begin
from ..restore.begin import cancel as call_off
from ..restore.ports import Importing
from .event_part import Delivery
from .reject import reject


def restore(context: Context, importing: Importing, order: RestoreOrder, part: Delivery) -> RestoreAnswer:
    """The restore after a first look, or its plan. What cannot be is answered and kept, as a rejected event is.

    Raises CloudFault and LedgerFault, of which FC delivers it again.
    """
    dry_run = isinstance(order.fields, dict) and order.fields.get("DryRun") is True  # which writes nothing
    try:
        asker = RequestedBy(trigger="invoke", id=part.request_id, name=order.checked().caller)
        begun = begin(context, importing, read_restore(order.fields), asker)
    except (AskerFault, Refused) as fault:
        if isinstance(fault, Refused) and is_throttling(fault.code):
            raise
        cause = advised(fault.cause)
        if not dry_run:
            reject(context, part.digest, cause, part.kept)
        return RestoreAnswer(request_id=part.request_id, rejected=(cause,))
    if isinstance(begun, RestorePlan):
        return RestoreAnswer(request_id=part.request_id, plans=(begun,))
    return RestoreAnswer(request_id=part.request_id, restores=(begun.moved.restore,))


def cancel_restore(context: Context, importing: Importing, order: CancelRestore, request_id: str) -> RestoreAnswer:
    """The restore, which is called off or had ended; the answer rejects what is none. Raises LedgerFault."""
    try:
        record = _known(context, order.checked().restore_id)
    except AskerFault as fault:
        context.log.warning("cancel.refused", code=fault.code, error=fault.cause.message)
        return RestoreAnswer(request_id=request_id, rejected=(fault.cause,))
    asker = RequestedBy(trigger="invoke", id=request_id, name=order.caller)
    shown = call_off(context, importing, record, asker).restore
    context.log.info("cancel.taken", restore_id=record.restore_id, requested_by=asker.wire(), status=shown.status)
    return RestoreAnswer(request_id=request_id, restores=(shown,))


def _known(context: Context, restore: str) -> RestoreRecord:
    record = facts.load(context.ledger, restore)
    if record is None:
        raise AskerFault(Cause(code="RestoreNotFound", message=f"There is no restore {restore}."))
    return record
