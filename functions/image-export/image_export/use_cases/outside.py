"""The collaborators of a use case in one hand, wired in `index.py`. Nothing is looked up by name."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from ..decisions.waiting import SILENCE
from ..errors import CloudFault, FactUnreadable, OurFault
from ..values.cause import Cause
from ..values.facts import Hold
from ..values.notify_target import NotifyTarget
from ..values.policy import Policy
from .fact_store import Found
from .ledger import Ledger
from .ports import Clouds, Log, Notifier, RemainingSeconds

F = TypeVar("F")


class Outside(NamedTuple):
    """Everything a use case reaches beyond its arguments.

    `policy` is None where it cannot be read: what runs is watched to its end, nothing starts and nothing fails.
    `mute`: the notify targets that have given this invocation no answer. Each takes long for that, so it is left alone,
    and the next invocation tells it again.
    """

    ledger: Ledger
    clouds: Clouds
    notifier: Notifier
    policy: Policy | None
    log: Log
    remaining_s: RemainingSeconds
    mute: set[NotifyTarget]

    def ruled(self) -> Policy:
        """The policy, for what cannot go on without one. Raises OurFault."""
        if self.policy is None:
            raise OurFault(Cause(code="PolicyInvalid", message="The policy cannot be read; the log says why."))
        return self.policy

    def readable(self, key: str, kind: type[F]) -> Found[F] | None:
        """The fact under that key, for what can go on without it: one that cannot be understood is none, and logged."""
        try:
            return self.ledger.read(key, kind)
        except FactUnreadable as fault:
            self.log.error("fact.unreadable", key=key, error=fault.cause.message)
            return None

    def hold(self, group: str) -> Hold | None:
        """The quota hold of an account and region, `<account>/<region>`."""
        found = self.readable(f"holds/{group}", Hold)
        return found.fact if found else None

    def tell(self, target: NotifyTarget, event: Mapping[str, Any]) -> None:
        """Raises CloudFault where the target does not accept the event. Only for one that is not mute."""
        try:
            self.notifier.tell(target, event)
        except CloudFault as fault:
            if fault.code in SILENCE:
                self.mute.add(target)
            raise
