"""The RPC protocol of ECS, STS and EventBridge: parameters in the query or a form, JSON or XML back.

Signed as of old, Action, Version and Format are parameters too and XML is the default; signed with ACS3-HMAC-SHA256 the
first two are headers (page "V3 request structure and signature") and JSON is the default.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from aiohttp import web

from alicloud_emulator.calls import Asked, Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.signatures import acs3

SERVICES = {"2014-05-26": "ecs", "2015-04-01": "sts", "2020-04-01": "eventbridge", "2015-05-01": "ram"}
HOST_IDS = {"ecs": "ecs.aliyuncs.com", "sts": "sts.aliyuncs.com"}
FORM = "application/x-www-form-urlencoded"


class RpcWire:
    """Requests for `/` that carry an Action."""

    name = "rpc"

    def recognises(self, request: web.Request) -> bool:
        """`/` belongs to RPC unless it is signed as OSS signs."""
        return request.path == "/" and not request.headers.get("Authorization", "").startswith("OSS")

    def read(self, request: web.Request, body: bytes) -> Asked:
        """Service by Version, action by Action, parameters out of the query and the form."""
        params = parameters(request, body)
        service = SERVICES.get(params.get("Version", ""))
        if service is None:
            raise ApiError(
                400, "InvalidVersion", f"Version {params.get('Version')!r} is none of {', '.join(SERVICES)}."
            )
        return Asked(
            service=service,
            action=params.get("Action", ""),
            params=params,
            access_key_id=params.get("AccessKeyId") or None,
            region=params.get("RegionId", ""),
        )

    def answer(self, call: Call, result: Result) -> web.Response:
        """The result with the request's id, in the Format asked for; the cloud's default is XML."""
        if isinstance(result, Reply):
            return web.Response(status=result.status, headers=dict(result.headers), body=result.body)
        return self._render(call, 200, f"{call.action}Response", {"RequestId": call.request_id, **result})

    def refuse(self, call: Call, error: ApiError) -> web.Response:
        """The error body of RPC: RequestId, HostId, Code, Message, Recommend."""
        body = {
            "RequestId": call.request_id,
            "HostId": HOST_IDS.get(call.service, f"{call.service}.aliyuncs.com"),
            "Code": error.code,
            "Message": error.message,
            "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}",
        }
        return self._render(call, error.status, "Error", body)

    def _render(self, call: Call, status: int, root: str, body: dict[str, Any]) -> web.Response:
        params = call.params or parameters(call.request, call.body)  # of a call that could not be read, too
        if params.get("Format", "XML").upper() == "JSON":
            return web.json_response(body, status=status)
        xml = f'<?xml version="1.0" encoding="UTF-8"?>{"".join(elements(root, body))}'
        return web.Response(status=status, body=xml.encode(), headers={"Content-Type": "text/xml;charset=utf-8"})


def parameters(request: web.Request, body: bytes) -> dict[str, str]:
    """Those of the query, of a form, and of the headers where the signature is of the newer kind."""
    params = dict(parse_qsl(urlsplit(request.raw_path).query, keep_blank_values=True))
    if request.content_type == FORM:
        params |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if acs3.is_used(request.headers):
        params = {"Format": "JSON", **params, **from_headers(request)}
    return params


def from_headers(request: web.Request) -> dict[str, str]:
    """The protocol's parameters where they are headers."""
    headers = request.headers
    return {
        "Action": headers.get("x-acs-action", ""),
        "Version": headers.get("x-acs-version", ""),
        "AccessKeyId": acs3.key_id(headers) or "",
    }


def elements(tag: str, value: Any) -> Iterator[str]:
    """XML in the cloud's manner: an object is an element, a list repeats its own."""
    if isinstance(value, list):
        for item in value:
            yield from elements(tag, item)
    elif isinstance(value, dict):
        yield f"<{tag}>"
        for name, item in value.items():
            yield from elements(name, item)
        yield f"</{tag}>"
    else:
        text = value if isinstance(value, str) else json.dumps(value)
        yield f"<{tag}>{escape(text)}</{tag}>"
