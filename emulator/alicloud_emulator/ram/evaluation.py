"""May this be done? The policies of an identity, cut with the policy of its session; an explicit deny wins. Pure.

Source: RAM page "Policy evaluation process"; STS page "AssumeRole" (the session gets what both allow).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from alicloud_emulator.ram.documents import Request, Statement
from alicloud_emulator.ram.patterns import covers, like
from alicloud_emulator.ram.policies import Policy


class Grant(NamedTuple):
    """One way in which a request is allowed: a statement of a policy, and the patterns in it that cover the request."""

    policy: str
    statement: int
    action: str
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, and why: every grant that would do, or the policy that denies."""

    grants: tuple[Grant, ...] = ()
    denied_by: str | None = None

    @property
    def allowed(self) -> bool:
        """Granted by at least one statement, and denied by none."""
        return bool(self.grants) and self.denied_by is None


def decide(request: Request, policies: Iterable[Policy]) -> Decision:
    """What these policies together say of a request; of no policy nothing is allowed."""
    grants: list[Grant] = []
    for policy in policies:
        for number, statement in enumerate(policy.statements):
            if not statement.applies(request):
                continue
            if not statement.allows:
                return Decision(denied_by=policy.name.name)
            grants += granted(policy.name.name, number, statement, request)
    return Decision(grants=tuple(grants))


def granted(policy: str, number: int, statement: Statement, request: Request) -> list[Grant]:
    """The pairs of patterns by which an applying statement covers a request."""
    actions = [one for one in statement.actions if like(one, request.action)] or ["NotAction"]
    resources = [one for one in statement.resources if covers(one, request.resource)] or ["NotResource"]
    return [Grant(policy, number, action, resource) for action in actions for resource in resources]
