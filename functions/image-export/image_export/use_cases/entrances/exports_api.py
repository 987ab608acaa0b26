"""What can be asked over HTTP about exports: make one, look at one, cancel one. Each answers; none waits."""

from msgspec.structs import replace

from ...decisions.arrivals.direct import read_direct
from ...decisions.http.messages import read_body
from ...decisions.http.pace import retry_after_s
from ...decisions.http.statuses import refusal
from ...decisions.http.unread import misplaced, route_part
from ...decisions.policy.admission import admit_direct
from ...decisions.results.export_view import export_of
from ...decisions.state.backoff import ENTRANCE_GRACE
from ...decisions.state.reasons import reason_of
from ...errors import AskerFault, CloudFault, LedgerFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.export_request import ExportRequest
from ...values.facts import Cancel
from ...values.http import HttpAnswer, HttpRequest
from ...values.record import Record
from ..context import Context
from ..export.advance import Moved, begin
from ..export.dry_run import rehearse
from ..export.either_role import cloud_of
from ..export.missing_objects import as_it_is_now
from ..export.record import Recorded, record
from .list_exports import Holds, shown_of


def post_export(context: Context, request: HttpRequest, region_id: str) -> HttpAnswer:
    """202 for a new export; 200 for a DryRun, and for one that there is already or that somebody has ended meanwhile.

    A final refusal as the cloud answered it.
    """
    asker = RequestedBy(trigger="http", id=request.request_id)
    here = route_part("body", "postExport")
    direct = read_direct(read_body(request), lambda name: misplaced(name, here))
    wanted = admit_direct(context.ruled(), direct, default_region=region_id, requested_by=asker)
    if direct.dry_run:
        return HttpAnswer(status=200, value=rehearse(context, wanted))
    recorded = record(context, wanted)
    moved = _look(context, wanted, recorded)
    location = {"location": f"/exports/{recorded.export_id}"}
    error = moved.export.error
    if recorded.created and moved.export.status == "Failed" and error:
        ended = moved.record.ended
        return replace(refusal(error, request.request_id, ended.http_status if ended else None), headers=location)
    goes_on = recorded.created and not moved.record.ended
    return HttpAnswer(status=202 if goes_on else 200, value=moved.export, headers={**location, **_pace(moved)})


def _look(context: Context, wanted: ExportRequest, recorded: Recorded) -> Moved:
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


def _pace(moved: Moved) -> dict[str, str]:
    return {} if moved.record.ended else {"retry-after": str(retry_after_s(moved.record))}


def get_export(context: Context, export: str) -> HttpAnswer:
    """The export, with the progress that its task has now. A look that fails is shown as Reason and is no error."""
    loaded = _load(context, export)
    shown = shown_of(loaded, Holds(context))
    if loaded.task_id and not loaded.ended:
        try:
            task = cloud_of(context, loaded).task(loaded.task_id)
            shown = export_of(loaded, reason=reason_of(loaded, task=task), task=task)
        except CloudFault as fault:
            said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
            context.log.warning("look.failed", export_id=export, **said)
            shown = export_of(loaded, reason=fault.code)
    if loaded.ended and loaded.ended.status == "Completed":
        shown = as_it_is_now(context, loaded, shown)
    return HttpAnswer(status=200, value=shown, headers=_pace(Moved(loaded, shown)))


def cancel_export(context: Context, request: HttpRequest, export: str) -> HttpAnswer:
    """202 and the export after a look; its task's end decides (docs/protocol.md#rule-11). 200 where it had ended."""
    loaded = _load(context, export)
    if loaded.ended:
        return HttpAnswer(status=200, value=export_of(loaded))
    asker = RequestedBy(trigger="http", id=request.request_id)
    hint, key = keys.due(context.ledger.now + ENTRANCE_GRACE, export), keys.Cancel(export).key
    # Without the hint nobody would see behind a task that runs well that the fact is there.
    context.ledger.schedule(hint, lambda: context.ledger.mark(key, Cancel(requested_by=asker)))
    # A listing may not show it yet (docs/cloud-facts.md#fact-14-3).
    cancelled = replace(loaded, cancel_at=loaded.cancel_at or context.ledger.now)
    moved = _look(context, loaded.request, Recorded(export, created=False, hint=hint, record=cancelled))
    return HttpAnswer(status=202, value=moved.export, headers=_pace(moved))


def _load(context: Context, export: str) -> Record:
    loaded = context.ledger.load(export)
    if loaded is None:
        raise not_found(export)
    return loaded


def not_found(export: str) -> AskerFault:
    """404 ExportNotFound."""
    advice = "Check the id; GET /exports lists what there is."
    cause = Cause(code="ExportNotFound", message=f"There is no export {export[:80]!r}.", recommend=advice)
    return AskerFault(cause, status=404)
