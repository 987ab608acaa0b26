"""`on_nightly`: plan over all images of all accounts and regions, and record what is due. It starts nothing itself:
the watcher does, by priority, as the cloud has room (PROTOCOL 7).

It knows the time that is left and keeps a cursor, so that no run is lost to a time-out: the watcher goes on with it.
One account or region that cannot be reached stops no other.
"""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from ..decisions.plan import Decision, plan
from ..errors import CloudFault
from ..values.account import AssumedRole
from ..values.export import RequestedBy
from ..values.image import Image
from ..values.policy import Policy
from ..values.run import NightlyAnswer, Planned, Run, Totals
from .outside import Outside
from .record import record

SECONDS_FOR_A_GROUP = 60.0
SECONDS_TO_RECORD = 20.0
PLAN_SHOWN_MAX = 500
RUN = "nightly/run"
Group = tuple[AssumedRole, str, str]  # role, region and bucket


def nightly(outside: Outside, *, run_id: str, request_id: str, dry_run: bool = False) -> NightlyAnswer:
    """A run; the same `run_id` goes on where it stopped. Raises OurFault where policy or ledger cannot be used."""
    outside.ledger.ready()
    found = outside.ledger.read(RUN, Run)
    going_on = found and found.fact.run_id == run_id and not dry_run
    run = found.fact if found and going_on else Run(run_id=run_id, by_rule={})
    night = _Night(outside, run, dry_run=dry_run)
    run = night.work()
    answer = NightlyAnswer(
        request_id=request_id,
        run_id=run_id,
        dry_run=dry_run,
        finished=run.finished,
        totals=run.totals,
        warnings=tuple(night.warnings()),
        plan=tuple(night.planned[:PLAN_SHOWN_MAX]) if dry_run else (),
    )
    said = {name: value for name, value in answer.wire().items() if name not in ("Plan", "RequestId")}
    outside.log.info("nightly.finished" if run.finished else "nightly.paused", run=said)
    return answer


def go_on(outside: Outside, *, request_id: str) -> NightlyAnswer | None:
    """The watcher's part: the rest of a run that ran out of time. None where there is none."""
    found = outside.ledger.read(RUN, Run)
    if found is None or found.fact.finished or outside.policy is None:
        return None
    return nightly(outside, run_id=found.fact.run_id, request_id=request_id)


class _Night:
    def __init__(self, outside: Outside, run: Run, *, dry_run: bool) -> None:
        self._outside = outside
        self._run = run
        self._dry_run = dry_run
        self._policy = outside.ruled()
        self.planned: list[Planned] = []

    def work(self) -> Run:
        for role, region, bucket in _groups(self._policy):
            if self._run.is_through(role.account_id, region):
                continue
            if self._outside.remaining_s() < SECONDS_FOR_A_GROUP:
                return self._run
            totals = self._group((role, region, bucket))
            if totals is None:
                return self._run
            self._keep(replace(self._run, totals=(*self._run.totals, totals)))
        self._keep(replace(self._run, finished=True))
        return self._run

    def _keep(self, run: Run) -> None:
        self._run = run
        if not self._dry_run:
            self._outside.ledger.put(RUN, run)

    def _group(self, group: Group) -> Totals | None:
        """One account and region; None where the time ran out, so that it is looked at again."""
        role, region, _ = group
        try:
            decisions = self._decide(group)
        except CloudFault as fault:
            self._outside.log.warning("region.unreached", account_id=role.account_id, region_id=region, code=fault.code)
            return Totals(account_id=role.account_id, region_id=region, fault=f"{fault.code}: {fault.cause.message}")
        recorded = self._record(decisions)
        if recorded is None:
            return None
        wanted = [one for one in decisions if one.wanted]
        known = sum(one.reason.startswith(ALREADY) for one in decisions)
        return Totals(
            account_id=role.account_id,
            region_id=region,
            images=len(decisions),
            recorded=recorded,
            exported=known + len(wanted) - recorded,
            unwanted=len(decisions) - len(wanted) - known,
        )

    def _decide(self, group: Group) -> list[Decision]:
        role, region, bucket = group
        images = list(_images(self._outside, role, region, bucket))
        known = self._outside.ledger.known(role.account_id, region)
        asker = RequestedBy(trigger="nightly", id=self._run.run_id)
        now, taken = self._outside.ledger.now, self._run.by_rule
        decisions = plan(self._policy, images, known, now=now, when="nightly", requested_by=asker, taken=taken)
        self.planned += [_planned(one) for one in decisions]
        return decisions

    def _record(self, decisions: list[Decision]) -> int | None:
        """How many exports were made; what is made stays made when the time runs out."""
        made = 0
        for decision in decisions:
            if decision.request is None or not decision.wanted:
                continue
            if self._dry_run:
                made += 1
            elif self._outside.remaining_s() < SECONDS_TO_RECORD:
                return None
            else:
                made += record(self._outside, decision.request).created
            if decision.rule:
                by_rule = {**self._run.by_rule, decision.rule: self._run.by_rule.get(decision.rule, 0) + 1}
                self._run = replace(self._run, by_rule=by_rule)
        return made

    def warnings(self) -> Iterator[str]:
        """What a person should look at: rules that nothing matched, what could not be reached, what is on hold."""
        for one in self._run.totals:
            if one.fault:
                yield f"{one.account_id} {one.region_id} could not be looked at: {one.fault}"
        matched = {one.rule for one in self.planned}
        for rule in self._policy.rules:
            if self._run.finished and "nightly" in rule.when and rule.name not in matched and self.planned:
                yield f"rule {rule.name} matches no image"
        held = {entry.key.removeprefix("holds/") for entry in self._outside.ledger.walk("holds/")}
        for one in self._run.totals:
            if one.recorded and f"{one.account_id}/{one.region_id}" in held:
                yield f"{one.account_id} {one.region_id} is on hold: {one.recorded} exports wait for the quota"


ALREADY = "already"  # how `plan` begins the reason of what is exported or on its way


def _groups(policy: Policy) -> Iterator[Group]:
    """Round the regions, not account by account: a run that pauses has been everywhere a little."""
    pairs = [(account, region) for account in policy.accounts for region in account.destinations]
    for account, region in sorted(pairs, key=lambda pair: (list(pair[0].destinations).index(pair[1]), pair[0].name)):
        yield account.role, region, account.destinations[region].bucket


def _images(outside: Outside, role: AssumedRole, region: str, bucket: str) -> Iterator[Image]:
    """Each image once: one that is made between two pages pushes another onto both."""
    cloud, page, more, seen = outside.clouds.at(role, region, bucket), 1, True, set[str]()
    while more:
        listing = cloud.images(page)
        yield from (image for image in listing.images if image.image_id not in seen)
        seen |= {image.image_id for image in listing.images}
        page, more = page + 1, listing.more


def _planned(decision: Decision) -> Planned:
    names = [field.name for field in msgspec.structs.fields(Planned)]
    return Planned(**{name: getattr(decision, name) for name in names})
