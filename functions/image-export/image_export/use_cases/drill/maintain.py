"""`on_maintain`: what is looked after once an hour. Its first work: drills are planned, and begun one by one.

Reads the history from the newest on, as far as the time allows: an entry needs the newest export of each series.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import field

from ...decisions.drill.asking import MaintainOrder, read_order
from ...decisions.drill.names import drill_id, series_key
from ...decisions.drill.planning import PlannedDrill, fits, newest_of_series, plan
from ...decisions.drill.view import drill_of, reason_of
from ...decisions.results.export_view import export_of
from ...errors import AskerFault, FactUnreadable, LedgerFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.drill.drill import Drill
from ...values.drill.facts import Drilled
from ...values.drill.policy import DrillEntry
from ...values.export import Export, RequestedBy
from ...values.place import Place
from ...values.wire import Wire
from ..context import Context
from . import facts
from .record import cancel, check_alone, record, request_of

EXPORTS_READ = 2000  # of the history, at most, in one invocation
SECONDS_TO_PLAN = 30.0  # that are left when reading ends
A_DAY = timedelta(days=1)


class ShownDrill(Wire, frozen=True, kw_only=True):
    """One series of a plan."""

    entry: str = field(name="Entry")
    series: str = field(name="Series")
    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    export_id: str = field(name="ExportId")
    image_name: str | None = field(name="ImageName")
    wanted: bool = field(name="Wanted")
    reason: str = field(name="Reason")
    drill_id: str | None = field(name="DrillId", default=None)


class MaintainAnswer(Wire, frozen=True, kw_only=True):
    """What is drilled and why (not). `cut`: the history is longer than what could be read.

    `drill`: the one that was asked for, or called off; `rejected`: why what was asked for is not done.
    """

    request_id: str = field(name="RequestId")
    dry_run: bool = field(name="DryRun", default=False)
    drills: tuple[ShownDrill, ...] = field(name="Drills", default=())
    cut: bool = field(name="Cut", default=False)
    drill: Drill | None = field(name="Drill", default=None)
    rejected: Cause | None = field(name="Rejected", default=None)


def on_maintain(context: Context, event: bytes, *, request_id: str) -> MaintainAnswer:
    """What was asked for. What cannot be done is answered, and not raised: FC would ask again."""
    try:
        order = read_order(event)
        asker = RequestedBy(trigger="invoke", id=request_id, name=order.caller)
        if order.drill:
            return MaintainAnswer(request_id=request_id, drill=_asked(context, order, asker))
        if order.cancel:
            return MaintainAnswer(request_id=request_id, drill=_cancelled(context, order.cancel, asker))
    except AskerFault as fault:
        context.log.error("maintain.refused", code=fault.code, error=fault.cause.message)
        return MaintainAnswer(request_id=request_id, rejected=fault.cause)
    return maintain(context, request_id=request_id, dry_run=order.dry_run)


def _asked(context: Context, order: MaintainOrder, asker: RequestedBy) -> Drill:
    """A drill that a person asks for waits for no hour and no budget; one runs already in that place, or it begins."""
    policy, export_id = context.ruled(), order.drill or ""
    found = context.ledger.load(export_id)
    if found is None:
        raise AskerFault(Cause(code="ExportNotFound", message=f"There is no export {export_id}."), status=404)
    export = export_of(found)
    entries = [one for one in policy.drills if order.name in (None, one.name)]
    fitting = [one for one in entries if order.name or fits(one, policy, export)]
    if not fitting:
        known = ", ".join(one.name for one in policy.drills) or "none"
        message = f"No entry of the policy's drills is about {export_id}; there are: {known}."
        raise AskerFault(Cause(code="DrillNotFound", message=message, recommend="Name one of them."), status=404)
    account = policy.account(export.account_id)
    role = account.restore_role if account else None
    if role is None:
        message = f"policy.yaml allows no restore in account {export.account_id}."
        advice = "Deploy template.yml with Restore, and name restore_role_arn beside role_arn."
        raise AskerFault(Cause(code="RestoreNotEnabled", message=message, recommend=advice), status=403)
    request = request_of(policy, role, fitting[0], export, asker)
    check_alone(context, request.place)
    drill = drill_id(context.ledger.identity(), export_id, asker.id)
    record(context, drill, request)
    return _shown_whole(context, drill)


def _cancelled(context: Context, drill: str, asker: RequestedBy) -> Drill:
    standing = facts.load(context.ledger, drill)
    if standing is None:
        raise AskerFault(Cause(code="DrillNotFound", message=f"There is no drill {drill}."), status=404)
    if standing.ended is None:
        cancel(context, standing, asker)
    return _shown_whole(context, drill)


def _shown_whole(context: Context, drill: str) -> Drill:
    standing = facts.load(context.ledger, drill)
    if standing is None:
        raise LedgerFault(Cause(code="FactVanished", message=f"{drill} was there and is gone."))
    return drill_of(standing, reason=reason_of(standing))


def maintain(context: Context, *, request_id: str, dry_run: bool = False) -> MaintainAnswer:
    """Plan the drills of every entry and record those that are due. Raises LedgerFault."""
    policy, ledger = context.ruled(), context.ledger
    if not policy.drills:
        return MaintainAnswer(request_id=request_id, dry_run=dry_run)
    exports, cut = _exports(context)
    shown = list[ShownDrill]()
    busy = {marker.place for marker in _open(context)}
    for entry in policy.drills:
        last = _last(context, entry, exports)
        begun = _begun_today(context, entry, ledger.now)
        planned = plan(policy, entry, exports, last, busy=busy, begun_today=begun, now=ledger.now)
        for one in planned:
            if one.wanted:
                busy.add(Place(one.export.account_id, one.export.region_id))
            shown.append(_begun(context, one) if one.wanted and not dry_run else _shown(one))
    context.log.info("drills.planned", drills=len(shown), wanted=sum(one.wanted for one in shown), cut=cut)
    return MaintainAnswer(request_id=request_id, dry_run=dry_run, drills=tuple(shown), cut=cut)


def _begun(context: Context, one: PlannedDrill) -> ShownDrill:
    """As it was begun, or not, where another drill came between."""
    try:
        return _shown(one, _begin(context, one))
    except AskerFault as fault:
        return _shown(one._replace(wanted=False, reason=fault.cause.message))


def _shown(one: PlannedDrill, drill: str | None = None) -> ShownDrill:
    return ShownDrill(
        entry=one.entry.name,
        series=one.series,
        account_id=one.export.account_id,
        region_id=one.export.region_id,
        export_id=one.export.export_id,
        image_name=one.export.image_name,
        wanted=one.wanted,
        reason=one.reason,
        drill_id=drill,
    )


def _begin(context: Context, one: PlannedDrill) -> str:
    """The same day's plan, made again, means the same drill."""
    ledger, policy, export = context.ledger, context.ruled(), one.export
    account = policy.account(export.account_id)
    role = account.restore_role if account else None
    if role is None:
        raise ValueError("a plan without a role")
    day = ledger.now.strftime("%Y-%m-%d")
    drill = drill_id(ledger.identity(), one.entry.name, export.export_id, day)
    asker = RequestedBy(trigger="nightly", id=f"{one.entry.name} {day}")
    record(context, drill, request_of(policy, role, one.entry, export, asker))
    return drill


