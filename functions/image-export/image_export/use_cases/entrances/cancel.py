"""Calls an export off, as a person asked by invoking the function: {"Cancel": ExportId}."""

from ...decisions.arrivals.order import Cancel
from ...errors import AskerFault
from ...values.answer import Answer
from ...values.cause import Cause
from ...values.export import Export, RequestedBy
from ..context import Context
from ..export import cancel as export_cancel


def cancel(context: Context, order: Cancel, request_id: str) -> Answer:
    """The export, which is being cancelled or had ended; the answer rejects what is none. Raises LedgerFault."""
    try:
        export = _cancel(context, order.checked(), request_id)
    except AskerFault as fault:
        context.log.warning("cancel.refused", code=fault.code, error=fault.cause.message)
        return Answer(request_id=request_id, rejected=(fault.cause,))
    return Answer(request_id=request_id, exports=(export,))


def _cancel(context: Context, order: Cancel, request_id: str) -> Export:
    record = context.ledger.load(order.export_id)
    if record is None:
        raise AskerFault(Cause(code="ExportNotFound", message=f"There is no export {order.export_id}."))
    asker = RequestedBy(trigger="invoke", id=request_id, name=order.caller)
    export = export_cancel.cancel(context, record, asker).export
    context.log.info("cancel.taken", export_id=order.export_id, requested_by=asker.wire(), status=export.status)
    return export
