"""From FC's HTTP event to a request, and from an answer to FC's struct (docs/cloud-facts.md#fact-7-4). Pure."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.http import HttpAnswer, HttpRequest
from ..strict_json import NotJsonError, RepeatedKeys, read_bytes

ENCODED = {True: True, "true": True, "True": True, False: False, "false": False, "False": False, None: False}
ADDRESS = re.compile(r"[0-9A-Fa-f.:]{3,45}")
LARGEST_BODY = 64 * 1024  # the largest request that means something has about 500 bytes


def read_request(event: bytes, request_id: str) -> HttpRequest:
    """The request. Raises AskerFault 400 where the event or its body cannot be read."""
    try:
        tree = json.loads(event)
        http = tree["requestContext"]["http"]
        headers = {str(name).lower(): str(value) for name, value in (tree.get("headers") or {}).items()}
        query = {str(name): str(value) for name, value in (tree.get("queryParameters") or {}).items()}
        return HttpRequest(
            request_id=request_id,
            method=str(http["method"]).upper(),
            path=str(tree.get("rawPath") or http.get("path") or "/"),
            query=query,
            headers=headers,
            address=_address(http.get("sourceIp")),
            body=_body(tree.get("body"), encoded=ENCODED[tree.get("isBase64Encoded")]),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as cause:
        raise invalid("The request cannot be read: it is no HTTP event, or its body is not base64.") from cause


def _address(given: Any) -> str | None:
    """An address as FC gives it. It goes into facts and the log, so nothing else does."""
    text = str(given)
    return text if ADDRESS.fullmatch(text) else None


def _body(text: Any, *, encoded: bool) -> bytes:
    body = "" if text is None else str(text)
    return base64.b64decode(body, validate=True) if encoded else body.encode()


def read_body(request: HttpRequest) -> Mapping[str, Any]:
    """The JSON object of the body. Raises AskerFault 400, 413 or 415."""
    if not request.body:
        raise invalid("The body is empty; it must be a JSON object, with Content-Type: application/json.")
    _check_media(request.headers)
    if len(request.body) > LARGEST_BODY:
        message = f"The body has {len(request.body)} bytes; at most {LARGEST_BODY} are read."
        raise AskerFault(Cause(code="RequestEntityTooLarge", message=message), status=413)
    try:
        tree = read_bytes(request.body)
    except NotJsonError as cause:
        raise invalid(f"The body {cause}.") from cause
    if isinstance(tree, RepeatedKeys):
        raise invalid(f"Given more than once: {', '.join(map(repr, tree.repeated))[:200]}.")
    if not isinstance(tree, dict):
        raise invalid("The body must be a JSON object.")
    return tree


def _check_media(headers: Mapping[str, str]) -> None:
    """Raises AskerFault 415 for a body that is compressed, or of another type."""
    coding = headers.get("content-encoding", "").strip()
    if coding.lower() not in ("", "identity"):
        raise _unsupported(f"Content-Encoding is {coding[:80]!r}; the body must come without one, as it is.")
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise _unsupported(f"Content-Type is {kind[:80]!r}; it must be application/json.")


def _unsupported(message: str) -> AskerFault:
    return AskerFault(Cause(code="UnsupportedMediaType", message=message), status=415)


def invalid(message: str, status: int = 400) -> AskerFault:
    """An InvalidParameter."""
    advice = "Correct the request and send it again; GET /openapi.json describes it."
    return AskerFault(Cause(code="InvalidParameter", message=message, recommend=advice), status=status)


def struct(answer: HttpAnswer, request_id: str) -> dict[str, Any]:
    """FC's answer. The body is ASCII: whatever a stranger's text holds, it stays JSON."""
    headers = {"content-type": "application/json", "x-request-id": request_id, "cache-control": "no-store"}
    body = json.dumps(msgspec.to_builtins(answer.value))
    return {
        "statusCode": answer.status,
        "headers": {**headers, **answer.headers},
        "isBase64Encoded": False,
        "body": body,
    }
