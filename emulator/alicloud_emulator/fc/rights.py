"""What FC does in the name of a function's role: writing its log, and sending on what it has given up.

Sources: FC pages "Configure logging" (log:PostLogStoreLogs) and "Result callback" (mns:SendMessage). A function without
a role is one of a test, and may.
"""

from __future__ import annotations

from alicloud_emulator.fc.definition import Function
from alicloud_emulator.fc.surroundings import Surroundings
from alicloud_emulator.ram.documents import Request


def role_arn(role: str, account_id: str) -> str:
    """The ARN of a role that s.yaml names by ARN or by name."""
    return role if role.startswith("acs:ram::") else f"acs:ram::{account_id}:role/{role}"


def may_log(around: Surroundings, function: Function) -> bool:
    """Whether the function's lines reach its log store; without one they are kept here all the same."""
    if function.log is None:
        return True
    return _may(
        around, function, "log:PostLogStoreLogs", f"acs:log:{function.region}:{around.account_id}:{function.log}"
    )


def may_send(around: Surroundings, function: Function, queue: str) -> bool:
    """Whether a queue of MNS, `acs:mns:<region>:<account or nothing>:/queues/<name>/messages`, takes a dead letter."""
    name = queue.split(":", 4)[4]
    return _may(around, function, "mns:SendMessage", f"acs:mns:{function.region}:{around.account_id}:{name}")


def _may(around: Surroundings, function: Function, action: str, resource: str) -> bool:
    if function.role is None:
        return True
    context = {"acs:SecureTransport": "true", "acs:CurrentTime": around.clock.now().isoformat()}
    request = Request(action=action, resource=resource, context=context)
    return around.rights.role_may(role_arn(function.role, around.account_id), request)
