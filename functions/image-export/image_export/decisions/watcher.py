"""Whether the watcher is at work, and when its heartbeat is due: by the times of the facts that it leaves. Pure."""

from datetime import datetime, timedelta

import msgspec

from ..values.match import span
from ..values.policy import HeartbeatEntry

OVERDUE = timedelta(minutes=15)  # what it has written down may be five minutes and a tick behind what it has done
NOTICED_AFTER = timedelta(minutes=2)
NOTED_EVERY = timedelta(minutes=5)


class Watcher(msgspec.Struct, frozen=True, kw_only=True):
    """When a tick last did its work, and what its heartbeat was last told; None where there is no such fact.

    `awaited`: since when somebody has looked for a success and found none. A deployment that is new, or was upgraded
    from a version that left no such fact, has 15 minutes from then.
    """

    succeeded: datetime | None = None
    awaited: datetime | None = None
    called: datetime | None = None
    failed: datetime | None = None
    policies: tuple[str, ...] = ()  # valid ones by their digests, the last first
    policy_at: datetime | None = None  # and since when it is the last one
    invalid_since: datetime | None = None  # the policy could not be read when a tick last looked, and since when

    @property
    def policy(self) -> str | None:
        """The last valid one, by its digest."""
        return next(iter(self.policies), None)

    @property
    def since(self) -> datetime | None:
        """From when its silence counts."""
        return self.succeeded or self.awaited


def is_overdue(since: datetime | None, now: datetime) -> bool:
    """Whether a watcher of which nothing was heard since then stands still. Nothing is known of it where it is None."""
    return since is not None and now - since >= OVERDUE


def is_policy_noticed(watcher: Watcher, now: datetime) -> bool:
    """Whether people hear that the policy cannot be read: not of what is over with the next tick."""
    return watcher.invalid_since is not None and now - watcher.invalid_since >= NOTICED_AFTER


def is_to_be_noted(watcher: Watcher, now: datetime) -> bool:
    """Whether one more success is written down."""
    return watcher.succeeded is None or now - watcher.succeeded >= NOTED_EVERY


def calls_for_start(entry: HeartbeatEntry, watcher: Watcher, now: datetime) -> bool:
    """Whether it is told that a tick begins: where nothing was told for as long as `every`."""
    told = max(filter(None, (watcher.called, watcher.failed)), default=None)
    return told is None or now - told >= span(entry.every)


def calls_for_success(entry: HeartbeatEntry, watcher: Watcher, now: datetime) -> bool:
    """Whether a success is told: each `every`, and at once where the last word was a failure."""
    return _is_due(entry, watcher.called, watcher.failed, now)


def calls_for_failure(entry: HeartbeatEntry, watcher: Watcher, now: datetime) -> bool:
    """The same the other way round: nobody waits for bad news."""
    return _is_due(entry, watcher.failed, watcher.called, now)


def _is_due(entry: HeartbeatEntry, last: datetime | None, contrary: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= span(entry.every) or (contrary is not None and contrary > last)
