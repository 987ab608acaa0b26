"""The signature of FC's API 2016-08-15: HMAC-SHA256 over method, some headers and the path (facts §12.3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from emulator.errors import ApiError
from emulator.signatures import tokens

if TYPE_CHECKING:
    from emulator.calls import Call
    from emulator.identity import AccessKey

SKEW = timedelta(minutes=15)


def string_to_sign(method: str, path: str, headers: Mapping[str, str]) -> str:
    """What is signed: method, three headers, every x-fc-* header in order, and the path as it reads unescaped."""
    named = [headers.get(name, "") for name in ("content-md5", "content-type", "date")]
    own = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-fc-"))
    return "\n".join([method, *named, own + path])


def sign(secret: str, text: str) -> str:
    """The signature of a string."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def check(call: Call) -> AccessKey:
    """The key that signed, or a refusal in FC's words."""
    headers = {name.lower(): value for name, value in call.request.headers.items()}
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    access_key_id, _, signature = credential.partition(":")
    if scheme != "FC" or not signature:
        raise ApiError(403, "AccessDenied", "the header Authorization is not `FC <key id>:<signature>`")
    key = call.cloud.identity.keys.get(access_key_id)
    if key is None:
        raise ApiError(403, "InvalidAccessKeyID", "the AccessKey ID does not exist")
    _check_time(call, headers.get("date", ""))
    text = string_to_sign(call.request.method, unquote(urlsplit(call.request.raw_path).path), headers)
    if not hmac.compare_digest(sign(key.secret, text).encode(), signature.encode()):
        raise ApiError(403, "SignatureNotMatch", "the signature we calculated does not match the one provided")
    _check_body(call, headers.get("content-md5"))
    tokens.check(key, headers.get("x-fc-security-token"), call.now, tokens.FC)
    return key


def _check_time(call: Call, date: str) -> None:
    if not date:
        raise ApiError(400, "MissingRequiredHeader", "the header Date is missing")
    try:
        signed_at = parsedate_to_datetime(date)
    except ValueError as cause:
        raise ApiError(400, "InvalidArgument", f"the header Date is {date!r}, want RFC 1123 in GMT") from cause
    if signed_at.tzinfo is None or abs(call.cloud.clock.wall() - signed_at) > SKEW:
        raise ApiError(403, "RequestTimeTooSkewed", "the header Date is not within 15 minutes of our clock")


def _check_body(call: Call, signed: str | None) -> None:
    digest = base64.b64encode(hashlib.md5(call.body, usedforsecurity=False).digest()).decode()
    if signed is not None and signed not in (digest, hashlib.md5(call.body, usedforsecurity=False).hexdigest()):
        raise ApiError(400, "InvalidArgument", "the header Content-MD5 is not the MD5 of the body")
