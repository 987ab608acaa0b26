"""From what a function answered to an HTTP response. Pure.

Sources: FC 3.0 page "Use an HTTP trigger to invoke a function" (struct of the response), page "Web functions" (reserved
headers, 8 KB of headers), public reports of `ExternalRedirectForbidden` on the default domain. How a result that is
not the struct is answered was not readable (UNSURE): 200, with the result as the body.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc.invocation import Outcome

RESERVED = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})
# What the default domain adds to every answer.
ADDED = {"Content-Disposition": "attachment", "Access-Control-Expose-Headers": "Date,x-fc-request-id"}
LARGEST_HEADERS = 8 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FIELD = re.compile("[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
TEXT, JSON, BYTES = "text/plain; charset=utf-8", "application/json", "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A response on its way to the client."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer_of(outcome: Outcome) -> HttpAnswer:
    """The response that an invocation ends in; raises ApiError where FC would not pass the function's answer on."""
    if outcome.error_type is not None:
        headers = {"Content-Type": JSON, "X-Fc-Error-Type": outcome.error_type}
        return HttpAnswer(status=502, headers=headers, body=outcome.body)
    try:
        result = json.loads(outcome.body)
    except (ValueError, RecursionError):
        return inferred(outcome.body, TEXT if is_utf8(outcome.body) else BYTES)
    if isinstance(result, dict) and "statusCode" in result:
        return read_struct(result)
    return inferred(outcome.body, JSON)


def inferred(body: bytes, content_type: str) -> HttpAnswer:
    """The response of a function that did not say how to answer."""
    return HttpAnswer(status=200, headers={"Content-Type": content_type}, body=body)


def read_struct(result: Mapping[str, Any]) -> HttpAnswer:
    """The response that a function described."""
    status = result["statusCode"]
    if type(status) is not int or not 200 <= status <= 599:
        raise bad(f"statusCode is {status!r}, want 200 to 599")
    if status in REDIRECTS:
        raise ApiError(400, "ExternalRedirectForbidden", "the default domain does not pass redirects on")
    return HttpAnswer(status=status, headers=read_headers(result.get("headers")), body=read_body(result))


def read_headers(headers: Any) -> dict[str, str]:
    """The headers that may pass, checked all of them."""
    if not isinstance(headers, dict | None):
        raise bad("headers is no mapping")
    for name, value in (headers or {}).items():
        if not (isinstance(value, str) and FIELD.fullmatch(value) and TOKEN.fullmatch(name)):
            raise bad(f"header {name!r} is {value!r}")
    passed = {name: value for name, value in (headers or {}).items() if not is_reserved(name.lower())}
    if sum(len(name) + len(value.encode()) for name, value in passed.items()) > LARGEST_HEADERS:
        raise bad(f"headers are larger than {LARGEST_HEADERS} bytes")
    return passed if any(name.lower() == "content-type" for name in passed) else {"Content-Type": TEXT, **passed}


def is_reserved(name: str) -> bool:
    """Whether a header is FC's own to set."""
    return name in RESERVED or name.startswith("x-fc-")


def read_body(result: Mapping[str, Any]) -> bytes:
    """The bytes of the body, out of base64 where it says so."""
    body, encoded = result.get("body"), result.get("isBase64Encoded")
    if not isinstance(body, str | None) or not isinstance(encoded, bool | None):
        raise bad("body is no string, or isBase64Encoded no boolean")
    if not encoded:
        return (body or "").encode("utf-8", "replace")
    try:
        return base64.b64decode(body or "", validate=True)
    except (binascii.Error, ValueError) as cause:
        raise bad(f"body is no base64: {cause}") from cause


def bad(what: str) -> ApiError:
    """An answer of the function that cannot be sent."""
    return ApiError(502, "BadResponse", f"the response of the function is not valid: {what}")


def is_utf8(body: bytes) -> bool:
    """Whether bytes are text."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
