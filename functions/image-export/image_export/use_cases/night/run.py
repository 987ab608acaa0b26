"""`on_nightly`: plan over all images of all accounts and regions, and record what is due. It starts nothing itself:
the watcher does, by priority, as the cloud has room (docs/protocol.md#rule-7).

It knows the time that is left and keeps a cursor from its first moment on, so that no run is lost to a time-out: the
watcher goes on with it. One account or region that cannot be reached stops no other. FC delivers at least once: workers
on the same run may overlap, and what rules with `max_per_run` choose is settled by a fact of the run.
"""

from datetime import timedelta
from itertools import groupby

from msgspec.structs import replace

from ...decisions.arrivals.timer import Timer
from ...decisions.policy.plan import limited, spread
from ...decisions.results.night_warnings import (
    Queue,
    Stalls,
    night_warnings,
    overdue,
    paused,
    queues,
    repeated,
    too_old,
)
from ...decisions.watcher import is_overdue
from ...values import ledger_keys as keys
from ...values.facts import LookRefused
from ...values.place import Place
from ...values.run import NightlyAnswer, Run
from ..context import Context
from ..ledger.ledger import Ledger
from ..ledger.watcher_facts import await_watcher, read_watcher
from .finish import finish
from .worker import RUN, SECONDS_FOR_A_GROUP, Night

GIVEN_UP = timedelta(minutes=11)  # no function of s.yaml that works on a run lives longer than ten
NOT_LOGGED = frozenset(  # lists, and what each line says by itself
    {"Plan", "RequestId", "Exports", "Rejected", "Ignored", "IgnoredBecause"}
)


def nightly(context: Context, timer: Timer, *, request_id: str) -> NightlyAnswer:
    """A run; the same name goes on where it stopped, and once that is finished it is answered as a repeated one.

    Raises OurFault where policy or ledger cannot be used.
    """
    context.ledger.ready()
    found = context.readable(RUN, Run)
    run = Run(run_id=timer.named(context.ledger.now, request_id), began_at=context.ledger.now)
    warnings = [] if timer.run_id in (None, run.run_id) else [too_old(timer.run_id)]
    if found and found.fact.run_id == run.run_id and not timer.dry_run:
        run = found.fact
        warnings = [repeated(run)] if run.finished else []
    night = Night(context, run, dry_run=timer.dry_run)
    answer = _answer(context, night, warnings, request_id)
    if run.finished:
        answer = replace(answer, repeated=True)
    _log(context, answer)
    return answer


def _answer(context: Context, night: Night, warnings: list[str], request_id: str) -> NightlyAnswer:
    """The work, and what came of it; where it is through, its record, before nobody comes back to it."""
    policy, through = context.ruled(), night.run.finished
    if not through:
        through = night.work()
    run = replace(night.run, state="finished") if through else night.run
    pause = context.ledger.paused()
    warnings += [paused(pause.fact, pause.at)] if pause else []
    warnings += _overdue(context.ledger, dry_run=night.dry_run)
    warnings += night_warnings(policy, run, _queues(context, run), _stalls(context))
    if through and not night.run.finished:
        warnings = [*(warnings if night.dry_run else finish(context, run, warnings))]
        night.finish()
    plan = limited(policy, night.shown)
    rows = spread(plan)
    return NightlyAnswer(
        request_id=request_id,
        exports=tuple(night.recorded),
        ignored=sum(one.unwanted for one in run.totals),
        run_id=run.run_id,
        began_at=run.began_at,
        dry_run=night.dry_run,
        finished=run.finished,
        totals=run.totals,
        warnings=tuple(warnings),
        plan=tuple(one.shown() for one in rows),
        plan_omitted=len(plan) - len(rows),
    )


def _overdue(ledger: Ledger, *, dry_run: bool) -> list[str]:
    """That the watcher stands still. A night that changes something also notes that it was missed."""
    watcher = read_watcher(ledger) if dry_run else await_watcher(ledger)
    return [overdue(watcher)] if is_overdue(watcher.since, ledger.now) else []


def _log(context: Context, answer: NightlyAnswer) -> None:
    said = {name: value for name, value in replace(answer, exports=()).wire().items() if name not in NOT_LOGGED}
    if answer.repeated:
        context.log.warning("nightly.repeated", run=said)
    else:
        context.log.info("nightly.finished" if answer.finished else "nightly.paused", run=said)


def go_on(context: Context, *, request_id: str) -> NightlyAnswer | None:
    """The watcher's part: the rest of a run that ran out of time, or whose worker is gone. None where there is none."""
    found = context.readable(RUN, Run)
    if found is None or found.fact.finished or context.policy is None or context.remaining_s() < SECONDS_FOR_A_GROUP:
        return None
    if found.fact.state == "working" and context.ledger.now - found.at < GIVEN_UP:
        return None  # somebody is at it
    return nightly(context, Timer(run_id=found.fact.run_id), request_id=request_id)


def _queues(context: Context, run: Run) -> dict[Place, Queue]:
    """Who waits where, by names alone, and what the cloud has said there."""
    ledger = context.ledger
    holds = filter(None, (keys.Hold.read(entry.key) for entry in ledger.walk(keys.Hold.below())))
    held = [(one.place, hold.code) for one in holds if (hold := context.hold(one.place))]
    waiting = filter(None, (keys.Waiting.read(entry.key) for entry in ledger.walk(keys.Waiting.below())))
    return queues(run, waiting, held)


def _stalls(context: Context) -> dict[Place, Stalls]:
    """What takes too long, by names; and one fact for each account and region: roles are of accounts, mostly."""
    names = (keys.Stalling.read(entry.key) for entry in context.ledger.walk(keys.Stalling.below()))
    found = {}
    for place, some in groupby(filter(None, names), key=lambda one: one.place):
        exports = [one.export_id for one in some]
        noted = context.readable(keys.LookRefused(exports[0]).key, LookRefused)
        found[place] = Stalls(exports, noted.fact.cause if noted else None)
    return found
