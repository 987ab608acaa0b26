"""The signature of FC's API 2016-08-15: HMAC-SHA256 over method, headers and path (docs/cloud-facts.md#fact-12-3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from alicloud_emulator.errors import ApiError
from alicloud_emulator.signatures import plain, tokens

if TYPE_CHECKING:
    from alicloud_emulator.calls import Call
    from alicloud_emulator.identity import AccessKey
    from alicloud_emulator.signatures.keyring import Keyring


def string_to_sign(method: str, path: str, headers: Mapping[str, str]) -> str:
    """What is signed: method, three headers, every x-fc-* header in order, and the path as it reads unescaped."""
    named = [headers.get(name, "") for name in ("content-md5", "content-type", "date")]
    own = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-fc-"))
    return "\n".join([method, *named, own + path])


def sign(secret: str, text: str) -> str:
    """The signature of a string."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def check(call: Call, keyring: Keyring) -> AccessKey:
    """The key that signed, or a refusal in FC's words."""
    headers = {name.lower(): value for name, value in call.request.headers.items()}
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    access_key_id, _, signature = credential.partition(":")
    if scheme != "FC" or not signature:
        raise ApiError(403, "AccessDenied", "the header Authorization is not `FC <key id>:<signature>`")
    key = keyring.keys.get(access_key_id)
    if key is None:
        raise ApiError(403, "InvalidAccessKeyID", "the AccessKey ID does not exist")
    if not headers.get("date"):
        raise ApiError(400, "MissingRequiredHeader", "the header Date is missing")
    plain.check_date(call, headers["date"])
    text = string_to_sign(call.request.method, unquote(urlsplit(call.request.raw_path).path), headers)
    if not hmac.compare_digest(sign(key.secret, text).encode(), signature.encode()):
        raise ApiError(403, "SignatureNotMatch", "the signature we calculated does not match the one provided")
    plain.check_md5(call, headers.get("content-md5"), in_hex_too=True)
    tokens.check(key, headers.get("x-fc-security-token"), call.now, tokens.FC)
    return key
