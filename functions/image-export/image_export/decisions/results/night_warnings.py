"""What a person should look at after a night: what could not be reached, what matched nothing, what waits. Pure.

The cloud does not tell its quotas before it refuses (docs/cloud-facts.md#fact-1-5). So a plan is larger than the quota
where the cloud has said so (a hold stands), or where what was recorded before this run has not had its turn yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from ...values.cause import Cause
from ...values.facts import Pause
from ...values.ledger_keys import Waiting, stamp
from ...values.place import Place
from ...values.policy import Policy
from ...values.run import Run
from ..policy.idle import idle
from ..watcher import Watcher


class Queue(msgspec.Struct):
    """Who waits for room in one account and region, and what the cloud has said there (`held`: its code)."""

    waiting: int = 0
    before: int = 0  # this run
    oldest: str = "~"  # a stamp
    held: str | None = None


class Stalls(msgspec.Struct):
    """The exports that take too long in one account and region; why one of them cannot be looked at, if it cannot."""

    exports: list[str]
    refused: Cause | None = None


def night_warnings(
    policy: Policy, run: Run, queues: Mapping[Place, Queue], stalls: Mapping[Place, Stalls]
) -> Iterator[str]:
    """One line for each."""
    yield from idle(policy)
    unreached = [one for one in run.totals if one.fault]
    for one in unreached:
        yield f"{one.place.shown} could not be looked at: {one.fault}"
    yield from (f"an entry of the cloud's list could not be read: {one}" for one in run.unread)
    unshown = sum(one.unreadable for one in run.totals) - len(run.unread)
    if unshown > 0:
        yield f"{unshown} more entries could not be read; the log lines entry.unreadable name them"
    for rule in policy.rules:
        if run.finished and "nightly" in rule.when and rule.name not in run.matched:
            yield f"rule {rule.name} matches no image" + (" that could be looked at" if unreached else "")
    for place, queue in queues.items():
        if queue.waiting and (queue.held or queue.before):
            yield f"{place.shown} is given more than the quota takes: {_said(queue)}"
    for place, too_long in stalls.items():
        yield f"{place.shown}: {_stalled(too_long)}"


def paused(pause: Pause, since: datetime) -> str:
    """Said where nothing starts, since somebody has said so."""
    why = f": {pause.reason}" if pause.reason else ""
    return f"nothing starts: {pause.by} has paused it since {since:%Y-%m-%dT%H:%M:%SZ}{why}"


def overdue(watcher: Watcher) -> str:
    """Said where the watcher stands still, by which what the night has recorded would start."""
    last = (
        f"has last done its work at {watcher.succeeded:%Y-%m-%dT%H:%M:%SZ}" if watcher.succeeded else "has never worked"
    )
    return f"the watcher is overdue, it {last}: nothing starts, ends or is delivered until it works again"


def repeated(run: Run) -> str:
    """Said where the run was finished before: its counts are not of now."""
    return (
        f"The run {run.run_id} began at {run.began_at:%Y-%m-%dT%H:%M:%SZ} and was finished before this call, "
        "which has looked at nothing; leave triggerTime out to start a new one."
    )


def too_old(run_id: str) -> str:
    """Said where a timer's time names no run any more."""
    return f"The triggerTime {run_id} is older than what FC still delivers: this is a new run, named after the request."


def _said(queue: Queue) -> str:
    said = f"{queue.waiting} exports wait for room"
    if queue.before:
        said += f", {queue.before} of them since before this run (the oldest since {queue.oldest[:8]})"
    return said + (f"; the cloud's word is {queue.held}" if queue.held else "")


def _stalled(stalls: Stalls) -> str:
    first, *others = stalls.exports
    more = f" and {len(others)} more" if others else ""
    said = f"{first}{more}: longer on the way than the disks explain"
    why = stalls.refused
    return said + (f"; looks are refused with {why.code}: {why.message}" if why else "")


def queues(run: Run, waiting: Iterable[Waiting], holds: Iterable[tuple[Place, str]]) -> dict[Place, Queue]:
    """The queues, from the names of waiting hints, and the holds."""
    found: dict[Place, Queue] = defaultdict(Queue)
    began = stamp(run.began_at)
    for one in waiting:
        queue = found[one.place]
        queue.waiting += 1
        if one.since < began:
            queue.before += 1
            queue.oldest = min(queue.oldest, one.since)
    for place, code in holds:
        found[place].held = code
    return found
