"""OSS signature version 4, in the header (document "Include a V4 signature in the Authorization header")."""

import hashlib
import hmac
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.address import address
from alicloud_emulator.signatures import tokens

if TYPE_CHECKING:
    from aiohttp import web

    from alicloud_emulator.calls import Call
    from alicloud_emulator.identity import AccessKey
    from alicloud_emulator.signatures.keyring import Keyring

ALGORITHM = "OSS4-HMAC-SHA256"
SKEW = timedelta(minutes=15)
# Query parameters are signed as they are encoded; headers if they are one of these, x-oss-*, or announced.
ALWAYS_SIGNED = frozenset({"content-type", "content-md5"})


def check(call: "Call", keyring: "Keyring") -> "AccessKey":
    """The key that signed, or a refusal in OSS's words."""
    fields = authorization(call.request)
    access_key_id, date, region, product, terminator = scope(fields.get("Credential", ""))
    key = keyring.keys.get(access_key_id)
    if key is None:
        raise ApiError(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
    stamp = call.request.headers.get("x-oss-date", "")
    _check_time(call, stamp, date)
    if (product, terminator) != ("oss", "aliyun_v4_request"):
        raise ApiError(400, "InvalidArgument", "The credential scope must end in oss/aliyun_v4_request.")
    canonical = canonical_request(call.request, fields.get("AdditionalHeaders", ""))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{stamp}\n{date}/{region}/oss/aliyun_v4_request\n{digest}"
    if not hmac.compare_digest(sign(key.secret, date, region, text).encode(), fields.get("Signature", "").encode()):
        message = "The request signature we calculated does not match the signature you provided."
        raise ApiError(403, "SignatureDoesNotMatch", message)
    _check_payload(call)
    tokens.check(key, call.request.headers.get("x-oss-security-token"), call.now, tokens.OSS)
    return key


def authorization(request: "web.Request") -> dict[str, str]:
    """The fields of the Authorization header: Credential, AdditionalHeaders, Signature."""
    algorithm, _, rest = request.headers.get("Authorization", "").partition(" ")
    if algorithm != ALGORITHM:
        raise ApiError(403, "AccessDenied", f"Anonymous access is forbidden; only {ALGORITHM} is known here.")
    return {name.strip(): value for name, _, value in (part.partition("=") for part in rest.split(","))}


def scope(credential: str) -> tuple[str, str, str, str, str]:
    """Key id, date, region, product and terminator out of a Credential."""
    parts = credential.split("/")
    if len(parts) != 5:
        raise ApiError(400, "InvalidArgument", f"Credential {credential!r} has no five parts.")
    return parts[0], parts[1], parts[2], parts[3], parts[4]


def canonical_request(request: "web.Request", additional: str) -> str:
    """The request in the form that is signed."""
    parts, (bucket, key) = urlsplit(request.raw_path), address(request)
    announced = sorted(name.lower() for name in additional.split(";") if name)
    headers = sorted(
        (name.lower(), value.strip()) for name, value in request.headers.items() if is_signed(name.lower(), announced)
    )
    return "\n".join(
        (
            request.method,
            quote(f"/{bucket}/{key}" if bucket else "/", safe="/-_.~"),
            canonical_query(parts.query),
            "".join(f"{name}:{value}\n" for name, value in headers),
            ";".join(announced),
            request.headers.get("x-oss-content-sha256", ""),
        )
    )


def canonical_query(query: str) -> str:
    """The query sorted by encoded name; a parameter without a value stands without an equals sign."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, True))
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


def is_signed(name: str, announced: list[str]) -> bool:
    """Whether a header is part of what is signed."""
    return name.startswith("x-oss-") or name in ALWAYS_SIGNED or name in announced


def sign(secret: str, date: str, region: str, text: str) -> str:
    """The signature: the key is derived from the secret by date, region, product and protocol."""
    key = f"aliyun_v4{secret}".encode()
    for part in (date, region, "oss", "aliyun_v4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _check_time(call: "Call", stamp: str, date: str) -> None:
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError as cause:
        raise ApiError(403, "AccessDenied", f"x-oss-date {stamp!r} is not yyyyMMddTHHmmssZ.") from cause
    if not stamp.startswith(date):
        raise ApiError(400, "InvalidArgument", "The credential scope is not of the day of x-oss-date.")
    if abs(call.clock.wall() - signed_at) > SKEW:
        message = "The difference between the request time and the current time is too large."
        raise ApiError(403, "RequestTimeTooSkewed", message)


def _check_payload(call: "Call") -> None:
    """The body may be left out of the signature, and must be what was signed otherwise."""
    signed = call.request.headers.get("x-oss-content-sha256", "")
    if signed not in {"UNSIGNED-PAYLOAD", hashlib.sha256(call.body).hexdigest()}:
        raise ApiError(400, "InvalidArgument", "x-oss-content-sha256 is not the SHA-256 of the body.")
