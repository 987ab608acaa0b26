"""Record a drill, and cancel one. Starts nothing.

Order: the name in the history, the marker, a hint, `requested`; whoever dies in between leaves names that lead nowhere.
Whoever sees another marker in that account and region beside his own goes no further: of two, one sees the other.
"""

from ...decisions.drill.names import series_key
from ...decisions.drill.planning import series_of
from ...decisions.state.backoff import MINUTE
from ...errors import AskerFault
from ...values import ledger_keys as keys
from ...values.account import AssumedRole
from ...values.cause import Cause
from ...values.drill.facts import DrillRequest, DrillRequested
from ...values.drill.policy import DrillEntry
from ...values.drill.record import DrillRecord
from ...values.export import Export, RequestedBy
from ...values.facts import Cancel
from ...values.place import Place
from ...values.policy import Policy
from ..context import Context


def request_of(
    policy: Policy, role: AssumedRole, entry: DrillEntry, export: Export, asker: RequestedBy
) -> DrillRequest:
    """What is recorded of a drill of that export. Raises AskerFault where it has no manifest."""
    if export.manifest is None:
        message = f"{export.export_id} has no manifest, so that there is nothing to restore."
        raise AskerFault(Cause(code="ExportNotCompleted", message=message), status=409)
    series = series_of(export.image_name, export.image_id)
    return DrillRequest(
        role=role,
        entry=entry,
        export_id=export.export_id,
        region_id=export.region_id,
        oss_bucket=export.oss_bucket,
        image_id=export.image_id,
        image_name=export.image_name,
        manifest=export.manifest,
        series=series_key(entry.name, export.account_id, export.region_id, series),
        requested_by=asker,
        notify=policy.notify,
        channels=policy.channels,
    )


def record(context: Context, drill: str, request: DrillRequest) -> bool:
    """Record the drill; False where it is recorded already. From here on it is watched.

    Raises AskerFault 409 where another one runs there, or is just being recorded.
    """
    ledger = context.ledger
    ledger.ready()
    if ledger.page(keys.DrillRequested(drill).key, limit=1).entries:
        return False
    listed = keys.DrillHistory(keys.backwards(ledger.latest), drill).key
    requested = DrillRequested(drill_id=drill, listed=listed, request=request)
    ledger.name(listed)
    ledger.name(keys.DrillOpen(request.place, drill).key)
    check_alone(context, request.place, drill)
    hint = keys.due(ledger.now + MINUTE, drill)
    made = ledger.schedule(hint, lambda: ledger.create(keys.DrillRequested(drill).key, requested))
    if made.ours:
        said = {"export_id": request.export_id, "entry": request.entry.name}
        context.log.info("drill.requested", drill_id=drill, **said, requested_by=request.requested_by.wire())
    return made.ours


def check_alone(context: Context, place: Place, drill: str | None = None) -> None:
    """Raises AskerFault 409 where a drill runs in that account and region, other than the one that is named."""
    markers = (keys.DrillOpen.read(entry.key) for entry in context.ledger.walk(keys.DrillOpen.below()))
    others = [one.drill_id for one in markers if one and one.place == place and one.drill_id != drill]
    if others:
        message = f"Drill {others[0]} runs in {place.shown}, and one runs at a time there."
        raise AskerFault(Cause(code="DrillRuns", message=message, recommend="Ask again when it has ended."), status=409)


def cancel(context: Context, record: DrillRecord, asker: RequestedBy) -> str:
    """Ask for its end; answers the hint to the look that sees to it. What it has made is deleted all the same."""
    hint = keys.due(context.ledger.now, record.drill_id)
    fact = Cancel(requested_by=asker)
    context.ledger.schedule(hint, lambda: context.ledger.mark(keys.DrillCancel(record.drill_id).key, fact))
    context.log.info("drill.cancel_asked", drill_id=record.drill_id, requested_by=asker.wire())
    return hint
