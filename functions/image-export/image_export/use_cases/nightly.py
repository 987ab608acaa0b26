"""`on_nightly`: plan over all images of all accounts and regions, and record what is due. It starts nothing itself:
the watcher does, by priority, as the cloud has room (PROTOCOL 7).

It knows the time that is left and keeps a cursor from its first moment on, so that no run is lost to a time-out: the
watcher goes on with it. One account or region that cannot be reached stops no other. FC delivers at least once: workers
on the same run may overlap, and what rules with `max_per_run` choose is settled by a fact of the run.
"""

from datetime import timedelta

from msgspec.structs import replace

from ..decisions.night_warnings import Queue, night_warnings, queues
from ..decisions.plan import limited
from ..values.run import NightlyAnswer, Run
from .night import RUN, SECONDS_FOR_A_GROUP, Night
from .outside import Outside

GIVEN_UP = timedelta(minutes=11)  # no function of s.yaml that works on a run lives longer than ten
PLAN_SHOWN_MAX = 500
NOT_LOGGED = (
    "Plan",
    "RequestId",
    "Exports",
    "Rejected",
    "Ignored",
    "IgnoredBecause",
)  # lists, and what each line says by itself


def nightly(outside: Outside, *, run_id: str, request_id: str, dry_run: bool = False) -> NightlyAnswer:
    """A run; the same `run_id` goes on where it stopped. Raises OurFault where policy or ledger cannot be used."""
    outside.ledger.ready()
    found = outside.readable(RUN, Run)
    if found and found.fact.run_id == run_id and not dry_run:
        run = found.fact if found.fact.finished else replace(found.fact, state="working")
    else:
        run = Run(run_id=run_id, began_at=outside.ledger.now)
    night = Night(outside, run, dry_run=dry_run)
    run = night.work()
    answer = NightlyAnswer(
        request_id=request_id,
        exports=tuple(night.recorded),
        ignored=sum(one.unwanted for one in run.totals),
        run_id=run_id,
        dry_run=dry_run,
        finished=run.finished,
        totals=run.totals,
        warnings=tuple(night_warnings(outside.ruled(), run, _queues(outside, run))),
        plan=tuple(one.shown() for one in limited(outside.ruled(), night.shown)[:PLAN_SHOWN_MAX]),
    )
    said = {name: value for name, value in replace(answer, exports=()).wire().items() if name not in NOT_LOGGED}
    outside.log.info("nightly.finished" if run.finished else "nightly.paused", run=said)
    return answer


def go_on(outside: Outside, *, request_id: str) -> NightlyAnswer | None:
    """The watcher's part: the rest of a run that ran out of time, or whose worker is gone. None where there is none."""
    found = outside.readable(RUN, Run)
    if found is None or found.fact.finished or outside.policy is None or outside.remaining_s() < SECONDS_FOR_A_GROUP:
        return None
    if found.fact.state == "working" and outside.ledger.now - found.at < GIVEN_UP:
        return None  # somebody is at it
    return nightly(outside, run_id=found.fact.run_id, request_id=request_id)


def _queues(outside: Outside, run: Run) -> dict[str, Queue]:
    """Who waits where, by names alone, and what the cloud has said there."""
    ledger = outside.ledger
    groups = [entry.key.removeprefix("holds/") for entry in ledger.walk("holds/")]
    held = [(group, hold.code) for group in groups if (hold := outside.hold(group))]
    return queues(run, (entry.key for entry in ledger.walk("waiting/")), held)
