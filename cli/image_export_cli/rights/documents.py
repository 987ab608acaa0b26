"""RAM's documents as the doctor reads and writes them: does a policy allow this, does a role trust that? Pure.

"Policy structure and syntax", "Policy evaluation process" and "Modify the trust policy" pages of RAM. Cautious: what a
condition decides is unknown here, and a pattern counts only where it covers the whole of what is needed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from image_export.values.policy import Account

Document = Mapping[str, Any]
Verdict = Literal["allowed", "missing", "denied", "conditional"]
ARN_PARTS = 5  # acs:service:region:account:name
PLACE = (2, 3)  # region and account: a `*` in what is needed means "ours", not "all of them"


class Need(NamedTuple):
    """Actions on resources that a role must be allowed; `but`: not on these, which lie within them."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    but: tuple[str, ...] = ()

    def each(self) -> Iterator["Need"]:
        """Every action on every resource."""
        return (Need((action,), (resource,), self.but) for action in self.actions for resource in self.resources)


def policy(needs: Iterable[Need]) -> dict[str, Any]:
    """The policy that allows what is needed and nothing else."""
    return {"Version": "1", "Statement": [statement for need in needs for statement in _statements(need)]}


def trust(kind: Literal["RAM", "Service"], names: Iterable[str], external_id: str | None = None) -> dict[str, Any]:
    """The trust policy that lets these assume the role."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {kind: list(names)}}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": "1", "Statement": [statement]}


def not_let_in(account: Account, principal: str) -> str:
    """What to do where a principal cannot assume an account's role: the statement, and the right."""
    (statement,) = trust("RAM", [principal], account.external_id)["Statement"]
    said = json.dumps(statement)
    right = f"{principal} needs the right sts:AssumeRole on {account.role_arn}"
    return f"Its trust policy needs the statement {said}, and {right}."


def written(document: Document) -> str:
    """As RAM's console takes it."""
    return json.dumps(document, indent=2)


def in_one_line(document: Document) -> str:
    """As a command takes it, in single quotes."""
    return json.dumps(document, separators=(",", ":"))


def verdict(need: Need, documents: Iterable[Document]) -> Verdict:
    """Whether one action on one resource is allowed by these policies together; a Deny wins."""
    (action,), (resource,), but = need
    found: Verdict = "missing"
    for statement in (one for document in documents for one in _texts(document, "Statement")):
        if not _speaks_of(statement, action):
            continue
        conditional = bool(statement.get("Condition"))
        if statement.get("Effect") == "Deny" and _touches(statement, resource) and not _is_within(statement, but):
            return "conditional" if conditional else "denied"
        if statement.get("Effect") == "Allow" and _covers(statement, resource) and found != "allowed":
            found = "conditional" if conditional else "allowed"
    return found


# Conditions of template.yml that drills meet by what they ask for; other checks look at what these allow
MET_BY_DRILLS = frozenset({"ecs:associatepublicipaddress", "ecs:instancetype", "vpc:vpc", "ecs:tag/imageexport:drill"})


