"""From an HTTP request to the event that a function gets of it. Pure.

Source: FC 3.0 page "Use an HTTP trigger to invoke a function" (built-in runtimes), struct "v1". It leaves open how a
path is written and which bodies count as binary: see `unsure`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from alicloud_emulator.unsure import Unsure

# Page "Web functions": neither these nor x-fc-* may be sent; transfer-encoding belongs to the connection.
KEPT_BACK = frozenset({"connection", "keep-alive", "transfer-encoding"})
TEXTUAL = ("application/json", "application/xml", "application/x-www-form-urlencoded", "application/yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request as it came over the wire."""

    method: str
    raw_path: str  # percent-encoded, without the query
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    protocol: str
    source_ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What FC adds to it."""

    account_id: str
    region: str
    domain_prefix: str
    request_id: str
    at: datetime


def make_event(request: HttpRequest, gateway: Gateway, unsure: Unsure) -> dict[str, Any]:
    """The event, in the order of the recorded sample."""
    path = readable(unquote(request.raw_path) if unsure.http_raw_path == "decoded" else request.raw_path)
    headers = read_headers(request.headers)
    body, encoded = write_body(request.body, headers.get("Content-Type", ""), unsure.http_body_base64)
    http = {
        "method": request.method,
        "path": path,
        "protocol": request.protocol,
        "sourceIp": request.source_ip,
        "userAgent": headers.get("User-Agent", ""),
    }
    return {
        "version": "v1",
        "rawPath": path,
        "body": body,
        "isBase64Encoded": encoded,
        "headers": headers if unsure.http_header_case == "canonical" else {n.lower(): v for n, v in headers.items()},
        "queryParameters": joined(parse_qsl(request.query, keep_blank_values=True)),
        "requestContext": {
            "accountId": gateway.account_id,
            "domainName": f"{gateway.domain_prefix}.{gateway.region}.fcapp.run",
            "domainPrefix": gateway.domain_prefix,
            "http": http,
            "requestId": gateway.request_id,
            "time": gateway.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "timeEpoch": str(int(gateway.at.timestamp() * 1000)),
        },
    }


def read_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by their canonical name; those that FC keeps for itself are left out."""
    named = ((name.lower(), value) for name, value in headers)
    return joined(
        (canonical(name), value) for name, value in named if name not in KEPT_BACK and not name.startswith("x-fc-")
    )


def canonical(name: str) -> str:
    """`content-type` as `Content-Type`."""
    return "-".join(part[:1].upper() + part[1:] for part in name.split("-"))


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One value for each name; several are joined by commas."""
    found: dict[str, str] = {}
    for name, value in pairs:
        name, value = readable(name), readable(value)
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def readable(text: str) -> str:
    """Text whose bytes were no UTF-8, with the replacement character for each of them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def write_body(body: bytes, content_type: str, base64_for: str) -> tuple[str, bool]:
    """The body as text, or as base64 where it is binary; whether it is base64."""
    if base64_for == "binary" and (not body or is_textual(content_type)):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def is_textual(content_type: str) -> bool:
    """Whether a media type is text; without a type a body is bytes."""
    media = content_type.partition(";")[0].strip().lower()
    return media.startswith("text/") or media in TEXTUAL or media.endswith(("+json", "+xml"))
