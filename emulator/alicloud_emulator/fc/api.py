"""The operations of FC's APIs: 2016-08-15 reaches services of FC 2.0 only, 2023-03-30 the functions of s.yaml only.

Names and statuses: aliyun-fc2 SDK and FC "Error codes" page.
"""

from __future__ import annotations

import json
from typing import Any

from alicloud_emulator.calls import Call, Operation, Reply
from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc import functions_api
from alicloud_emulator.fc.functions import LARGEST_ASYNC, LARGEST_SYNC, Functions

NOT_EMULATED = ("x-fc-async-delay", "x-fc-async-task-id")


async def InvokeFunction(fc: Functions, call: Call) -> Reply:
    """Invoke a function of either API: 202 where it is queued, 200 and its answer otherwise."""
    asynchronous = is_asynchronous(call)
    largest = LARGEST_ASYNC if asynchronous else LARGEST_SYNC
    if len(call.body) > largest:
        raise ApiError(400, "EntityTooLarge", f"payload size exceeds maximum allowed size ({largest} bytes)")
    if "service" in call.params:
        return keep(fc, call, asynchronous)
    return await functions_api.invoke(fc, call, asynchronous)


def keep(fc: Functions, call: Call, asynchronous: bool) -> Reply:
    """Let a built-in function of FC 2.0 keep the payload; it answers nothing of its own."""
    service, function = call.params["service"], call.params["function"]
    if service not in fc.services:
        raise ApiError(404, "ServiceNotFound", f"service '{service}' does not exist")
    if function not in fc.services[service]:
        raise ApiError(404, "FunctionNotFound", f"function '{function}' does not exist in service '{service}'")
    fc.deliver(f"fc:{service}/{function}", read_payload(call.body))
    return Reply(status=202 if asynchronous else 200, body=b"" if asynchronous else b"{}")


def is_asynchronous(call: Call) -> bool:
    """Read the type of the invocation."""
    for name in NOT_EMULATED:
        if name in call.params:
            raise ApiError(501, "NotImplemented", f"{name} is not emulated")
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


OPERATIONS = {
    "InvokeFunction": Operation(run=InvokeFunction),
    "GetFunction": Operation(run=functions_api.GetFunction),
    "ListFunctions": Operation(run=functions_api.ListFunctions),
    "GetTrigger": Operation(run=functions_api.GetTrigger),
    "ListTriggers": Operation(run=functions_api.ListTriggers),
    "GetAsyncInvokeConfig": Operation(run=functions_api.GetAsyncInvokeConfig),
}