def met_by_drills(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """The policies, without the conditions that every drill meets."""
    return [
        {**document, "Statement": [_unconditioned(one) for one in _texts(document, "Statement")]}
        for document in documents
    ]


def _unconditioned(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    named = {key.lower() for _, key in _keys(statement.get("Condition") or {})}
    met = named and named <= MET_BY_DRILLS
    return {part: value for part, value in statement.items() if part != "Condition"} if met else statement


def statements_of(documents: Iterable[Document], action: str) -> list[Mapping[str, Any]]:
    """Those that allow that action somewhere."""
    every = [one for document in documents for one in _texts(document, "Statement")]
    return [one for one in every if one.get("Effect") == "Allow" and _speaks_of(one, action)]


def lacking(needs: Iterable[Need], documents: Sequence[Document]) -> dict[Verdict, list[Need]]:
    """Every single need that is not simply allowed, by verdict."""
    found: dict[Verdict, list[Need]] = {}
    for need in (single for one in needs for single in one.each()):
        if (said := verdict(need, documents)) != "allowed":
            found.setdefault(said, []).append(need)
    return found


def trusts(document: Document, kind: str, name: str, external_id: str | None = None) -> Verdict:
    """Whether the role lets this principal in: a service, or a role by its ARN (its account's root counts)."""
    account = name.split(":")[3] if name.startswith("acs:") else ""
    wanted = {name.lower(), f"acs:ram::{account}:root", "*"} if account else {name.lower()}
    found: Verdict = "missing"
    for statement in _texts(document, "Statement"):
        named = {str(one).lower() for one in _texts(statement.get("Principal") or {}, kind)}
        if not named & wanted or not _speaks_of(statement, "sts:AssumeRole"):
            continue
        said = _met(statement.get("Condition") or {}, external_id)
        if statement.get("Effect") == "Deny":
            return "conditional" if said == "conditional" else "denied"
        found = said if found != "allowed" else found
    return found


def strangers(document: Document, wanted: Iterable[str]) -> list[str]:
    """Whom the role lets in beside these, under no condition but an external id; a root stands for its account."""
    known = {one.lower() for one in wanted}
    found = [
        str(name)
        for statement in _texts(document, "Statement")
        if statement.get("Effect") == "Allow" and _speaks_of(statement, "sts:AssumeRole")
        if _asks_for_an_id_at_most(statement.get("Condition") or {})
        for kind in statement.get("Principal") or {}
        for name in _texts(statement["Principal"], kind)
    ]
    return [name for name in dict.fromkeys(found) if name.lower() not in known]


def _met(condition: Mapping[str, Any], external_id: str | None) -> Verdict:
    """An external id is the one condition that can be judged from here."""
    if not condition:
        return "allowed"
    if not _asks_for_an_id_at_most(condition):
        return "conditional"
    ((operator, key),) = _keys(condition)
    return "allowed" if external_id in _texts(condition[operator], key) else "missing"


def _asks_for_an_id_at_most(condition: Mapping[str, Any]) -> bool:
    return [(operator, key.lower()) for operator, key in _keys(condition)] in ([], [("StringEquals", "sts:externalid")])


def _keys(condition: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(operator, key) for operator, names in condition.items() for key in names]


def _speaks_of(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(_like(one, action) for one in _texts(statement, "NotAction"))
    return any(_like(one, action) for one in _texts(statement, "Action"))


def _covers(statement: Mapping[str, Any], resource: str) -> bool:
    return any(_wider(one, resource) for one in _texts(statement, "Resource"))


def _touches(statement: Mapping[str, Any], resource: str) -> bool:
    """A Deny of a part is enough to be in the way; one by NotResource cannot be told from here, so it counts."""
    patterns = _texts(statement, "Resource")
    return "NotResource" in statement or any(_wider(one, resource) or _wider(resource, one) for one in patterns)


def _is_within(statement: Mapping[str, Any], but: Iterable[str]) -> bool:
    """Whether a Deny takes away nothing but what is not needed."""
    patterns = _texts(statement, "Resource")
    return bool(patterns) and all(any(_wider(one, pattern) for one in but) for pattern in patterns)


@lru_cache(maxsize=4096)
def _wider(pattern: str, resource: str) -> bool:
    """Whether a pattern of a policy covers the whole of what is needed, which may be a pattern itself."""
    ours, theirs = pattern.split(":", ARN_PARTS - 1), resource.split(":", ARN_PARTS - 1)
    if len(ours) < ARN_PARTS or len(theirs) < ARN_PARTS:
        return _like(pattern, resource)
    return all(
        _like(one, other) or (place in PLACE and other == "*")
        for place, (one, other) in enumerate(zip(ours, theirs, strict=True))
    )


@lru_cache(maxsize=4096)
def _like(pattern: str, text: str) -> bool:
    """`*` any text, `?` one character but not a `*`; capitals do not matter in actions and ARNs of RAM."""
    parts = ({"*": ".*", "?": "[^*]"}.get(char) or re.escape(char) for char in pattern)
    return re.fullmatch("".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def _texts(holder: Mapping[str, Any], key: str) -> list[Any]:
    value = holder.get(key, [])
    return value if isinstance(value, list) else [value]


def _statements(need: Need) -> Iterator[dict[str, Any]]:
    yield {"Effect": "Allow", "Action": list(need.actions), "Resource": list(need.resources)}
    if need.but:
        yield {"Effect": "Deny", "Action": list(need.actions), "Resource": list(need.but)}
