"""Reads policy documents: what an identity or a session may do, and whom a role trusts. Pure; strict.

Source: RAM page "Policy structure and syntax". What is not known here is refused, never passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alicloud_emulator.ram.conditions import Condition, PolicyError
from alicloud_emulator.ram.patterns import covers, is_resource, like

RIGHTS = frozenset({"Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Sid"})
TRUST = frozenset({"Effect", "Action", "Principal", "Condition", "Sid"})
PRINCIPALS = frozenset({"RAM", "Service", "Federated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of RAM: may this be done to that, under these circumstances?"""

    action: str
    resource: str
    context: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy; `but_actions` and `but_resources` are those of NotAction and NotResource."""

    allows: bool
    actions: tuple[str, ...]
    but_actions: tuple[str, ...]
    resources: tuple[str, ...]
    but_resources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def applies(self, request: Request) -> bool:
        """Whether the statement speaks of the request."""
        return (
            (any(like(one, request.action) for one in self.actions) or self._not_among(request.action))
            and self._reaches(request.resource)
            and all(condition.met(request.context) for condition in self.conditions)
        )

    def _not_among(self, action: str) -> bool:
        return bool(self.but_actions) and not any(like(one, action) for one in self.but_actions)

    def _reaches(self, resource: str) -> bool:
        if self.but_resources:
            return not any(covers(one, resource) for one in self.but_resources)
        return any(covers(one, resource) for one in self.resources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """One statement of a trust policy: whom it lets in, by kind and name."""

    allows: bool
    principals: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]


def read_rights(document: Any) -> tuple[Statement, ...]:
    """The statements of an identity or session policy; raises PolicyError."""
    return tuple(_rights(statement, path) for statement, path in _statements(document, RIGHTS))


def read_trust(document: Any) -> tuple[Trusted, ...]:
    """The statements of a trust policy; raises PolicyError."""
    return tuple(_trusted(statement, path) for statement, path in _statements(document, TRUST))


def written(document: Mapping[str, Any]) -> str:
    """A document as RAM answers it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _statements(document: Any, known: frozenset[str]) -> list[tuple[dict[str, Any], str]]:
    if not isinstance(document, dict) or set(document) != {"Version", "Statement"} or document["Version"] != "1":
        raise PolicyError("want a mapping of Version '1' and Statement, and nothing else")
    statements = document["Statement"]
    if not isinstance(statements, list) or not statements:
        raise PolicyError("Statement: want a list with at least one statement")
    for n, statement in enumerate(statements):
        if not isinstance(statement, dict):
            raise PolicyError(f"Statement[{n}]: want a mapping")
        if unknown := set(statement) - known:
            raise PolicyError(f"Statement[{n}].{min(unknown)}: is not known here")
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise PolicyError(f"Statement[{n}].Effect: want Allow or Deny")
    return [(statement, f"Statement[{n}]") for n, statement in enumerate(statements)]


def _rights(statement: dict[str, Any], path: str) -> Statement:
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in statement) == (other in statement):
            raise PolicyError(f"{path}: want either {one} or {other}")
    read = Statement(
        allows=statement["Effect"] == "Allow",
        actions=texts(statement, "Action", path),
        but_actions=texts(statement, "NotAction", path),
        resources=texts(statement, "Resource", path),
        but_resources=texts(statement, "NotResource", path),
        conditions=conditions(statement, path),
    )
    for pattern in read.actions + read.but_actions:
        if pattern != "*" and pattern.count(":") != 1:
            raise PolicyError(f"{path}.Action: {pattern!r} is not `service:Action`")
    for pattern in read.resources + read.but_resources:
        if not is_resource(pattern):
            raise PolicyError(f"{path}.Resource: {pattern!r} is neither `*` nor acs:service:region:account:name")
    return read


def _trusted(statement: dict[str, Any], path: str) -> Trusted:
    principal = statement.get("Principal")
    if texts(statement, "Action", path) != ("sts:AssumeRole",):
        raise PolicyError(f"{path}.Action: a trust policy is about sts:AssumeRole")
    if not isinstance(principal, dict) or not principal or not set(principal) <= PRINCIPALS:
        raise PolicyError(f"{path}.Principal: want a mapping of {', '.join(sorted(PRINCIPALS))}")
    return Trusted(
        allows=statement["Effect"] == "Allow",
        principals=tuple((kind, name) for kind in principal for name in texts(principal, kind, f"{path}.Principal")),
        conditions=conditions(statement, path),
    )


def conditions(statement: Mapping[str, Any], path: str) -> tuple[Condition, ...]:
    """The conditions of a statement, one for each operator and key."""
    by_operator = statement.get("Condition", {})
    if not isinstance(by_operator, dict) or not all(isinstance(keys, dict) for keys in by_operator.values()):
        raise PolicyError(f"{path}.Condition: want operators, each with its keys")
    return tuple(
        Condition(operator, key, texts(keys, key, f"{path}.Condition.{operator}"))
        for operator, keys in by_operator.items()
        for key in keys
    )


def texts(holder: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
    """A value or a list of them, as text; absent: none."""
    value = holder.get(key, [])
    values = value if isinstance(value, list) else [value]
    if (key in holder and not values) or not all(isinstance(one, (str, bool, int)) for one in values):
        raise PolicyError(f"{path}.{key}: want text or a list of it, found {value!r}")
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)
