"""Lets a call pass or refuses it, and keeps what was decided: role ∩ session, deny first, in each service's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.identity import AccessKey, Identity
from alicloud_emulator.ram.documents import Request, written
from alicloud_emulator.ram.evaluation import Decision, decide
from alicloud_emulator.ram.policies import Policy

# Sources: packer, acme.sh and funcraft issues that quote them (ECS, RAM and STS, FC); OSS page "0003-00000201".
NOT_AUTHORIZED = "User not authorized to operate on the specified resource, or this API doesn't support RAM."
REFUSALS: Mapping[str, tuple[str, str]] = {
    "ecs": ("Forbidden.RAM", f"{NOT_AUTHORIZED} Action: {{action}} Resource: {{resource}}"),
    "sts": ("NoPermission", "You are not authorized to do this action. Resource: {resource} Action: {action}"),
    "ram": ("NoPermission", "You are not authorized to do this action. Resource: {resource} Action: {action}"),
    "oss": ("AccessDenied", "You have no right to access this bucket or object: {action} on {resource}."),
    "eventbridge": ("AccessDenied", "The caller is not authorized to perform '{action}' on '{resource}'."),
    "fc": ("AccessDenied", "the caller is not authorized to perform '{action}' on resource '{resource}'"),
}


class Decisions:
    """What was allowed to sessions of roles, each way of being allowed once: it is all that a permission is for."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Any, ...], int] = {}
        self._examples: dict[tuple[Any, ...], Request] = {}

    def note(self, role: str, session: Policy | None, request: Request, decisions: tuple[Decision, ...]) -> None:
        """Keep that a request was allowed, and by which grants."""
        narrowed = written(session.document) if session else None
        way = (role, narrowed, request.action, tuple(decision.grants for decision in decisions))
        self._counts[way] = self._counts.get(way, 0) + 1
        self._examples.setdefault(way, request)

    def rows(self) -> list[dict[str, Any]]:
        """Each way, an example of what was asked, and how often."""
        return [
            {
                "role": way[0],
                "session": way[1],
                "action": way[2],
                "resource": self._examples[way].resource,
                "context": dict(self._examples[way].context),
                "count": count,
            }
            for way, count in self._counts.items()
        ]


class Rights:
    """What roles may do, and what was allowed to them."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.decisions = Decisions()

    def authorize(self, call: Call, needs: Iterable[tuple[str, str, Mapping[str, str]]]) -> None:
        """Refuse a call whose caller may not do all that it needs: actions, each with its resource and its keys."""
        context = circumstances(call)
        for action, resource, keys in needs:
            request = Request(action=action, resource=resource, context={**context, **keys})
            if not owned(call.key, request) or not self._permitted(call.key, request):
                code, words = REFUSALS[call.service]
                raise ApiError(403, code, words.format(action=action, resource=resource))

    def _permitted(self, key: AccessKey, request: Request) -> bool:
        """Whether the holder of a key may do it; a user of the account is its administrator here."""
        if key.role is None:
            return True
        return self.role_may(key.role, request, session=key.session)

    def role_may(self, arn: str, request: Request, *, session: Policy | None = None) -> bool:
        """Whether a role may do it, in a session that is narrowed to a policy or not."""
        role = self._identity.role(arn)
        if role is None:
            return False
        sides = [self._identity.policies_of(role)] + ([[session]] if session else [])
        decisions = tuple(decide(request, policies) for policies in sides)
        if not all(decision.allowed for decision in decisions):
            return False
        self.decisions.note(role.arn, session, request, decisions)
        return True


def owned(key: AccessKey, request: Request) -> bool:
    """Whether a resource is of the caller's account; a role of another one is its trust policy's business."""
    owner = request.resource.split(":")[3]
    return request.action == "sts:AssumeRole" or owner in (key.account_id, "system")


def circumstances(call: Call) -> dict[str, str]:
    """The condition keys of a call (RAM page "Common condition keys"; OSS page "RAM policies")."""
    context = {
        "acs:SourceIp": call.request.remote or "",
        "acs:SecureTransport": str(call.request.scheme == "https").lower(),
        "acs:CurrentTime": call.now.isoformat(),
        "acs:MFAPresent": "false",
    }
    if call.action == "ListObjectsV2":
        context |= {"oss:Prefix": call.params.get("prefix", ""), "oss:Delimiter": call.params.get("delimiter", "")}
    return context
