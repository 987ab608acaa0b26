"""What can be asked over HTTP about exports: make one, look at one, cancel one. Each answers; none waits."""

from msgspec.structs import replace

from ...decisions.arrivals.direct import read_direct
from ...decisions.http.messages import read_body
from ...decisions.http.not_found import not_found
from ...decisions.http.pace import retry_after_s
from ...decisions.http.statuses import refusal
from ...decisions.http.unread import misplaced, route_part
from ...decisions.policy.admission import admit_direct
from ...decisions.results.export_view import export_of
from ...errors import CloudFault, LedgerFault
from ...values import ledger_keys as keys
from ...values.access import Caller
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.facts import Progressed
from ...values.http import HttpAnswer, HttpRequest
from ...values.record import Record
from ...values.task import Task
from ..context import Context
from ..export.advance import Moved
from ..export.cancel import cancel
from ..export.drilled import with_drill
from ..export.dry_run import rehearse
from ..export.either_role import cloud_of
from ..export.first_look import first_look
from ..export.missing_objects import as_it_is_now
from ..export.record import record
from ..export.shown import Showing


def post_export(context: Context, request: HttpRequest, region_id: str, caller: Caller) -> HttpAnswer:
    """202 for a new export; 200 for a DryRun, and for one that there is already or that somebody has ended meanwhile.

    A final refusal as the cloud answered it; 503 where whoever runs the deployment has to mend it.
    """
    asker = _asker(request, caller)
    here = route_part("body", "postExport")
    direct = read_direct(read_body(request), lambda name: misplaced(name, here))
    wanted = admit_direct(context.ruled(), direct, default_region=region_id, requested_by=asker)
    if direct.dry_run:
        return HttpAnswer(status=200, value=rehearse(context, wanted))
    recorded = record(context, wanted)
    moved = first_look(context, wanted, recorded)
    location = {"location": f"/exports/{recorded.export_id}"}
    error = moved.export.error
    if recorded.created and moved.export.status == "Failed" and error:
        answer = _refused(context, request, moved, error)
        return replace(answer, headers={**answer.headers, **location})
    goes_on = recorded.created and not moved.record.ended
    return HttpAnswer(status=202 if goes_on else 200, value=moved.export, headers={**location, **_pace(moved)})


def _refused(context: Context, request: HttpRequest, moved: Moved, error: Cause) -> HttpAnswer:
    ended = moved.record.ended
    answer = refusal(error, request.request_id, ended.http_status if ended else None)
    if answer.status >= 500:
        context.log.error("http.failed", code=error.code, error=error.message, cloud_request_id=error.request_id)
    return answer


def _pace(moved: Moved) -> dict[str, str]:
    return {} if moved.record.ended else {"retry-after": str(retry_after_s(moved.record))}


def get_export(context: Context, export: str) -> HttpAnswer:
    """The export, with the progress that its task has now. A look that fails is shown as Reason and is no error."""
    loaded = _load(context, export)
    showing = Showing(context.ledger, context.log)
    shown = showing.shown(loaded)
    if loaded.task_id and not loaded.ended:
        try:
            task = cloud_of(context, loaded).task(loaded.task_id)
            shown = showing.shown(loaded, task)
            _note_progress(context, loaded, task)
        except CloudFault as fault:
            said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
            context.log.warning("look.failed", export_id=export, **said)
            shown = replace(shown, reason=fault.code)
    if loaded.ended and loaded.ended.status == "Completed":
        shown = with_drill(as_it_is_now(context, loaded, shown), context.ledger, context.log)
    return HttpAnswer(status=200, value=shown, headers=_pace(Moved(loaded, shown)))


def _note_progress(context: Context, record: Record, task: Task | None) -> None:
    """For lists, which ask nothing of the cloud. It is a note: without it the answer is as good."""
    seen = task.progress if task else None
    if seen is None or (record.progressed and record.progressed.progress == seen):
        return
    try:
        context.keep(keys.Progress(record.export_id).key, Progressed(progress=seen))
    except LedgerFault as fault:
        context.log.warning("progress.not_kept", export_id=record.export_id, code=fault.code, error=fault.cause.message)


def cancel_export(context: Context, request: HttpRequest, export: str, caller: Caller) -> HttpAnswer:
    """202 and the export after a look; its task's end decides (docs/protocol.md#rule-11). 200 where it had ended."""
    loaded = _load(context, export)
    if loaded.ended:
        return HttpAnswer(status=200, value=export_of(loaded))
    moved = cancel(context, loaded, _asker(request, caller))
    return HttpAnswer(status=202, value=moved.export, headers=_pace(moved))


def _asker(request: HttpRequest, caller: Caller) -> RequestedBy:
    return RequestedBy(trigger="http", id=request.request_id, name=caller.name, address=caller.address)


def _load(context: Context, export: str) -> Record:
    loaded = context.ledger.load(export)
    if loaded is None:
        raise not_found("ExportId", export)
    return loaded
