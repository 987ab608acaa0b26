"""AssumeRole (page of STS; docs/cloud-facts.md#fact-5): a key for a role, for a while.

That the caller may do it is judged before; here the role's trust policy is.
"""

import json
import re
from datetime import timedelta
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.identity import Identity, Role
from alicloud_emulator.ram.authorization import circumstances
from alicloud_emulator.ram.policies import Policy, session_policy
from alicloud_emulator.ram.trust import lets_in, names_of

SESSION_NAME = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")
SHORTEST_S = 900
LONGEST_POLICY = 2048


async def AssumeRole(identity: Identity, call: Call) -> dict[str, Any]:
    """Issue a key for the role; it inherits the function instance of the key that asked."""
    name = session_name(call.params["RoleSessionName"])
    role = role_of(identity, call)
    session = narrowing(call.params.get("Policy"))
    check_external_id(call.params.get("ExternalId"))
    check_trust(call, role)
    expires_at = call.now + timedelta(seconds=duration_s(call.params.get("DurationSeconds", "3600"), role))
    arn = f"acs:ram::{role.account_id}:assumed-role/{role.name}/{name}"
    key = identity.issue(
        arn,
        account_id=role.account_id,
        expires_at=expires_at,
        origin=call.key.origin,
        role=role.arn,
        session=session,
    )
    return {
        "AssumedRoleUser": {"Arn": arn, "AssumedRoleId": f"{role.role_id}:{name}"},
        "Credentials": {
            "AccessKeyId": key.access_key_id,
            "AccessKeySecret": key.secret,
            "SecurityToken": key.security_token,
            "Expiration": expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }


def session_name(text: str) -> str:
    """A valid RoleSessionName."""
    if not SESSION_NAME.fullmatch(text):
        raise ApiError(400, "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
    return text


def role_of(identity: Identity, call: Call) -> Role:
    """The role that RoleArn names."""
    role = identity.role(call.params["RoleArn"])
    if role is None:
        raise ApiError(404, "EntityNotExist.Role", f"The role not exists: {call.params['RoleArn']}.")
    return role


def duration_s(text: str, role: Role) -> int:
    """DurationSeconds, 900 up to the role's MaxSessionDuration."""
    if not text.isdigit() or not SHORTEST_S <= int(text) <= role.max_session_duration_s:
        message = f"DurationSeconds must be {SHORTEST_S} to {role.max_session_duration_s}."
        raise ApiError(400, "InvalidParameter.DurationSeconds", message)
    return int(text)


def narrowing(text: str | None) -> Policy | None:
    """What the session is narrowed to: a policy of 1 to 2048 characters, where one is given."""
    if text is None:
        return None
    if not 1 <= len(text) <= LONGEST_POLICY:
        raise ApiError(400, "InvalidParameter.PolicySize", f"Policy must have 1 to {LONGEST_POLICY} characters.")
    try:
        return session_policy(json.loads(text))
    except ValueError as cause:  # PolicyError is one
        raise ApiError(400, "InvalidParameter.PolicyGrammar", f"The parameter Policy is no policy: {cause}") from cause


def check_external_id(text: str | None) -> None:
    """ExternalId is 2 to 1224 characters of a known set."""
    if text is not None and not EXTERNAL_ID.fullmatch(text):
        raise ApiError(400, "InvalidParameter.ExternalId", "The parameter ExternalId is wrongly formed.")


def check_trust(call: Call, role: Role) -> None:
    """The role's trust policy must let the caller in, with the external id where it asks for one."""
    names = names_of(call.key.account_id, call.key.principal, call.key.role)
    context = circumstances(call)
    if external_id := call.params.get("ExternalId"):
        context["sts:ExternalId"] = external_id
    if not lets_in(role.trusts(), names, context):
        message = f"You are not authorized to do this action. The trust policy of {role.arn} does not let you in."
        raise ApiError(403, "NoPermission", message)
