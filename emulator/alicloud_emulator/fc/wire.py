"""The REST protocol of FC's API 2016-08-15: what is meant stands in path and headers, the body is the payload."""

from __future__ import annotations

import json
import re

from aiohttp import web

from alicloud_emulator.calls import Asked, Call, Reply, Result
from alicloud_emulator.errors import ApiError

PREFIX = "/2016-08-15/"
INVOCATION = re.compile(r"services/([\w-]+)(?:\.([\w-]+))?/functions/([\w-]+)/invocations")


class FcWire:
    """Everything under `/2016-08-15/`."""

    name = "fc"

    def recognises(self, request: web.Request) -> bool:
        """The API's version is the head of the path."""
        return request.path.startswith(PREFIX)

    def read(self, request: web.Request, body: bytes) -> Asked:  # noqa: ARG002 - the body is the payload
        """Service, qualifier and function from the path; the kind of invocation from its header."""
        found = INVOCATION.fullmatch(request.path.removeprefix(PREFIX))
        if request.method != "POST" or not found:
            raise ApiError(400, "PathNotSupported", f"'{request.method}' against '{request.path}' is not supported")
        params = {"service": found[1], "qualifier": found[2] or "LATEST", "function": found[3]}
        if "x-fc-invocation-type" in request.headers:
            params["x-fc-invocation-type"] = request.headers["x-fc-invocation-type"]
        access_key_id = request.headers.get("Authorization", "").removeprefix("FC ").partition(":")[0] or None
        return Asked(service="fc", action="InvokeFunction", params=params, access_key_id=access_key_id, region="")

    def answer(self, call: Call, result: Result) -> web.Response:
        """What the function answered, with the request's id in a header."""
        reply = result if isinstance(result, Reply) else Reply(body=json.dumps(result).encode())
        headers = {"X-Fc-Request-Id": call.request_id, "Content-Type": "application/json", **reply.headers}
        return web.Response(status=reply.status, headers=headers, body=reply.body)

    def refuse(self, call: Call, error: ApiError) -> web.Response:
        """FC's error body."""
        body = {"ErrorCode": error.code, "ErrorMessage": error.message}
        return web.json_response(body, status=error.status, headers={"X-Fc-Request-Id": call.request_id})
