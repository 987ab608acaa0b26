"""The operations of STS 2015-04-01."""

from typing import Any

from alicloud_emulator.calls import Call, Operation
from alicloud_emulator.identity import Identity
from alicloud_emulator.sts.assume_role import AssumeRole


async def GetCallerIdentity(identity: Identity, call: Call) -> dict[str, Any]:
    """Who signed the call (page "GetCallerIdentity"); nobody needs a permission for it."""
    key = call.key
    about = {"AccountId": key.account_id, "Arn": key.principal}
    role = identity.role(key.role) if key.role else None
    if role is None:
        user_id = f"2{key.account_id[:-1]}"
        return {**about, "IdentityType": "RAMUser", "UserId": user_id, "PrincipalId": user_id}
    session = f"{role.role_id}:{key.principal.rpartition('/')[2]}"
    return {**about, "IdentityType": "AssumedRoleUser", "RoleId": role.role_id, "PrincipalId": session}


OPERATIONS = {
    "AssumeRole": Operation(AssumeRole, ("RoleArn", "RoleSessionName")),
    "GetCallerIdentity": Operation(GetCallerIdentity),
}
