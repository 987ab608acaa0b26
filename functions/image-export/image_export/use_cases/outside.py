"""The collaborators of a use case in one hand, wired in `index.py`. Nothing is looked up by name."""

from typing import NamedTuple

from ..errors import OurFault
from ..values.cause import Cause
from ..values.policy import Policy
from .ledger import Ledger
from .ports import Clouds, Log, Notifier, RemainingSeconds


class Outside(NamedTuple):
    """Everything a use case reaches beyond its arguments.

    `policy` is None where it cannot be read: what runs is watched to its end, nothing starts and nothing fails.
    """

    ledger: Ledger
    clouds: Clouds
    notifier: Notifier
    policy: Policy | None
    log: Log
    remaining_s: RemainingSeconds

    def ruled(self) -> Policy:
        """The policy, for what cannot go on without one. Raises OurFault."""
        if self.policy is None:
            raise OurFault(Cause(code="PolicyInvalid", message="The policy cannot be read; the log says why."))
        return self.policy
