"""DryRun: everything but what changes something. A plan that was not applied, not an `if` on the way."""

from datetime import datetime

from msgspec.structs import replace

from ...decisions.codes import advised
from ...decisions.naming import export_id, is_that, natural_key
from ...decisions.policy.admission import still_allowed
from ...decisions.policy.eligibility import expected_refusal
from ...decisions.results.export_view import export_of
from ...decisions.state.ready import look_failed, next_step
from ...errors import Refused
from ...values.export import Export
from ...values.export_request import ExportRequest
from ...values.facts import Ended
from ...values.record import Record
from ...values.steps import LookAtHold, LookAtImage, MakeClaim, Observed, Step, Wait
from ..context import Context
from . import client_token, verbatim_prefix
from .look import Look
from .perform import PERFORM
from .record import newest_of


def rehearse(context: Context, request: ExportRequest) -> Export:
    """How the export would begin: Requested (Reason DryRun or what it would wait for), or Failed with the cause.

    The same export where there is one already. Reads image and hold, writes nothing, not even to the ledger.
    Raises AskerFault 409 for a prefix or a token in use, and CloudFault where the cloud is away: nothing is known then.
    """
    context.ledger.ready()
    known = client_token.export_of_token(context, request)
    last, now = context.ledger.load(known) if known else newest_of(context, request), context.ledger.now
    if last and (known or is_that(last, request)):
        return export_of(last, reason="DryRun")
    verbatim_prefix.check(context, request)
    record = Record(export_id=export_id(natural_key(request), 0), request=request, requested_at=now)
    look = Look(record, Observed(forbidden=still_allowed(context.ruled(), request), prefix_taken=None))
    step = next_step(look.at(now))
    try:
        while isinstance(step, LookAtImage | LookAtHold):
            look = PERFORM[type(step)](context, look, step)
            step = next_step(look.at(now))
    except Refused as fault:
        noted = replace(record, denied_at=now)  # what a role that is refused would first write down
        step = look_failed(noted, fault.cause, now)
    return _planned(record, step, now)


def _planned(record: Record, step: Step, now: datetime) -> Export:
    """A start that ECS would refuse, as its documents say, is told as its failure; ECS itself is not asked."""
    claim = step.claim if isinstance(step, MakeClaim) else None
    ended = claim.ended if claim else None
    to_export = claim.image if claim and claim.kind == "start" else None
    if to_export and (cause := expected_refusal(to_export, record.request.image_format)):
        ended = Ended(status="Failed", error=advised(cause))
    if ended:
        return export_of(replace(record, ended=ended, ended_at=now))
    return export_of(record, reason=step.reason if isinstance(step, Wait) else "DryRun")
