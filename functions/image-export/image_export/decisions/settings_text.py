"""From the environment to Settings; all faults are reported together. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..errors import OurFault
from ..values.cause import Cause
from ..values.forms import BUCKET
from ..values.settings import Settings

KEY = r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*"
LEDGER = re.compile(rf"oss://({BUCKET})(?:/({KEY})?)?/?")
POLICY = re.compile(rf"oss://{BUCKET}/{KEY}|[A-Za-z0-9_-][A-Za-z0-9._-]*")
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ENDPOINT = re.compile(rf"https://(?:{LABEL}(?:\.{LABEL})*|\[[0-9a-fA-F:]+\])(?::\d{{1,5}})?/?")
LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?/?")
LEVELS = ("debug", "info", "warning", "error")
AUTHS = ("bearer", "platform")
SHA256 = re.compile(r"[0-9a-f]{64}")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings; an empty variable counts as unset. Raises OurFault `SettingsInvalid` that names every fault."""
    faults = list(_faults(environ))
    if faults:
        advice = "Correct environmentVariables in s.yaml and deploy again."
        raise OurFault(Cause(code="SettingsInvalid", message="; ".join(faults), recommend=advice))
    ledger = LEDGER.fullmatch(_given(environ, "LEDGER"))
    values: dict[str, Any] = {
        "ledger_bucket": ledger and ledger[1],
        "ledger_prefix": (ledger and ledger[2]) or "",
        "policy": _given(environ, "POLICY"),
        "endpoint": _given(environ, "ENDPOINT").rstrip("/"),
        "http_auth": _given(environ, "HTTP_AUTH"),
        "http_tokens": _tokens(environ),
        "log_level": _given(environ, "LOG_LEVEL").lower(),
    }
    return msgspec.convert({name: value for name, value in values.items() if value != ""}, Settings)


def _given(environ: Mapping[str, str], name: str) -> str:
    return environ.get(f"IMAGE_EXPORT_{name}", "").strip()


def _tokens(environ: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(token.strip().lower() for token in _given(environ, "HTTP_TOKENS").split(",") if token.strip())


def _faults(environ: Mapping[str, str]) -> Iterator[str]:
    ledger, policy, endpoint = (_given(environ, name) for name in ("LEDGER", "POLICY", "ENDPOINT"))
    level, auth = _given(environ, "LOG_LEVEL"), _given(environ, "HTTP_AUTH")
    if not LEDGER.fullmatch(ledger):
        yield f"IMAGE_EXPORT_LEDGER is {ledger!r}; it must be oss://bucket/prefix or oss://bucket"
    if policy and not POLICY.fullmatch(policy):
        yield f"IMAGE_EXPORT_POLICY is {policy!r}; it must be a file beside index.py or oss://bucket/key"
    if endpoint and not _is_endpoint(endpoint):
        yield f"IMAGE_EXPORT_ENDPOINT is {_bare(endpoint)!r}; it must be https://host[:port], or http on loopback"
    if level and level.lower() not in LEVELS:
        yield f"IMAGE_EXPORT_LOG_LEVEL is {level!r}; it must be one of {', '.join(LEVELS)}"
    if auth and auth not in AUTHS:
        yield f"IMAGE_EXPORT_HTTP_AUTH is {auth!r}; it must be {' or '.join(AUTHS)}"
    yield from _token_faults(_tokens(environ))


def _is_endpoint(url: str) -> bool:
    """The forms let an address of colons alone pass, and a port of 99999; whoever connects would stumble."""
    if not ENDPOINT.fullmatch(url) and not LOOPBACK.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        if parts.netloc.startswith("["):
            from ipaddress import IPv6Address  # here, since hardly anybody has one

            IPv6Address(parts.hostname or "")
        return parts.port != 0
    except ValueError:
        return False


def _bare(url: str) -> str:
    """Without the user and password that somebody may have put there, and without the query."""
    return re.sub(r"[?#].*", "", re.sub(r"//.*@", "//…@", url))


def _token_faults(tokens: tuple[str, ...]) -> Iterator[str]:
    """Never shows a token: somebody may have set the token itself instead of its hash."""
    wrong = [str(number) for number, token in enumerate(tokens, 1) if not SHA256.fullmatch(token)]
    if wrong:
        yield f"IMAGE_EXPORT_HTTP_TOKENS: number {', '.join(wrong)} is not the SHA-256 of a token in hex"
