"""The policies of every account, and the system's: by name, so that a change reaches every role that has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from alicloud_emulator.ram.documents import Statement, read_rights
from alicloud_emulator.ram.system_policies import SYSTEM


class PolicyName(NamedTuple):
    """What a policy is called; a custom one may be called like one of the system's."""

    type: str  # Custom, System, or Session
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy and how its document was read."""

    name: PolicyName
    document: Mapping[str, Any]
    statements: tuple[Statement, ...]


def session_policy(document: Mapping[str, Any]) -> Policy:
    """The policy that narrows a session; raises PolicyError."""
    return Policy(name=PolicyName("Session", "session"), document=document, statements=read_rights(document))


class Policies:
    """Custom policies belong to an account, system policies to nobody."""

    def __init__(self) -> None:
        self._policies: dict[tuple[str, PolicyName], Policy] = {}
        for name, document in SYSTEM.items():
            self._put("", PolicyName("System", name), document)

    def put(self, account_id: str, name: str, document: Mapping[str, Any]) -> PolicyName:
        """Create or replace a custom policy; raises PolicyError where its document is none."""
        return self._put(account_id, PolicyName("Custom", name), document)

    def find(self, account_id: str, name: PolicyName) -> Policy | None:
        """The policy of this name that the account sees."""
        return self._policies.get(("" if name.type == "System" else account_id, name))

    def customs(self, account_id: str) -> list[Policy]:
        """The account's own."""
        return [policy for (owner, _), policy in self._policies.items() if owner == account_id]

    def _put(self, owner: str, name: PolicyName, document: Mapping[str, Any]) -> PolicyName:
        self._policies[owner, name] = Policy(name=name, document=document, statements=read_rights(document))
        return name
