"""The operations of FC's API 2016-08-15. It reaches services of FC 2.0 only, as in the cloud.

Names and statuses: aliyun-fc2 SDK and FC "Error codes" page.
"""

from __future__ import annotations

import json
from typing import Any

from emulator.calls import Call, Operation, Reply
from emulator.errors import ApiError
from emulator.fc.functions import LARGEST_ASYNC, LARGEST_SYNC


async def InvokeFunction(call: Call) -> Reply:
    """Let a built-in function keep the payload: 200 and an empty answer, or 202 for an asynchronous invocation."""
    service, function = call.params["service"], call.params["function"]
    if service not in call.cloud.fc.services:
        raise ApiError(404, "ServiceNotFound", f"service '{service}' does not exist")
    if function not in call.cloud.fc.services[service]:
        raise ApiError(404, "FunctionNotFound", f"function '{function}' does not exist in service '{service}'")
    asynchronous = is_asynchronous(call)
    if len(call.body) > (LARGEST_ASYNC if asynchronous else LARGEST_SYNC):
        raise ApiError(400, "EntityTooLarge", f"the payload of {len(call.body)} bytes is too large")
    call.cloud.fc.deliver(f"fc:{service}/{function}", read_payload(call.body))
    return Reply(status=202 if asynchronous else 200, body=b"" if asynchronous else b"{}")


def is_asynchronous(call: Call) -> bool:
    """Read the type of the invocation."""
    kind = call.params.get("x-fc-invocation-type", "Sync")
    if kind not in ("Sync", "Async"):
        raise ApiError(400, "InvalidArgument", f"x-fc-invocation-type is {kind!r}, want Sync or Async")
    return kind == "Async"


def read_payload(body: bytes) -> Any:
    """The payload as JSON where it is JSON, as text otherwise."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


OPERATIONS = {"InvokeFunction": Operation(run=InvokeFunction)}
