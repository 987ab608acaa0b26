"""The collaborators of a use case in one hand, wired in `index.py`. Nothing is looked up by name."""

from typing import NamedTuple

from ..values.policy import Policy
from .ledger import Ledger
from .ports import Clouds, Log, Notifier, RemainingSeconds


class Outside(NamedTuple):
    """Everything a use case reaches beyond its arguments."""

    ledger: Ledger
    clouds: Clouds
    notifier: Notifier
    policy: Policy
    log: Log
    remaining_s: RemainingSeconds
