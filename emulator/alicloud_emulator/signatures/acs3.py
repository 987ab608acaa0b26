"""The signature ACS3-HMAC-SHA256, as the gateway, FC's API and an HTTP trigger of authType `function` check it.

Sources: page "V3 request structure and signature"; FC page "Configure signature authentication for HTTP
triggers", which signs no body: there x-acs-content-sha256 counts where it is sent
(docs/cloud-facts.md#fact-12-2, #fact-14-10).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from alicloud_emulator.errors import ApiError
from alicloud_emulator.signatures import tokens
from alicloud_emulator.signatures.words import FC_API, FC_TRIGGER, GATEWAY, Words

if TYPE_CHECKING:
    from alicloud_emulator.calls import Call
    from alicloud_emulator.identity import AccessKey
    from alicloud_emulator.signatures.keyring import Keyring

ALGORITHM = "ACS3-HMAC-SHA256"
AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{{64}})"
)
STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z")
SKEW = timedelta(minutes=15)


def canonical_request(
    method: str, path: str, query: str, headers: Mapping[str, str], signed: Iterable[str], payload: str
) -> str:
    """The request in the form that is signed: the path as it was sent, the first value of each parameter."""
    names = sorted(signed)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    return "\n".join((method, path.replace("$", "%24"), canonical_query(query), lines, ";".join(names), payload))


def canonical_query(query: str) -> str:
    """Parameters sorted by name and percent-encoded."""
    first: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        first.setdefault(name, value)
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(first.items()))


def sign(secret: str, canonical: str) -> str:
    """The signature of a canonical request."""
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode('utf-8', 'surrogateescape')).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def check(call: Call, keyring: Keyring, words: Words = FC_TRIGGER) -> AccessKey:
    """The key that signed, or a refusal in the words of the service."""
    headers = {name.lower(): ",".join(call.request.headers.getall(name)) for name in call.request.headers}
    for name in words.required:
        if not headers.get(name):
            raise ApiError(*words.missing, f"required HTTP header {named(name)} was not specified")
    _check_time(call, headers["x-acs-date"], words)
    access_key_id, signed, signature = _authorization(headers, words)
    key = keyring.keys.get(access_key_id)
    if key is None:
        raise ApiError(*words.unknown_key, f"invalid access key ID '{access_key_id}'")
    url, payload = call.request.rel_url, headers.get("x-acs-content-sha256", "")
    canonical = canonical_request(call.request.method, url.raw_path, url.raw_query_string, headers, signed, payload)
    if not hmac.compare_digest(sign(key.secret, canonical), signature):
        raise _mismatch(words)
    if payload and payload != hashlib.sha256(call.body).hexdigest():
        raise ApiError(*words.other_body, "the header x-acs-content-sha256 is not the SHA-256 of the body")
    tokens.check(key, headers.get("x-acs-security-token"), call.now, words.token)
    if nonce := headers.get("x-acs-signature-nonce"):
        keyring.nonces.use(key.access_key_id, nonce, call.clock.wall())
    return key


def check_gateway(call: Call, keyring: Keyring) -> AccessKey:
    """The same for an RPC action of ECS, STS, EventBridge or RAM."""
    return check(call, keyring, GATEWAY)


def check_fc(call: Call, keyring: Keyring) -> AccessKey:
    """The same for FC's API 2023-03-30."""
    return check(call, keyring, FC_API)


def is_used(headers: Mapping[str, str]) -> bool:
    """Whether a request is signed in this way."""
    return headers.get("Authorization", "").startswith(ALGORITHM)


def key_id(headers: Mapping[str, str]) -> str | None:
    """The key that a request names, believed or not."""
    return headers.get("Authorization", "").partition("Credential=")[2].partition(",")[0] or None


def named(header: str) -> str:
    """How refusals call a header; that of the time they call Date."""
    return "Date" if header == "x-acs-date" else header


def _authorization(headers: Mapping[str, str], words: Words) -> tuple[str, list[str], str]:
    """Key id, signed headers and signature; every x-acs-* header must be signed."""
    value = headers.get("authorization", "")
    found = AUTHORIZATION.fullmatch(value)
    if not found:
        raise ApiError(*words.malformed, f"invalid authorization '{value}'")
    signed = found[2].split(";")
    own = {name for name in headers if name.startswith("x-acs-")} | ({"host"} & set(words.required))
    if not own <= set(signed) <= set(headers):
        raise _mismatch(words)
    return found[1], signed, found[3]


def _check_time(call: Call, stamp: str, words: Words) -> None:
    signed_at, now = _read_time(stamp, words), call.clock.wall()
    if abs(now - signed_at) > SKEW:
        difference = f"the request time '{stamp}' and the current time '{now:%Y-%m-%dT%H:%M:%SZ}'"
        raise ApiError(*words.stale, f"the difference between {difference} is too large")


def _read_time(stamp: str, words: Words) -> datetime:
    """A time in UTC; the vendor's samples send it with and without fractions of a second."""
    found = STAMP.fullmatch(stamp)
    try:
        return datetime.fromisoformat(found[1] if found else "").replace(tzinfo=timezone.utc)
    except ValueError as cause:
        raise ApiError(*words.unreadable_time, f"x-acs-date is '{stamp}', want yyyy-MM-ddTHH:mm:ssZ") from cause


def _mismatch(words: Words) -> ApiError:
    message = "The request signature we calculated does not match the signature you provided. "
    return ApiError(*words.mismatch, f"{message}Check your access key and signing method")
