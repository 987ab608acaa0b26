"""The deployment as its files say it: functions, settings and policy in one value. Pure."""

from collections.abc import Callable

import msgspec

from image_export.values.policy import Policy
from image_export.values.settings import Settings

from .serverless import Function

EVENT, NIGHTLY, WATCH = "index.on_event", "index.on_nightly", "index.on_watch"
UNPACK, MAINTAIN = "index.on_unpack", "index.on_maintain"
RECORDS = (NIGHTLY, MAINTAIN)  # and look at nothing


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """What was meant. The settings are those that all functions share."""

    account_id: str
    functions: tuple[Function, ...]
    settings: Settings
    policy: Policy

    @property
    def region(self) -> str:
        """Where the functions are, and the ledger."""
        return self.functions[0].region

    @property
    def roles(self) -> dict[str, list[Function]]:
        """The functions' roles, and the functions of each."""
        found: dict[str, list[Function]] = {}
        for function in self.functions:
            found.setdefault(function.role, []).append(function)
        return found

    def looks(self, role: str) -> bool:
        """Whether a function of this role looks at exports, and moves their markers: some only record."""
        return self._any(role, lambda handler: handler not in (*RECORDS, UNPACK))

    def exports(self, role: str) -> bool:
        """Whether a function of this role has to do with exports: who unpacks or drills has not."""
        return self._any(role, lambda handler: handler not in (UNPACK, MAINTAIN))

    def unpacks(self, role: str) -> bool:
        """Whether a function of this role unpacks disks for restores."""
        return self._any(role, lambda handler: handler == UNPACK)

    def restores(self, role: str) -> bool:
        """Whether a function of this role has to do with restores: those that only record have not."""
        return self._any(role, lambda handler: handler not in RECORDS)

    def maintains(self, role: str) -> bool:
        """Whether a function of this role plans drills and records them."""
        return self._any(role, lambda handler: handler == MAINTAIN)

    def keeps_nights(self, role: str) -> bool:
        """Whether a function of this role works on nights: the watcher goes on with those that have paused."""
        return self._any(role, lambda handler: handler in (NIGHTLY, WATCH))

    def delivers(self, role: str) -> bool:
        """Whether a function of this role delivers to notify targets: the watcher alone does."""
        return self._any(role, lambda handler: handler == WATCH)

    def _any(self, role: str, of: Callable[[str], bool]) -> bool:
        return any(function.role == role and of(function.handler) for function in self.functions)

    def role_arn(self, name: str) -> str:
        """The ARN of a role of the functions' own account."""
        return f"acs:ram::{self.account_id}:role/{name}"
