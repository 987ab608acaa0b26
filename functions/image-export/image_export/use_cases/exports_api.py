"""What can be asked over HTTP about exports: make one, list them, look at one, cancel one. Each answers; none waits."""

from msgspec.structs import replace

from ..decisions import hints
from ..decisions.admission import admit_direct
from ..decisions.direct_request import read_direct
from ..decisions.http import listing
from ..decisions.http.messages import read_body
from ..decisions.http.pace import retry_after_s
from ..decisions.http.statuses import refusal
from ..decisions.http.unread import misplaced, place_of
from ..decisions.projection import export_of
from ..decisions.reasons import reason_of
from ..decisions.steps import Phase, phase
from ..decisions.waiting import ENTRANCE_GRACE
from ..errors import AskerFault, CloudFault, FactUnreadable, LedgerFault
from ..values.cause import Cause
from ..values.export import Export, RequestedBy
from ..values.export_request import ExportRequest
from ..values.facts import Cancel, Hold
from ..values.http import HttpAnswer, HttpRequest
from ..values.record import Record
from .advance import Moved, begin
from .either_role import cloud_of
from .outside import Outside
from .record import Recorded, record
from .rehearse import rehearse

SCANNED_MAX = 2000  # names of the history that one page may read past
OPENED_MAX = 100  # bodies that it may open; one of an export that has not ended takes some five calls more


def post_export(outside: Outside, request: HttpRequest, region_id: str) -> HttpAnswer:
    """202 for a new export; 200 for a DryRun, and for one that there is already or that somebody has ended meanwhile.

    A final refusal as the cloud answered it.
    """
    asker = RequestedBy(trigger="http", id=request.request_id)
    here = place_of("body", "postExport")
    direct = read_direct(read_body(request), lambda name: misplaced(name, here))
    wanted = admit_direct(outside.ruled(), direct, default_region=region_id, requested_by=asker)
    if direct.dry_run:
        return HttpAnswer(status=200, value=rehearse(outside, wanted))
    recorded = record(outside, wanted)
    moved = _look(outside, wanted, recorded)
    location = {"location": f"/exports/{recorded.export_id}"}
    error = moved.export.error
    if recorded.created and moved.export.status == "Failed" and error:
        ended = moved.record.ended
        return replace(refusal(error, request.request_id, ended.http_status if ended else None), headers=location)
    goes_on = recorded.created and not moved.record.ended
    return HttpAnswer(status=202 if goes_on else 200, value=moved.export, headers={**location, **_pace(moved)})


def _look(outside: Outside, wanted: ExportRequest, recorded: Recorded) -> Moved:
    """It is recorded, so it is accepted, even where the ledger does not answer any more.

    Raises LedgerFault where it was there before: nobody knows how it stands then.
    """
    try:
        return begin(outside, recorded)
    except LedgerFault as fault:
        if not recorded.created and not recorded.record:
            raise
        outside.log.warning("look.broken", export_id=recorded.export_id, code=fault.code, error=fault.cause.message)
    now = outside.ledger.now
    facts = recorded.record or Record(export_id=recorded.export_id, request=wanted, requested_at=now)
    return Moved(facts, export_of(facts))


def _pace(moved: Moved) -> dict[str, str]:
    return {} if moved.record.ended else {"retry-after": str(retry_after_s(moved.record))}


def list_exports(outside: Outside, request: HttpRequest) -> HttpAnswer:
    """A page, newest first. Reads names, and the bodies of those that fit; a page may be short and still go on."""
    asked = listing.read_listing(request)
    place = listing.after(asked)
    shown: list[Export] = []
    holds = Holds(outside)
    page = outside.ledger.page("history/", after=place, limit=SCANNED_MAX)
    if not page.entries:
        outside.ledger.check_readable()
    names = [(entry.key, at) for entry in page.entries if (at := listing.read_place(entry.key))]
    opened = 0
    for key, at in names:
        if len(shown) == asked.max_results or opened == OPENED_MAX:
            break
        place = key
        if listing.fits(asked, at):
            opened += 1
            export = _listed(outside, key, at.export_id, holds)
            shown += [export] if export and asked.status in (None, export.status) else []
    more = bool(names) and (page.more or place != names[-1][0])
    return HttpAnswer(status=200, value={"Exports": shown, "NextToken": listing.token(place) if more else None})


def _listed(outside: Outside, key: str, export: str, holds: "Holds") -> Export | None:
    """What has ended stands in the history whole; what has not is put together.

    None for a name that lost its race, and for what nobody can read: it hides no other.
    """
    try:
        found = outside.ledger.read(key, Export)
        loaded = None if found else outside.ledger.load(export)
    except FactUnreadable as fault:
        outside.log.error("fact.unreadable", export_id=export, error=fault.cause.message)
        return None
    if found:
        return found.fact
    return _shown(loaded, holds) if loaded and loaded.listed == key else None


class Holds:
    """The quota holds of accounts and regions, each read once for an answer."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._read: dict[str, Hold | None] = {}

    def of(self, record: Record) -> Hold | None:
        """The hold behind which an export waits that has not started."""
        group = f"{record.request.account_id}/{record.request.region_id}"
        if phase(record) is not Phase.READY:
            return None
        if group not in self._read:
            self._read[group] = self._outside.hold(group)
        return self._read[group]


def _shown(record: Record, holds: Holds) -> Export:
    """The export by its facts."""
    return export_of(record, reason=reason_of(record, hold=holds.of(record)))


def get_export(outside: Outside, export: str) -> HttpAnswer:
    """The export, with the progress that its task has now. A look that fails is shown as Reason and is no error."""
    loaded = _load(outside, export)
    shown = _shown(loaded, Holds(outside))
    if loaded.task_id and not loaded.ended:
        try:
            task = cloud_of(outside, loaded).task(loaded.task_id)
            shown = export_of(loaded, reason=reason_of(loaded, task=task), task=task)
        except CloudFault as fault:
            said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
            outside.log.warning("look.failed", export_id=export, **said)
            shown = export_of(loaded, reason=fault.code)
    return HttpAnswer(status=200, value=shown, headers=_pace(Moved(loaded, shown)))


def cancel_export(outside: Outside, request: HttpRequest, export: str) -> HttpAnswer:
    """202 and the export after a look; the task's own end decides (PROTOCOL 11). 200 where it had ended before."""
    loaded = _load(outside, export)
    if loaded.ended:
        return HttpAnswer(status=200, value=export_of(loaded))
    asker = RequestedBy(trigger="http", id=request.request_id)
    hint = hints.due(outside.ledger.now + ENTRANCE_GRACE, export)
    outside.ledger.put(hint)  # first: behind a task that runs well nobody would see that the fact is there
    outside.ledger.mark(f"exports/{export}/cancel", Cancel(requested_by=asker))
    told = replace(
        loaded, cancel_at=loaded.cancel_at or outside.ledger.now
    )  # a listing may not show it yet (facts §14)
    moved = _look(outside, loaded.request, Recorded(export, created=False, hint=hint, record=told))
    return HttpAnswer(status=202, value=moved.export, headers=_pace(moved))


def _load(outside: Outside, export: str) -> Record:
    loaded = outside.ledger.load(export)
    if loaded is None:
        raise not_found(export)
    return loaded


def not_found(export: str) -> AskerFault:
    """404 ExportNotFound."""
    advice = "Check the id; GET /exports lists what there is."
    cause = Cause(code="ExportNotFound", message=f"There is no export {export[:80]!r}.", recommend=advice)
    return AskerFault(cause, status=404)