def _exports(context: Context) -> tuple[list[Export], bool]:
    """The exports that have ended, the newest first, as lists show them; and whether there are more."""
    found = list[Export]()
    for read, entry in enumerate(context.ledger.walk(keys.History.below())):
        if read >= EXPORTS_READ or context.remaining_s() < SECONDS_TO_PLAN:
            return found, True
        export = _export(context, entry.key)
        if export:
            found.append(export)
    return found, False


def _export(context: Context, key: str) -> Export | None:
    """One that goes on yet has no body; of 0.1.0 it may have another shape."""
    found = context.readable(key, Export)
    return found.fact if found else None


def _open(context: Context) -> Iterator[keys.DrillOpen]:
    markers = (keys.DrillOpen.read(entry.key) for entry in context.ledger.walk(keys.DrillOpen.below()))
    return filter(None, markers)


def _last(context: Context, entry: DrillEntry, exports: list[Export]) -> dict[tuple[Place, str], datetime]:
    """When each series was last drilled."""
    found = {}
    for place, series in newest_of_series(entry, context.ruled(), exports):
        key = keys.DrilledSeries(series_key(entry.name, place.account_id, place.region_id, series)).key
        note = context.readable(key, Drilled)
        if note:
            found[place, series] = note.at
    return found


def _begun_today(context: Context, entry: DrillEntry, now: datetime) -> int:
    """How many drills of the entry began within a day, by the newest names of the history."""
    since, count = keys.backwards(now - A_DAY), 0
    for listed in context.ledger.walk(keys.DrillHistory.below()):
        one = keys.DrillHistory.read(listed.key)
        if one is None or one.backwards > since:
            break
        try:
            found = facts.load(context.ledger, one.drill_id)
        except FactUnreadable:
            continue
        count += bool(found and found.request.entry.name == entry.name)
    return count
