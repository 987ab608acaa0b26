"""The signature of RPC calls, HMAC-SHA1 over all parameters (document "Request signatures" of ECS)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import quote

from alicloud_emulator.errors import ApiError, missing_parameter
from alicloud_emulator.signatures import tokens

if TYPE_CHECKING:
    from alicloud_emulator.calls import Call
    from alicloud_emulator.identity import AccessKey
    from alicloud_emulator.signatures.keyring import Keyring

REQUIRED = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp")
SKEW = timedelta(minutes=15)


def string_to_sign(method: str, params: Mapping[str, str]) -> str:
    """What is signed: the method, and every parameter but the signature, sorted and percent-encoded twice."""
    query = "&".join(f"{percent(k)}={percent(v)}" for k, v in sorted(params.items()) if k != "Signature")
    return f"{method}&{percent('/')}&{percent(query)}"


def sign(secret: str, text: str) -> str:
    """The signature of a string; the key is the secret followed by an ampersand."""
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def percent(text: str) -> str:
    """RFC 3986: everything but letters, digits and `-_.~` is encoded."""
    return quote(text, safe="-_.~")


def check(call: "Call", keyring: "Keyring") -> "AccessKey":
    """The key that signed; the signature is judged before what it protects."""
    for name in REQUIRED:
        if name not in call.params:
            raise missing_parameter(name)
    if (call.params["SignatureMethod"], call.params["SignatureVersion"]) != ("HMAC-SHA1", "1.0"):
        raise ApiError(400, "InvalidParameter", "SignatureMethod must be HMAC-SHA1 and SignatureVersion 1.0.")
    key = keyring.keys.get(call.params["AccessKeyId"])
    if key is None:
        raise ApiError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    _check_time(call)
    text = string_to_sign(call.request.method, call.params)
    if not hmac.compare_digest(sign(key.secret, text).encode(), call.params["Signature"].encode()):
        raise ApiError(400, "SignatureDoesNotMatch", f"Specified signature is not matched with our calculation: {text}")
    tokens.check(key, call.params.get("SecurityToken"), call.now, tokens.RPC)
    keyring.nonces.use(key.access_key_id, call.params["SignatureNonce"], call.clock.wall())
    return key


def _check_time(call: "Call") -> None:
    stamp = call.params["Timestamp"]
    try:
        signed_at = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError as cause:
        raise ApiError(400, "IllegalTimestamp", f"Timestamp {stamp!r} is not yyyy-MM-ddTHH:mm:ssZ.") from cause
    if abs(call.clock.wall() - signed_at) > SKEW:
        raise ApiError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
