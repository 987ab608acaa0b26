"""How the control calls answer an invocation: with what the function answered, and nothing around it."""

from __future__ import annotations

from aiohttp import web

from alicloud_emulator.fc.invocation import Invocation


def reply(invocation: Invocation) -> web.Response:
    """200 and the answer; 502 and the error of the function; 202 where the invocation is queued."""
    headers = {"x-fc-request-id": invocation.request_id}
    if invocation.outcome is None:
        return web.json_response({"RequestId": invocation.request_id}, status=202, headers=headers)
    if invocation.outcome.error_type is None:
        status = 200
    else:
        status, headers["x-fc-error-type"] = 502, invocation.outcome.error_type
    return web.Response(status=status, headers=headers, body=invocation.outcome.body, content_type="application/json")
