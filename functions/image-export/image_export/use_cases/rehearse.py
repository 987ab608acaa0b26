"""DryRun: everything but what changes something. A plan that was not applied, not an `if` on the way."""

import msgspec

from ..decisions.admission import still_allowed
from ..decisions.identity import export_id, natural_key
from ..decisions.projection import export_of
from ..decisions.refusals import advised
from ..decisions.starting import next_step
from ..errors import Refused
from ..values.export import Export
from ..values.export_request import ExportRequest
from ..values.facts import Ended
from ..values.record import Record
from ..values.steps import End, LookAtHold, LookAtImage, Sight, Wait
from .outside import Outside
from .record import is_that, newest_of
from .taking import TAKE, Look


def rehearse(outside: Outside, request: ExportRequest) -> Export:
    """How the export would begin: Requested (Reason DryRun or what it would wait for), or Failed with the cause.

    The same export where there is one already. Reads image and hold, writes nothing, not even to the ledger.
    Raises CloudFault where nothing can be said.
    """
    outside.ledger.ready()
    last, now = newest_of(outside, request), outside.ledger.now
    if last and is_that(last, request):
        return export_of(last, reason="DryRun")
    record = Record(export_id=export_id(natural_key(request), 0), request=request, requested_at=now)
    look = Look(record, Sight(forbidden=still_allowed(outside.policy, request)))
    step = next_step(look.record, look.sight, now)
    try:
        while isinstance(step, LookAtImage | LookAtHold):
            look = TAKE[type(step)](outside, look, step)
            step = next_step(look.record, look.sight, now)
    except Refused as fault:
        step = End(Ended(status="Failed", error=advised(fault.cause)))
    if isinstance(step, End):
        return export_of(msgspec.structs.replace(record, ended=step.ended, ended_at=now))
    return export_of(record, reason=step.reason if isinstance(step, Wait) else "DryRun")
