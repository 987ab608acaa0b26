"""Calls an export off, as somebody asks. Once is as good as often (docs/protocol.md#rule-11)."""

from msgspec.structs import replace

from ...decisions.results.export_view import export_of
from ...decisions.state.backoff import ENTRANCE_GRACE
from ...values import ledger_keys as keys
from ...values.export import RequestedBy
from ...values.facts import Cancel
from ...values.record import Record
from ..context import Context
from .advance import Moved
from .first_look import first_look
from .record import Recorded


def cancel(context: Context, record: Record, asker: RequestedBy) -> Moved:
    """The export after a look; its task's end decides. As it is, where it had ended. Raises LedgerFault."""
    if record.ended:
        return Moved(record, export_of(record))
    export = record.export_id
    hint, key = keys.due(context.ledger.now + ENTRANCE_GRACE, export), keys.Cancel(export).key
    # Without the hint nobody would see behind a task that runs well that the fact is there.
    context.ledger.schedule(hint, lambda: context.ledger.mark(key, Cancel(requested_by=asker)))
    # A listing may not show it yet (docs/cloud-facts.md#fact-14-3).
    cancelled = replace(record, cancel_at=record.cancel_at or context.ledger.now)
    return first_look(context, record.request, Recorded(export, created=False, hint=hint, record=cancelled))
