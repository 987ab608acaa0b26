"""The reading operations of RAM 2015-05-01: a role, its policies, a policy and its version.

Fields: RAM pages "GetRole", "ListPoliciesForRole", "GetPolicy", "GetPolicyVersion". Every policy has one version here.
"""

from typing import Any

from alicloud_emulator.calls import Call, Operation
from alicloud_emulator.errors import ApiError
from alicloud_emulator.identity import Identity, Role
from alicloud_emulator.ram.documents import written
from alicloud_emulator.ram.policies import Policy, PolicyName

VERSION = "v1"
TYPES = ("System", "Custom")
SINCE = "2026-01-01T00:00:00Z"


async def GetRole(identity: Identity, call: Call) -> dict[str, Any]:
    """Who a role is and whom it trusts."""
    role = role_of(identity, call)
    return {
        "Role": {
            "RoleId": role.role_id,
            "RoleName": role.name,
            "Arn": role.arn,
            "Description": role.description,
            "AssumeRolePolicyDocument": written(role.trust),
            "MaxSessionDuration": role.max_session_duration_s,
            "CreateDate": role.created,
            "UpdateDate": role.created,
        }
    }


async def ListPoliciesForRole(identity: Identity, call: Call) -> dict[str, Any]:
    """The policies of a role, by name."""
    found = identity.policies_of(role_of(identity, call))
    return {"Policies": {"Policy": [{**named(policy), "AttachDate": SINCE} for policy in found]}}


async def GetPolicy(identity: Identity, call: Call) -> dict[str, Any]:
    """A policy and its default version."""
    policy = policy_of(identity, call)
    held = [role for role in identity.roles() if policy.name in role.policies]
    dates = {"CreateDate": SINCE, "UpdateDate": SINCE, "AttachmentCount": len(held)}
    return {"Policy": {**named(policy), **dates}, "DefaultPolicyVersion": version(policy)}


async def GetPolicyVersion(identity: Identity, call: Call) -> dict[str, Any]:
    """One version of a policy."""
    policy = policy_of(identity, call)
    if call.params["VersionId"] != VERSION:
        raise ApiError(404, "EntityNotExist.Policy.Version", "The policy version does not exist.")
    return {"PolicyVersion": version(policy)}


def role_of(identity: Identity, call: Call) -> Role:
    """The role that RoleName names, in the caller's account."""
    role = identity.role(f"acs:ram::{call.key.account_id}:role/{call.params['RoleName']}")
    if role is None:
        raise ApiError(404, "EntityNotExist.Role", "The role does not exist.")
    return role


def policy_of(identity: Identity, call: Call) -> Policy:
    """The policy that PolicyType and PolicyName name."""
    kind, name = call.params["PolicyType"], call.params["PolicyName"]
    if kind not in TYPES:
        raise ApiError(400, "InvalidParameter.PolicyType", f"PolicyType {kind!r} is none of {', '.join(TYPES)}.")
    policy = identity.policies.find(call.key.account_id, PolicyName(kind, name))
    if policy is None:
        raise ApiError(404, "EntityNotExist.Policy", "The policy does not exist.")
    return policy


def named(policy: Policy) -> dict[str, Any]:
    """What every answer says of a policy."""
    kind, name = policy.name
    return {"PolicyName": name, "PolicyType": kind, "Description": "", "DefaultVersion": VERSION}


def version(policy: Policy) -> dict[str, Any]:
    """The only version of a policy."""
    text = written(policy.document)
    return {"VersionId": VERSION, "IsDefaultVersion": True, "PolicyDocument": text, "CreateDate": SINCE}


OPERATIONS = {
    "GetRole": Operation(GetRole, ("RoleName",)),
    "ListPoliciesForRole": Operation(ListPoliciesForRole, ("RoleName",)),
    "GetPolicy": Operation(GetPolicy, ("PolicyType", "PolicyName")),
    "GetPolicyVersion": Operation(GetPolicyVersion, ("PolicyType", "PolicyName", "VersionId")),
}
