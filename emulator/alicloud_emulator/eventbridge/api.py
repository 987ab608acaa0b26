"""The RPC actions of EventBridge 2020-04-01 that are needed here: PutEvents, CreateEventBus, CreateRule.

Names of parameters and answers: SDK alibabacloud_eventbridge20200401. Codes and statuses of refusals: EventBridge as
Apache RocketMQ publishes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from alicloud_emulator.calls import Call, Operation, Result, new_request_id
from alicloud_emulator.errors import ApiError
from alicloud_emulator.eventbridge.buses import DEFAULT, EventBridge, Rule, Target
from alicloud_emulator.eventbridge.entries import EntryError, read_entry, read_list
from alicloud_emulator.eventbridge.patterns import PatternError, check_pattern

FUNCTION_3 = re.compile(r"acs:fc:[\w-]*:\d*:functions/([\w-]+)(?:/\w+)?")
FUNCTION_2 = re.compile(r"acs:fc:[\w-]*:\d*:services/([\w-]+)(?:\.\w+)?/functions/([\w-]+)")


async def PutEvents(eventbridge: EventBridge, call: Call) -> Result:
    """Publish events on a custom bus; each is taken or refused by itself, in the order of the request."""
    bus = eventbridge.bus(call.params["EventBusName"], call.region)
    if bus.name == DEFAULT:
        raise ApiError(403, "EventBusNotSupportCustomEvent", "The default bus takes events of cloud services only.")
    results = [await put_one(eventbridge, bus.name, entry) for entry in read_list(call.params["EventList"])]
    failed = sum(1 for result in results if result["ErrorCode"])
    return answer({"FailedEntryCount": failed, "EntryList": results}, code="200")


async def put_one(eventbridge: EventBridge, bus: str, entry: Any) -> dict[str, Any]:
    """Publish one entry and say what became of it."""
    event_id = entry.get("Id") if isinstance(entry, dict) else None
    result = {"EventId": event_id, "TraceId": new_request_id(), "ErrorCode": None, "ErrorMessage": None}
    try:
        event = read_entry(entry)
    except EntryError as fault:
        return result | {"ErrorCode": "InvalidArgument", "ErrorMessage": str(fault)}
    event.setdefault("time", eventbridge.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    await eventbridge.publish(bus, event)
    return result


async def CreateEventBus(eventbridge: EventBridge, call: Call) -> Result:
    """Create a custom bus; where it exists already the call is refused."""
    name = call.params["EventBusName"]
    if not re.fullmatch(r"[A-Za-z0-9][\w-]{0,126}", name):
        raise ApiError(409, "EventBusNameInvalid", f"EventBusName {name!r} is not 1 to 127 letters, digits, _ and -.")
    bus = eventbridge.add_bus(name, call.region or "cn-hangzhou")
    arn = f"acs:eventbridge:{bus.region}:{eventbridge.account_id}:eventbus/{name}"
    return answer({"EventBusARN": arn})


async def CreateRule(eventbridge: EventBridge, call: Call) -> Result:
    """Create a rule on a bus."""
    bus, name = eventbridge.bus(call.params["EventBusName"]), call.params["RuleName"]
    try:
        pattern, targets = json.loads(call.params["FilterPattern"]), json.loads(call.params["EventTargets"])
        check_pattern(pattern)
    except (json.JSONDecodeError, PatternError) as cause:
        raise ApiError(400, "InvalidArgument", f"FilterPattern or EventTargets: {cause}") from cause
    enabled = call.params.get("Status", "ENABLE") == "ENABLE"
    rule = Rule(name=name, pattern=pattern, targets=tuple(map(read_target, targets)), enabled=enabled)
    eventbridge.put_rule(bus.name, rule)
    return answer({"RuleARN": f"acs:eventbridge:{bus.region}:{eventbridge.account_id}:eventbus/{bus.name}/rule/{name}"})


def read_target(target: dict[str, Any]) -> Target:
    """Read one of EventTargets; only functions can be targets here."""
    endpoint = str(target.get("Endpoint", ""))
    if target.get("Type") == "acs.fc.function" and (found := FUNCTION_2.fullmatch(endpoint)):
        return Target(address=f"fc:{found[1]}/{found[2]}")
    if target.get("Type") == "acs.fc.function" and (found := FUNCTION_3.fullmatch(endpoint)):
        return Target(address=f"fc:{found[1]}")
    raise ApiError(400, "InvalidArgument", f"{target!r}: want Type acs.fc.function and the ARN of a function.")


def answer(data: dict[str, Any], code: str = "Success") -> Result:
    """Wrap what an action answers as EventBridge does."""
    return {"Code": code, "Message": "success", "Success": True, "Data": data}


def operation(run: Callable[[EventBridge, Call], Awaitable[Result]], *required: str) -> Operation[EventBridge]:
    """An action whose refusals come as the reading `eventbridge_refusal` says.

    The samples of the pages and Terraform's provider show refusals in a body of HTTP 200, with Success false.
    """

    async def refusing(eventbridge: EventBridge, call: Call) -> Result:
        try:
            return await run(eventbridge, call)
        except ApiError as error:
            if eventbridge.unsure.eventbridge_refusal == "status":
                raise
            return {"Code": error.code, "Message": error.message, "Success": False}

    return Operation(run=refusing, required=required)


OPERATIONS = {
    "PutEvents": operation(PutEvents, "EventBusName", "EventList"),
    "CreateEventBus": operation(CreateEventBus, "EventBusName"),
    "CreateRule": operation(CreateRule, "EventBusName", "RuleName", "FilterPattern", "EventTargets"),
}
