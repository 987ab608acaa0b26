"""The REST protocol of FC's API 2016-08-15."""

import json

from aiohttp import web

from emulator.calls import Asked, Call, Reply, Result
from emulator.errors import ApiError


class FcWire:
    """Everything under `/2016-08-15/`."""

    name = "fc"

    def recognises(self, request: web.Request) -> bool:
        """The API's version is the head of the path."""
        return request.path.startswith("/2016-08-15/")

    def read(self, request: web.Request, body: bytes) -> Asked:  # noqa: ARG002 - the body is the payload
        """Which service and function are meant."""
        return Asked(service="fc", action="InvokeFunction", params={}, access_key_id=None, region="")

    def answer(self, call: Call, result: Result) -> web.Response:  # noqa: ARG002 - the id is in the headers
        """What the function answered."""
        reply = result if isinstance(result, Reply) else Reply(body=json.dumps(result).encode())
        return web.Response(status=reply.status, headers=dict(reply.headers), body=reply.body)

    def refuse(self, call: Call, error: ApiError) -> web.Response:  # noqa: ARG002 - the id is in the headers
        """FC's error body."""
        return web.json_response({"ErrorCode": error.code, "ErrorMessage": error.message}, status=error.status)
