"""OSS signature version 1, HMAC-SHA1 in the header (document "Include signatures in the Authorization header").

It covers the method, Content-MD5, Content-Type, the date, x-oss-* headers, bucket, key and sub-resources: neither other
parameters nor the body, unless Content-MD5 is sent. No region is signed.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from alicloud_emulator.errors import ApiError
from alicloud_emulator.signatures import tokens

if TYPE_CHECKING:
    from alicloud_emulator.calls import Call
    from alicloud_emulator.identity import AccessKey
    from alicloud_emulator.signatures.keyring import Keyring

SKEW = timedelta(minutes=15)
# Parameters of a query that are part of what is signed, of those that can be sent here.
NAMES = """
    acl append bucketInfo comp continuation-token cors delete encryption lifecycle location logging objectMeta
    partNumber policy position referer response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires restore security-token stat status symlink tagging
    uploadId uploads versionId versioning versions website x-oss-process x-oss-traffic-limit
"""
SUBRESOURCES = frozenset(NAMES.split())


def string_to_sign(method: str, resource: str, headers: Mapping[str, str]) -> str:
    """What is signed; header names are lower-case."""
    plain = [headers.get(name, "") for name in ("content-md5", "content-type")]
    date = headers.get("x-oss-date") or headers.get("date", "")
    own = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-oss-"))
    return "\n".join((method, *plain, date, own + resource))


def resource(params: Mapping[str, str]) -> str:
    """Bucket, key and sub-resources, none of them encoded."""
    chosen = sorted((name, value) for name, value in params.items() if name in SUBRESOURCES)
    query = "&".join(f"{name}={value}" if value else name for name, value in chosen)
    path = f"/{params['bucket']}/{params['key']}" if params["bucket"] else "/"
    return f"{path}?{query}" if query else path


def sign(secret: str, text: str) -> str:
    """The signature of a string."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def check(call: "Call", keyring: "Keyring") -> "AccessKey":
    """The key that signed, or a refusal in OSS's words."""
    headers = {name.lower(): value for name, value in call.request.headers.items()}
    access_key_id, _, signature = headers["authorization"].removeprefix("OSS ").partition(":")
    key = keyring.keys.get(access_key_id)
    if key is None:
        raise ApiError(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
    _check_time(call, headers.get("x-oss-date") or headers.get("date", ""))
    text = string_to_sign(call.request.method, resource(call.params), headers)
    if not hmac.compare_digest(sign(key.secret, text).encode(), signature.encode()):
        message = "The request signature we calculated does not match the signature you provided."
        raise ApiError(403, "SignatureDoesNotMatch", message)
    tokens.check(key, headers.get("x-oss-security-token"), call.now, tokens.OSS)
    return key


def _check_time(call: "Call", date: str) -> None:
    try:
        signed_at = parsedate_to_datetime(date)
    except ValueError as cause:
        raise ApiError(403, "AccessDenied", "OSS authentication requires a valid Date.") from cause
    if signed_at.tzinfo is None or abs(call.clock.wall() - signed_at) > SKEW:
        message = "The difference between the request time and the current time is too large."
        raise ApiError(403, "RequestTimeTooSkewed", message)
