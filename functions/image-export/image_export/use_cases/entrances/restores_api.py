"""What can be asked over HTTP about restores: make or plan one, look at one, cancel one. Each answers; none waits."""

from collections.abc import Callable

from msgspec.structs import replace

from ...decisions.http.messages import read_body
from ...decisions.http.not_found import not_found
from ...decisions.http.pace import RESTORE_S
from ...decisions.http.statuses import refusal
from ...decisions.http.unread import misplaced, route_part
from ...decisions.restore.codes import conflict
from ...decisions.restore.parameters import read_restore
from ...decisions.restore.view import restore_of
from ...values.access import Caller
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.http import HttpAnswer, HttpRequest
from ...values.restore.record import RestoreRecord
from ...values.restore.restore import RestorePlan
from ..context import Context
from ..restore import facts
from ..restore.advance import MovedRestore
from ..restore.begin import begin, cancel
from ..restore.ports import Importing
from ..restore.shown import shown

MakeImporting = Callable[[], Importing]
"""What reaches the clouds, made only where there is a restore to look at."""


def post_restore(context: Context, importing: MakeImporting, request: HttpRequest, caller: Caller) -> HttpAnswer:
    """202 for a new restore; 200 for a plan, and for one that there is already or that somebody has ended meanwhile.

    A final refusal as the cloud answered it; 503 where whoever runs the deployment has to mend it.
    """
    here = route_part("body", "postRestore")
    asked = read_restore(read_body(request), lambda name: misplaced(name, here))
    begun = begin(context, importing(), asked, _asker(request, caller))
    if isinstance(begun, RestorePlan):
        return HttpAnswer(status=200, value=begun)
    moved = begun.moved
    location = {"location": f"/restores/{moved.restore.restore_id}"}
    if begun.created and moved.restore.error:
        answer = _refused(context, request, moved.restore.error)
        return replace(answer, headers={**answer.headers, **location})
    goes_on = begun.created and not moved.record.ended
    return HttpAnswer(status=202 if goes_on else 200, value=moved.restore, headers={**location, **_pace(moved.record)})


def _refused(context: Context, request: HttpRequest, error: Cause) -> HttpAnswer:
    answer = refusal(error, request.request_id, conflict(error.code))
    if answer.status >= 500:
        context.log.error("http.failed", code=error.code, error=error.message, cloud_request_id=error.request_id)
    return answer


def get_restore(context: Context, importing: MakeImporting, restore: str) -> HttpAnswer:
    """The restore, with the progress that its task has now."""
    record = _load(context, restore)
    seen = restore_of(record) if record.ended else shown(context, importing(), record)
    return HttpAnswer(status=200, value=seen, headers=_pace(record))


def cancel_restore(
    context: Context, importing: MakeImporting, request: HttpRequest, restore: str, caller: Caller
) -> HttpAnswer:
    """202 and the restore after a look; what it has made is deleted. 200 where it had ended."""
    record = _load(context, restore)
    if record.ended:
        return HttpAnswer(status=200, value=restore_of(record))
    moved: MovedRestore = cancel(context, importing(), record, _asker(request, caller))
    return HttpAnswer(status=202, value=moved.restore, headers=_pace(moved.record))


def _pace(record: RestoreRecord) -> dict[str, str]:
    return {} if record.ended else {"retry-after": str(RESTORE_S)}


def _asker(request: HttpRequest, caller: Caller) -> RequestedBy:
    return RequestedBy(trigger="http", id=request.request_id, name=caller.name, address=caller.address)


def _load(context: Context, restore: str) -> RestoreRecord:
    record = facts.load(context.ledger, restore)
    if record is None:
        raise not_found("RestoreId", restore)
    return record
