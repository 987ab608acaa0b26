"""`/_emulator/ram`: roles and policies as they are, and changed in flight, as somebody in the console would.

`POST {"policies": {name: document}, "roles": {name or ARN: {…} or null}}`; of a role `trust` and `policies` may be
given (names of custom policies, or `System:name`); a role that is not there is created, null removes it. Answers as
`GET`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from alicloud_emulator.errors import ApiError
from alicloud_emulator.identity import Identity, Role
from alicloud_emulator.ram.conditions import PolicyError
from alicloud_emulator.ram.policies import PolicyName


def change(identity: Identity, body: Mapping[str, Any]) -> dict[str, Any]:
    """Take the changes; what is malformed is refused with its place."""
    try:
        for name, document in body.get("policies", {}).items():
            identity.policies.put(identity.account_id, name, document)
        for name, changes in body.get("roles", {}).items():
            change_role(identity, arn_of(identity, name), changes)
    except PolicyError as cause:
        raise ApiError(400, "MalformedPolicy", str(cause)) from cause
    return shown(identity)


def change_role(identity: Identity, arn: str, changes: Mapping[str, Any] | None) -> None:
    """Change, create or remove one role."""
    if changes is None:
        return identity.remove_role(arn)
    role, values = identity.role(arn), dict(changes)
    owner, name = arn.split(":")[3], arn.rpartition("role/")[2]
    if "policies" in values:
        values["policies"] = tuple(policy_name(identity, owner, text) for text in values["policies"])
    kept = {field.name: getattr(role, field.name) for field in dataclasses.fields(Role)} if role else {}
    identity.add_role(**{"name": name, "account_id": owner, **kept, **values})
    return None


def policy_name(identity: Identity, owner: str, text: str) -> PolicyName:
    """The name of a policy that is there."""
    kind, colon, name = text.rpartition(":")
    found = PolicyName(kind if colon else "Custom", name)
    if not identity.policies.find(owner, found):
        raise ApiError(404, "EntityNotExist.Policy", f"there is no policy {text!r}")
    return found


def arn_of(identity: Identity, name: str) -> str:
    """A role by its ARN, or by its name in the account."""
    return name if name.startswith("acs:ram:") else f"acs:ram::{identity.account_id}:role/{name}"


def shown(identity: Identity) -> dict[str, Any]:
    """Every role by ARN, and the account's own policies by name."""
    roles = {
        role.arn: {"trust": role.trust, "policies": [spelled(name) for name in role.policies]}
        for role in identity.roles()
    }
    customs = identity.policies.customs(identity.account_id)
    return {"roles": roles, "policies": {policy.name.name: policy.document for policy in customs}}


def spelled(name: PolicyName) -> str:
    """The name as a change may give it."""
    return name.name if name.type == "Custom" else f"{name.type}:{name.name}"
