"""The operations of STS 2015-04-01."""

from typing import Any

from emulator.calls import Call, Operation
from emulator.sts.assume_role import AssumeRole


async def GetCallerIdentity(call: Call) -> dict[str, Any]:
    """Who signed the call."""
    return {"AccountId": call.key.account_id, "Arn": call.key.principal}


OPERATIONS = {
    "AssumeRole": Operation(AssumeRole, ("RoleArn", "RoleSessionName")),
    "GetCallerIdentity": Operation(GetCallerIdentity),
}
