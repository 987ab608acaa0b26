"""The signature of EventBridge's data API: HMAC-SHA1 over method, three headers, x-acs-* headers and the path.

It covers the body only where the client sends Content-MD5, which the vendor's own client does not. Sources: package
alibabacloud-eventbridge-util for what is signed; EventBridge "Error codes" for the refusals, of which none is for a
stale or unreadable date.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from alicloud_emulator.errors import ApiError
from alicloud_emulator.signatures import plain, tokens

if TYPE_CHECKING:
    from alicloud_emulator.calls import Call
    from alicloud_emulator.identity import AccessKey
    from alicloud_emulator.signatures.keyring import Keyring


def string_to_sign(method: str, target: str, headers: Mapping[str, str]) -> str:
    """What is signed; header names are lower-case."""
    plain = [headers.get(name, "") for name in ("content-md5", "content-type", "date")]
    own = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-acs-"))
    return "\n".join((method, *plain, own + target))


def sign(secret: str, text: str) -> str:
    """The signature of a string."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def check(call: Call, keyring: Keyring) -> AccessKey:
    """The key that signed, or a refusal in EventBridge's words."""
    headers = {name.lower(): value for name, value in call.request.headers.items()}
    access_key_id, _, signature = headers.get("authorization", "").removeprefix("acs:").partition(":")
    key = keyring.keys.get(access_key_id)
    if key is None:
        code = "InvalidStsAccessKeyId" if access_key_id.startswith("STS.") else "InvalidAccessKeyId"
        raise ApiError(403, code, "The access Id you provided is not exist.")
    plain.check_date(call, headers.get("date", ""))
    expected = sign(key.secret, string_to_sign(call.request.method, call.request.raw_path, headers))
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        message = "The request signature we calculated does not match the signature you provided."
        raise ApiError(403, "SignatureDoesNotMatch", message)
    plain.check_md5(call, headers.get("content-md5"))
    tokens.check(key, headers.get("x-acs-security-token"), call.now, tokens.EVENTBRIDGE)
    keyring.nonces.use(access_key_id, headers.get("x-acs-signature-nonce", ""), call.clock.wall())
    return key
