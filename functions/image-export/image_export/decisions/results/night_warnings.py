"""What a person should look at after a night: what could not be reached, what matched nothing, what waits. Pure.

The cloud does not tell its quotas before it refuses (docs/cloud-facts.md#fact-1-5). So a plan is larger than the quota
where the cloud has said so (a hold stands), or where what was recorded before this run has not had its turn yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ...values.cause import Cause
from ...values.policy import Policy
from ...values.run import Run
from ..ledger_keys import stamp
from ..policy.idle import idle

WAITING = ("waiting", "account", "region", "priority", "since", "export")  # the parts of a hint's name


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
    policy: Policy, run: Run, queues: Mapping[str, Queue], stalls: Mapping[str, Stalls]
) -> Iterator[str]:
    """One line for each. `queues` and `stalls`: by `<account>/<region>`."""
    yield from idle(policy)
    unreached = [one for one in run.totals if one.fault]
    for one in unreached:
        yield f"{one.account_id} {one.region_id} could not be looked at: {one.fault}"
    yield from (f"an entry of the cloud's list could not be read: {one}" for one in run.unread)
    unshown = sum(one.unreadable for one in run.totals) - len(run.unread)
    if unshown > 0:
        yield f"{unshown} more entries could not be read; the log lines entry.unreadable name them"
    for rule in policy.rules:
        if run.finished and "nightly" in rule.when and rule.name not in run.matched:
            yield f"rule {rule.name} matches no image" + (" that could be looked at" if unreached else "")
    for group, queue in queues.items():
        if queue.waiting and (queue.held or queue.before):
            yield f"{group.replace('/', ' ')} is given more than the quota takes: {_told(queue)}"
    for group, too_long in stalls.items():
        yield f"{group.replace('/', ' ')}: {_stalled(too_long)}"


def repeated(run: Run) -> str:
    """Said where the run was finished before: its counts are not of now."""
    return (
        f"The run {run.run_id} began at {run.began_at:%Y-%m-%dT%H:%M:%SZ} and was finished before this call, "
        "which has looked at nothing; leave triggerTime out to start a new one."
    )


def too_old(run_id: str) -> str:
    """Said where a timer's time names no run any more."""
    return f"The triggerTime {run_id} is older than what FC still delivers: this is a new run, named after the request."


def _told(queue: Queue) -> str:
    told = f"{queue.waiting} exports wait for room"
    if queue.before:
        told += f", {queue.before} of them since before this run (the oldest since {queue.oldest[:8]})"
    return told + (f"; the cloud's word is {queue.held}" if queue.held else "")


def _stalled(stalls: Stalls) -> str:
    first, *others = stalls.exports
    more = f" and {len(others)} more" if others else ""
    said = f"{first}{more}: longer on the way than the disks explain"
    why = stalls.refused
    return said + (f"; looks are refused with {why.code}: {why.message}" if why else "")


def queues(run: Run, waiting: Iterable[str], holds: Iterable[tuple[str, str]]) -> dict[str, Queue]:
    """The queues, from the names of waiting hints, and the holds."""
    found: dict[str, Queue] = defaultdict(Queue)
    began = stamp(run.began_at)
    for name in waiting:
        parts = name.split("/")
        if len(parts) != len(WAITING):  # a name that is none of ours
            continue
        queue, since = found["/".join(parts[1:3])], parts[4]
        queue.waiting += 1
        if since < began:
            queue.before += 1
            queue.oldest = min(queue.oldest, since)
    for group, code in holds:
        found[group].held = code
    return found
