"""The REST protocol of FC's API 2023-03-30 (FC 3.0): what is meant stands in the path, the body is the payload.

Sources: package alibabacloud-fc20230330 for paths and headers; FC "Error codes" for the refusals. The vendor's client
reads `Code`, `Message` and `RequestId` of a refusal.
"""

from __future__ import annotations

import json
import re

from aiohttp import web

from alicloud_emulator.calls import Asked, Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.signatures import acs3

PREFIX = "/2023-03-30/"
FUNCTION = r"functions/(?P<function>[\w-]+)"
ROUTES = (
    ("POST", re.compile(rf"{FUNCTION}/invocations"), "InvokeFunction"),
    ("GET", re.compile(rf"{FUNCTION}/triggers/(?P<trigger>[\w-]+)"), "GetTrigger"),
    ("GET", re.compile(rf"{FUNCTION}/triggers"), "ListTriggers"),
    ("GET", re.compile(rf"{FUNCTION}/async-invoke-config"), "GetAsyncInvokeConfig"),
    ("GET", re.compile(FUNCTION), "GetFunction"),
    ("GET", re.compile("functions"), "ListFunctions"),
)
TELLING = ("x-fc-invocation-type", "x-fc-log-type", "x-fc-async-task-id", "x-fc-async-delay")


class Fc3Wire:
    """Everything under `/2023-03-30/`."""

    name = "fc3"

    def recognises(self, request: web.Request) -> bool:
        """The API's version is the head of the path."""
        return request.path.startswith(PREFIX)

    def read(self, request: web.Request, body: bytes) -> Asked:  # noqa: ARG002 - the body is the payload
        """Function and trigger from the path, the kind of invocation from its header."""
        path = request.path.removeprefix(PREFIX)
        for method, pattern, action in ROUTES:
            if request.method == method and (found := pattern.fullmatch(path)):
                told = {name: request.headers[name] for name in TELLING if name in request.headers}
                params = {**request.query, **told, **found.groupdict()}
                access_key_id = acs3.key_id(request.headers)
                return Asked(service="fc", action=action, params=params, access_key_id=access_key_id, region="")
        raise ApiError(400, "PathNotSupported", f"'{request.method}' against '{request.path}' is not supported")

    def answer(self, call: Call, result: Result) -> web.Response:
        """What the function answered, or what is known of it; the request's id is a header."""
        reply = result if isinstance(result, Reply) else Reply(body=json.dumps(result).encode())
        headers = {"Content-Type": "application/json", **reply.headers, "x-fc-request-id": call.request_id}
        return web.Response(status=reply.status, headers=headers, body=reply.body)

    def refuse(self, call: Call, error: ApiError) -> web.Response:
        """FC's error body."""
        body = {"RequestId": call.request_id, "Code": error.code, "Message": error.message}
        return web.json_response(body, status=error.status, headers={"x-fc-request-id": call.request_id})
