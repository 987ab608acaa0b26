"""One worker's part of a nightly run: it plans and records what is due. Starts nothing (docs/protocol.md#rule-7).

It knows the time that is left, and keeps a cursor. One account or region that cannot be reached stops no other, and no
more does one image.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from msgspec.structs import replace

from ...decisions.naming import natural_key, run_key
from ...decisions.policy.plan import beyond_limit, limited, plan
from ...decisions.results.export_view import export_of
from ...decisions.results.night_record import MEANWHILE, UNRECORDED, left_over, row_of
from ...errors import CloudFault, FactUnreadable
from ...values import ledger_keys as keys
from ...values.export import Export, RequestedBy
from ...values.export_request import ExportRequest
from ...values.night import LimitedRow, NightRow
from ...values.place import Place, Scope
from ...values.policy import Policy
from ...values.record import Record
from ...values.run import Chosen, Decision, Run, Totals
from ..context import Context
from ..export.record import record
from .list_images import Listed, list_images
from .parts import Decided, keep_part

SECONDS_FOR_A_GROUP = 60.0
SECONDS_TO_RECORD = 20.0
RUN = keys.Run().key
Made = Literal["recorded", "exported", "left_over"]  # what came of a wanted image, as Totals counts it


class Came(NamedTuple):
    """What came of a wanted image: how it counts, and its export where there is one."""

    made: Made
    export_id: str | None = None


class Night:
    """One worker's part of a run."""

    def __init__(self, context: Context, run: Run, *, dry_run: bool) -> None:
        self._context = context
        self.dry_run = dry_run
        self._policy = context.ruled()
        self._run = run.by(rule.name for rule in self._policy.rules)  # which may have changed since the run paused
        self._counted = {rule.name for rule in self._policy.rules if rule.max_per_run is not None}
        self.recorded: list[Export] = []  # by this worker
        self.shown: list[Decision] = []  # of a dry run

    @property
    def run(self) -> Run:
        """The run so far."""
        return self._run

    def work(self) -> bool:
        """Group by group; at last what rules with `max_per_run` have chosen of all that was seen.

        Whether all is through, with time to finish. If so `finish` is to be called, or else the run has paused.
        """
        self._keep(state="working")
        through = all(self._look_at(scope) for scope in _scopes(self._policy)) and self._record_chosen()
        if through and (self.dry_run or self._context.remaining_s() > SECONDS_TO_RECORD):
            return True
        self._keep(state="paused")
        return False

    def finish(self) -> None:
        """Nobody comes back to the run."""
        self._keep(state="finished")

    def _keep(self, **changes: object) -> None:
        self._run = replace(self._run, **changes)
        if not self.dry_run:
            self._context.keep(RUN, self._run)

    def _look_at(self, scope: Scope) -> bool:
        """Whether all of it is through; not where the time ran out, so that it is looked at again."""
        before = self._run.of(scope.place)
        if not before.unfinished:
            return True
        if self._context.remaining_s() < SECONDS_FOR_A_GROUP:
            return False
        try:
            listed = list_images(self._context, scope, self._run.page(scope.place))
            decisions = self._plan(scope.place, listed)
        except CloudFault as fault:
            where = {"account_id": scope.role.account_id, "region_id": scope.region_id}
            self._context.log.warning("region.unreached", code=fault.code, **where)
            said = f"{fault.code}: {fault.cause.message}"
            self._count(replace(before, unfinished=False, fault=said))
            return True
        return self._take(decisions, before, listed) and (listed.goes_on is None or self._look_at(scope))

    def _plan(self, place: Place, listed: Listed) -> list[Decision]:
        known = self._context.ledger.known(place)
        asker, now = RequestedBy(trigger="nightly", id=self._run.run_id), self._context.ledger.now
        return plan(self._policy, listed.images, known, now=now, when="nightly", requested_by=asker)

    def _take(self, decisions: list[Decision], before: Totals, listed: Listed) -> bool:
        """Record what is wanted without a limit, and choose among the rest; whether there was time for it."""
        at_once = [one for one in decisions if one.wanted and one.rule not in self._counted]
        choice = [one for one in decisions if one.rule in self._counted and (one.wanted or one.left_over)]
        came = self._record(at_once)
        made = [one.made for one in came]
        recorded, broken = before.recorded + made.count("recorded"), made.count("left_over")
        if len(made) < len(at_once):
            self._count(replace(before, recorded=recorded))
            return False
        standing = sum(one.before == "standing" for one in decisions)
        cancelled = sum(one.before == "cancelled" and not (one.wanted or one.left_over) for one in decisions)
        totals = Totals(
            account_id=before.account_id,
            region_id=before.region_id,
            images=before.images + len(decisions),
            recorded=recorded,
            exported=before.exported + standing + len(at_once) - broken - (recorded - before.settled),
            cancelled=before.cancelled + cancelled,
            left_over=before.left_over + len(choice) + broken,
            unwanted=before.unwanted + len(decisions) - standing - cancelled - len(at_once) - len(choice),
            unreadable=before.unreadable + len(listed.unread),
            unfinished=listed.goes_on is not None,
        )
        fault = self._keep_part(
            before.place, listed, decisions, dict(zip((one.key for one in at_once), came, strict=True))
        )
        matched = {*self._run.matched, *(one.rule for one in decisions if one.rule)}
        chosen = limited(self._policy, [*self._run.chosen, *choice])
        self._count(
            totals,
            matched=tuple(sorted(matched)),
            chosen=tuple(one for one in chosen if one.wanted),
            unread=self._run.with_unread(before.place, listed.unread),
            listed=listed.cursor(before.place),
            record_fault=self._run.record_fault or fault,
        )
        self.shown += decisions if self.dry_run else []
        return True

    def _keep_part(self, place: Place, listed: Listed, decisions: list[Decision], came: dict[str, Came]) -> str:
        """These images' part of the night's record, before the cursor moves past them; why it could not be kept."""
        if self.dry_run:
            return ""
        decided = Decided([], [])
        for one in decisions:
            if one.rule in self._counted and (one.wanted or one.left_over):
                key = natural_key(one.request) if one.request else None
                otherwise = beyond_limit(self._policy.rule(one.rule))
                decided.limited.append(LimitedRow(row=row_of(one), natural_key=key, otherwise=otherwise))
            else:
                decided.rows.append(_row(one, came.get(one.key)))
        return keep_part(self._context, self._run, place, listed, decided)

    def _count(self, totals: Totals, **changes: object) -> None:
        self._keep(totals=self._run.with_totals(totals), **changes)

    def _record(self, decisions: Iterable[Decision]) -> list[Came]:
        """What came of each, as far as the time goes; what is made stays made. A dry run would make them."""
        came: list[Came] = []
        for one in decisions:
            if not self.dry_run and self._context.remaining_s() < SECONDS_TO_RECORD:
                break
            if one.request:
                came.append(Came("recorded") if self.dry_run else self._record_one(one.request))
        return came

    def _record_one(self, request: ExportRequest) -> Came:
        """A fact of one image that cannot be read leaves that image over, and no other."""
        try:
            found = record(self._context, request)
        except FactUnreadable as fault:
            where = {"region_id": request.region_id, "image_id": request.image_id}
            self._context.log.error("fact.unreadable", error=fault.cause.message, **where)
            return Came("left_over")
        if not found.created:
            return Came("exported", found.export_id)
        now = self._context.ledger.now
        made = found.record or Record(export_id=found.export_id, request=request, requested_at=now)
        self.recorded.append(export_of(made))
        return Came("recorded", found.export_id)

    def _record_chosen(self) -> bool:
        """What was chosen, which the counts have under `left_over` so far; whether there was time for it."""
        self._keep_to_the_first_choice()
        chosen = self._run.chosen
        for one, came in zip(chosen, self._record(chosen), strict=False):
            was = self._run.of(one.place)
            was = replace(was, left_over=was.left_over - 1)
            totals = replace(was, **{came.made: getattr(was, came.made) + 1})
            self._run = replace(self._run, totals=self._run.with_totals(totals), chosen=self._run.chosen[1:])
        return not self._run.chosen

    def _keep_to_the_first_choice(self) -> None:
        """Of two workers on one run the later one sees fewer images to choose from: each would fill the limit anew.

        Where the first choice cannot be read, all of it is left over for the next night.
        """
        if self.dry_run or not self._run.chosen:
            return
        choice = Chosen(images=tuple(one.key for one in self._run.chosen))
        key = keys.Chosen(run_key(self._run.run_id)).key
        self._context.mark(key, choice)
        first = self._context.readable(key, Chosen)
        images = first.fact.images if first else ()
        self._run = replace(self._run, chosen=tuple(one for one in self._run.chosen if one.key in images))


def _row(decision: Decision, came: Came | None) -> NightRow:
    """What the night has decided, and where it meant to record what came of that."""
    row = row_of(decision, came and came.export_id)
    if came is None or came.made == "recorded":
        return row
    return left_over(row, UNRECORDED) if came.made == "left_over" else replace(row, wanted=False, reason=MEANWHILE)


def _scopes(policy: Policy) -> Iterator[Scope]:
    """Round the regions, not account by account: a run that pauses has been everywhere a little."""
    pairs = [(account, region) for account in policy.accounts for region in account.destinations]
    for account, region in sorted(pairs, key=lambda pair: (list(pair[0].destinations).index(pair[1]), pair[0].name)):
        yield Scope(account.role, region, account.destinations[region].bucket)
