"""The deployment as its files say it: functions, settings and policy in one value. Pure."""

import msgspec

from image_export.values.policy import Policy
from image_export.values.settings import Settings

from .serverless import Function

NIGHTLY, WATCH = "index.on_nightly", "index.on_watch"


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
        """Whether a function of this role looks at exports, and moves their markers: the nightly one only records."""
        return any(function.role == role and function.handler != NIGHTLY for function in self.functions)

    def delivers(self, role: str) -> bool:
        """Whether a function of this role delivers to notify targets: the watcher alone does."""
        return any(function.role == role and function.handler == WATCH for function in self.functions)

    def role_arn(self, name: str) -> str:
        """The ARN of a role of the functions' own account."""
        return f"acs:ram::{self.account_id}:role/{name}"
