"""The data API of EventBridge: CloudEvents and requests as JSON under `/openapi/`, the same actions as by RPC.

Sources: packages alibabacloud-eventbridge and -util for paths, bodies and answers (`code`, `message`, `requestId` in
refusals). A batch is for one bus here: the cloud lets each event name its own.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from alicloud_emulator.calls import Asked, Call, Reply, Result
from alicloud_emulator.codes import status_of
from alicloud_emulator.errors import ApiError
from alicloud_emulator.eventbridge.entries import NAMES

PREFIX = "/openapi/"
ACTIONS = {"putEvents": "PutEvents", "createEventBus": "CreateEventBus"}
BATCH = "application/cloudevents-batch+json"


class EventBridgeWire:
    """Everything under `/openapi/`."""

    name = "eventbridge"

    def recognises(self, request: web.Request) -> bool:
        """The head of the path, signed as this API is."""
        return request.path.startswith(PREFIX) and not request.headers.get("Authorization", "").startswith("OSS")

    def read(self, request: web.Request, body: bytes) -> Asked:
        """The action from the path, its parameters from the body."""
        action = ACTIONS.get(request.path.removeprefix(PREFIX))
        if request.method != "POST" or action is None:
            raise ApiError(404, "InvalidAction.NotFound", f"{request.method} {request.path} is no call of this API.")
        content = read_json(body)
        params = batch(request, content) if action == "PutEvents" else fields(content)
        access_key_id = request.headers.get("Authorization", "").removeprefix("acs:").partition(":")[0]
        region = request.headers.get("x-eventbridge-regionId", "")
        return Asked(
            service="eventbridge", action=action, params=params, access_key_id=access_key_id or None, region=region
        )

    def answer(self, call: Call, result: Result) -> web.Response:
        """The data alone; a refusal that the RPC action puts into its answer is a status here."""
        content = {} if isinstance(result, Reply) else result
        if content.get("Success") is False:
            code = str(content["Code"])
            return self.refuse(call, ApiError(status_of(code), code, str(content["Message"])))
        about = {"RequestId": call.request_id, "ResourceOwnerAccountId": call.key.account_id}
        return web.json_response({**about, **content.get("Data", {})})

    def refuse(self, call: Call, error: ApiError) -> web.Response:
        """`code`, `message`, `requestId`."""
        body = {"code": error.code, "message": error.message, "requestId": call.request_id}
        return web.json_response(body, status=error.status)


def batch(request: web.Request, content: Any) -> dict[str, str]:
    """The parameters of PutEvents for a batch of CloudEvents."""
    if request.content_type != BATCH:
        raise ApiError(400, "InvalidArgument", f"Content-Type is {request.content_type!r}, want {BATCH}.")
    if not isinstance(content, list) or not all(isinstance(event, dict) for event in content):
        raise ApiError(400, "InvalidArgument", "The body is no list of CloudEvents.")
    buses = {event.get("aliyuneventbusname") for event in content}
    if len(buses) > 1 or not all(isinstance(bus, str) for bus in buses):
        raise ApiError(400, "InvalidArgument", "The events must name one bus in aliyuneventbusname.")
    entries = [{name: event[key] for name, key in NAMES.items() if key in event} for event in content]
    return {"EventBusName": next(iter(buses), "") or "", "EventList": json.dumps(entries, ensure_ascii=False)}


def fields(content: Any) -> dict[str, str]:
    """The parameters of a request that is an object."""
    if not isinstance(content, dict):
        raise ApiError(400, "InvalidArgument", "The body is no object.")
    return {name: str(value) for name, value in content.items()}


def read_json(body: bytes) -> Any:
    """The body, which must be JSON."""
    try:
        return json.loads(body)
    except ValueError as cause:
        raise ApiError(400, "InvalidArgument", f"The body is no JSON: {cause}") from cause
