"""What `GET /healthz` answers: whether the watcher is at work, and what people should know of the exports. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import field

from ...values.cause import Cause
from ...values.facts import Pause
from ...values.http import HttpAnswer
from ...values.wire import Wire
from ..watcher import Watcher, is_overdue

RETRY_AFTER_S = 60  # the next tick


class Alive(Wire, frozen=True, kw_only=True):
    """The answer where nothing was looked at."""

    status: Literal["ok"] = field(name="Status")
    versions: Mapping[str, str] = field(name="Versions")


class WatcherHealth(Wire, frozen=True, kw_only=True):
    """`last_succeeded` may be five minutes behind; None where it never was."""

    last_succeeded: datetime | None = field(name="LastSucceeded")
    overdue: bool = field(name="Overdue")


class PolicyHealth(Wire, frozen=True, kw_only=True):
    """Why it cannot be read, if it cannot."""

    readable: bool = field(name="Readable")
    code: str | None = field(name="Code", default=None)
    message: str | None = field(name="Message", default=None)


class Paused(Wire, frozen=True, kw_only=True):
    """Who has paused all starts, since when and why."""

    by: str = field(name="By")
    since: datetime = field(name="Since")
    reason: str | None = field(name="Reason", default=None)


class Counts(Wire, frozen=True, kw_only=True):
    """How many exports wait, run and take too long, and how many events were given up; from names alone.

    `at_least`: those of which there may be more, since a thousand names are read of each.
    """

    waiting: int = field(name="Waiting")
    running: int = field(name="Running")
    stalled: int = field(name="Stalled")
    undelivered: int = field(name="Undelivered")
    at_least: tuple[str, ...] = field(name="AtLeast", default=())


class Health(Wire, frozen=True, kw_only=True):
    """The answer, 503 unless its status is ok."""

    status: Literal["ok", "overdue", "policy"] = field(name="Status")
    versions: Mapping[str, str] = field(name="Versions")
    watcher: WatcherHealth = field(name="Watcher")
    policy: PolicyHealth = field(name="Policy")
    paused: Paused | None = field(name="Paused")
    counts: Counts = field(name="Counts")


def watcher_health(watcher: Watcher, now: datetime) -> WatcherHealth:
    """By its facts."""
    return WatcherHealth(last_succeeded=watcher.succeeded, overdue=is_overdue(watcher.since, now))


def policy_health(fault: Cause | None) -> PolicyHealth:
    """By what was wrong with it, if anything was."""
    if fault is None:
        return PolicyHealth(readable=True)
    return PolicyHealth(readable=False, code=fault.code, message=fault.message)


def paused_by(pause: Pause, since: datetime) -> Paused:
    """As the switch says it."""
    return Paused(by=pause.by, since=since, reason=pause.reason)


def judged(watcher: WatcherHealth, policy: PolicyHealth) -> Literal["ok", "overdue", "policy"]:
    """What is wrong; a policy first, since no tick is a success without it."""
    if not policy.readable:
        return "policy"
    return "overdue" if watcher.overdue else "ok"


def answer(health: Health) -> HttpAnswer:
    """With the status that a probe goes by."""
    if health.status == "ok":
        return HttpAnswer(status=200, value=health)
    return HttpAnswer(status=503, value=health, headers={"retry-after": str(RETRY_AFTER_S)})
