"""What is owed to notify targets: in which order it is delivered, when it is tried again, and for how long. Pure.

One rule for ends, stalls, starts, rejections and nights alike. A new kind of event needs a row in `RANK` where it is
more, or less, urgent than the others.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from ...values import ledger_keys as keys
from ...values.notify_target import NotifyTarget, target_slug
from ..state.backoff import DELIVER_MOST, DELIVERED_FOR, MINUTE

RANK = {"Completed": 0, "Failed": 0, "Cancelled": 0, "Started": 2}  # the newest state of an export goes first
OTHERS = 1
REFUSED = "1"  # how the order of what was refused begins
NAMED_MOST = 50  # targets of one hint: with 13 bytes each, the prefix and the rest have the other half of 1,023


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a target has not accepted yet. `fact` is how the one that will say so ends."""

    kind: str
    happened_at: datetime
    refused_since: datetime | None
    target: NotifyTarget
    fact: str  # <kind>-<target>

    @property
    def slug(self) -> str:
        """The target, as keys name it."""
        return target_slug(self.target)

    @property
    def order(self) -> str:
        """What sorts first is delivered first: what was never refused, and of that the newest states."""
        return f"{int(self.refused_since is not None)}{RANK.get(self.kind, OTHERS)}"


def next_try(pending: Pending, now: datetime) -> datetime:
    """At once, or after a refusal at fixed times that lie further and further apart, up to an hour.

    The times follow from the first refusal alone, so that several workers mean the same one.
    """
    since = pending.refused_since
    if since is None:
        return pending.happened_at
    at = since + MINUTE
    while at <= now:
        step = min(max((at - since) * 0.5, MINUTE), DELIVER_MOST)
        at += step if step < DELIVER_MOST else step * ((now - at) // step + 1)  # from here on all are alike
    return at


def is_given_up(pending: Pending, now: datetime) -> bool:
    """Whether a target that refuses once more has refused for a fortnight (docs/protocol.md#rule-17)."""
    return pending.refused_since is not None and now - pending.refused_since >= DELIVERED_FOR


def hints_for(what: str, pending_events: Iterable[Pending], now: datetime) -> set[str]:
    """The hints that lead to these debts of an export, say: one for all targets that are due together, as
    far as its name goes."""
    firsts: dict[str, Pending] = {}
    for pending in sorted(pending_events, key=lambda one: (one.order, next_try(one, now))):
        firsts.setdefault(pending.slug, pending)
    together: dict[tuple[str, str], list[str]] = {}
    for slug, pending in firsts.items():
        together.setdefault((keys.stamp(next_try(pending, now)), pending.order), []).append(slug)
    return {
        keys.deliver(keys.Delivery(*due, tuple(sorted(slugs)[first : first + NAMED_MOST]), what))
        for due, slugs in together.items()
        for first in range(0, len(slugs), NAMED_MOST)
    }
