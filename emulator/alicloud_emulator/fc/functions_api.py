"""The operations of FC's API 2023-03-30 on the functions of s.yaml: invoke, get, list.

Names of fields: package alibabacloud-fc20230330 (models Function, Trigger, AsyncConfig). There are no versions and
aliases here, so LATEST is the only qualifier.
"""

from __future__ import annotations

import json
from typing import Any

from alicloud_emulator.calls import Call, Reply
from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc.definition import EventBridgeTrigger, Function, HttpTrigger, TimerTrigger, Trigger
from alicloud_emulator.fc.functions import Functions
from alicloud_emulator.fc.invocation import Outcome
from alicloud_emulator.fc.rights import role_arn

KINDS = {TimerTrigger: "timer", EventBridgeTrigger: "eventbridge", HttpTrigger: "http"}
LATEST = "LATEST"


async def invoke(fc: Functions, call: Call, asynchronous: bool) -> Reply:
    """Queue an invocation (202), or run it and answer what it answered; its own fault is a 200 with x-fc-error-type."""
    function = function_of(fc, call)
    if asynchronous:
        fc.queue.put(function, call.body)
        return Reply(status=202)
    invocation = fc.record(function, call.body)
    return answer_of(await fc.run(function, invocation))


def answer_of(outcome: Outcome) -> Reply:
    """The end of an invocation as a reply."""
    headers = {"x-fc-error-type": outcome.error_type} if outcome.error_type else {}
    return Reply(headers={"Content-Type": "application/octet-stream", **headers}, body=outcome.body)


async def GetFunction(fc: Functions, call: Call) -> dict[str, Any]:
    """How a function is deployed."""
    return shown(fc, function_of(fc, call))


async def ListFunctions(fc: Functions, call: Call) -> dict[str, Any]:
    """Every function whose name has the prefix; in one page."""
    prefix = call.params.get("prefix", "")
    named = [one for one in fc.by_name.values() if one.name.startswith(prefix)]
    return {"functions": [shown(fc, function) for function in named]}


async def GetTrigger(fc: Functions, call: Call) -> dict[str, Any]:
    """How a trigger is deployed; its settings are a JSON text."""
    function, name = function_of(fc, call), call.params["trigger"]
    for trigger in function.triggers:
        if trigger.name == name:
            return shown_trigger(fc, function, trigger)
    raise ApiError(404, "TriggerNotFound", f"trigger '{name}' does not exist in function '{function.name}'")


async def ListTriggers(fc: Functions, call: Call) -> dict[str, Any]:
    """Every trigger of a function; in one page."""
    function = function_of(fc, call)
    return {"triggers": [shown_trigger(fc, function, trigger) for trigger in function.triggers]}


async def GetAsyncInvokeConfig(fc: Functions, call: Call) -> dict[str, Any]:
    """How asynchronous invocations of a function are repeated."""
    function = function_of(fc, call)
    return {
        "functionArn": arn(fc, function),
        "qualifier": LATEST,
        "maxAsyncEventAgeInSeconds": function.asynchronous.max_age_s,
        "maxAsyncRetryAttempts": function.asynchronous.max_retries,
    }


def function_of(fc: Functions, call: Call) -> Function:
    """The function in the path, at the qualifier that is asked for."""
    name, qualifier = call.params["function"], call.params.get("qualifier") or LATEST
    if name not in fc.by_name:
        raise ApiError(404, "FunctionNotFound", f"function '{name}' does not exist")
    if qualifier != LATEST:
        kind = "version" if qualifier.isdigit() else "alias"
        code = f"{kind.capitalize()}NotFound"
        raise ApiError(404, code, f"{kind} '{qualifier}' of function '{name}' does not exist")
    return fc.by_name[name]


def arn(fc: Functions, function: Function) -> str:
    """The name of a function in policies and rules."""
    return f"acs:fc:{function.region}:{fc.account_id}:functions/{function.name}"


def shown(fc: Functions, function: Function) -> dict[str, Any]:
    """A function as GetFunction shows it."""
    return {
        "functionName": function.name,
        "functionArn": arn(fc, function),
        "handler": function.handler,
        "runtime": function.runtime,
        "timeout": function.timeout_s,
        "memorySize": function.memory_mib,
        "environmentVariables": dict(function.environment),
        "layers": [{"arn": layer, "size": 0} for layer in function.layers],
        **({"role": role_arn(function.role, fc.account_id)} if function.role else {}),
        "state": "Active",
        "lastUpdateStatus": "Successful",
    }


def shown_trigger(fc: Functions, function: Function, trigger: Trigger) -> dict[str, Any]:
    """A trigger as GetTrigger shows it."""
    return {
        "triggerName": trigger.name,
        "triggerType": KINDS[type(trigger)],
        "triggerConfig": json.dumps(trigger.settings),
        "qualifier": LATEST,
        "targetArn": arn(fc, function),
        **({"httpTrigger": {"urlInternet": fc.http_trigger}} if isinstance(trigger, HttpTrigger) else {}),
    }
