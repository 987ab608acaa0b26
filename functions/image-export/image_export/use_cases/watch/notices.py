"""What is said about the deployment itself: a policy that nobody can read, and a watcher that stood still.

Targets of the last valid policy hear of it, once for each time that it is so. What a dead watcher cannot say itself
others do (docs/operate.md#when-the-watcher-stops).
"""

import hashlib
from typing import Any

import msgspec

from ...decisions.results.notifications import POLICY_NOTICE, WATCHER_NOTICE
from ...decisions.watcher import Watcher, is_overdue, is_policy_noticed
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.notice import InvalidPolicy, Notice, ValidPolicy
from ..context import Context
from ..delivery.announcing import announce

NO_POLICY = Cause(code="PolicyInvalid", message="The policy cannot be read; the log says why.")


def knowing_last_policy(context: Context, watcher: Watcher) -> Context:
    """Where the policy cannot be read, whom the last valid one named that can be read in the ledger."""
    for digest in () if context.policy else watcher.policies:
        found = context.readable(keys.ValidPolicy(digest).key, ValidPolicy)
        if found:
            return context._replace(last_policy=found.fact)
    return context


def notice(context: Context, watcher: Watcher) -> None:
    """Note what became of the policy since the last tick, and have people hear of what lasts. Raises LedgerFault."""
    now = context.ledger.now
    if context.policy is None:
        cause = context.policy_fault or NO_POLICY
        if watcher.invalid_since is None:
            context.keep(keys.InvalidPolicy().key, InvalidPolicy(cause=cause))
        elif is_policy_noticed(watcher, now):
            said = {"Error": cause.wire(), "Since": watcher.invalid_since}
            _announce(context, POLICY_NOTICE + keys.stamp(watcher.invalid_since), said)
        return
    _keep(context, watcher)
    silent_since = max(filter(None, (watcher.succeeded, watcher.policy_at)), default=None)
    if watcher.succeeded and watcher.invalid_since is None and is_overdue(silent_since, now):
        minutes = int((now - watcher.succeeded).total_seconds() // 60)
        said = {"Since": watcher.succeeded, "Minutes": minutes}
        _announce(context, WATCHER_NOTICE + keys.stamp(watcher.succeeded), said)


def _keep(context: Context, watcher: Watcher) -> None:
    """Whom the policy names, for the day on which nobody can read it: once, as long as it stays the same."""
    policy = context.ruled()
    valid = ValidPolicy(
        notify=policy.notify, channels=policy.channels, addresses=policy.addresses, heartbeat=policy.heartbeat
    )
    digest = hashlib.sha256(msgspec.json.encode(valid, order="deterministic")).hexdigest()[:32]
    if watcher.policy != digest or watcher.invalid_since:
        context.keep(keys.ValidPolicy(digest).key, valid)


def _announce(context: Context, name: str, data: dict[str, Any]) -> None:
    audience = context.audience
    if audience is None:
        return
    said = Notice(data=msgspec.to_builtins(data), notify=audience.notify, channels=audience.channels)
    announce(context, name, keys.Notice(name).key, said)
