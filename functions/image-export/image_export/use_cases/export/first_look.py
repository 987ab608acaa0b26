"""The first look at what an entrance has accepted; it stays accepted where that look breaks off."""

from ...decisions.results.export_view import export_of
from ...errors import LedgerFault
from ...values.export_request import ExportRequest
from ...values.record import Record
from ..context import Context
from .advance import Moved, begin
from .record import Recorded


def first_look(context: Context, wanted: ExportRequest, recorded: Recorded) -> Moved:
    """It is recorded, so it is accepted, even where the ledger does not answer any more.

    Raises LedgerFault where it was there before: nobody knows how it stands then.
    """
    try:
        return begin(context, recorded)
    except LedgerFault as fault:
        if not recorded.created and not recorded.record:
            raise
        context.log.warning("look.broken", export_id=recorded.export_id, code=fault.code, error=fault.cause.message)
    now = context.ledger.now
    facts = recorded.record or Record(export_id=recorded.export_id, request=wanted, requested_at=now)
    return Moved(facts, export_of(facts))
