"""From the environment to Settings; all faults are reported together. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ..errors import OurFault
from ..values.cause import Cause
from ..values.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LEVELS = ("debug", "info", "warning", "error")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings; an empty variable counts as unset. Raises OurFault `SettingsInvalid` that names every fault."""
    given = {name: environ.get(f"IMAGE_EXPORT_{name}") or None for name in ("LEDGER", "POLICY", "ENDPOINT")}
    level = (environ.get("IMAGE_EXPORT_LOG_LEVEL") or "info").lower()
    auth = environ.get("IMAGE_EXPORT_HTTP_AUTH") or "bearer"
    tokens = tuple(filter(None, (environ.get("IMAGE_EXPORT_HTTP_TOKENS") or "").replace(" ", "").split(",")))
    ledger = re.fullmatch(r"oss://([a-z0-9][a-z0-9-]{1,61}[a-z0-9])(?:/(.*?))?/?", given["LEDGER"] or "")
    faults = [
        fault
        for fault in (
            None if ledger else f"IMAGE_EXPORT_LEDGER is {given['LEDGER']!r}; it must be oss://bucket/prefix",
            _endpoint_fault(given["ENDPOINT"]),
            None if level in LEVELS else f"IMAGE_EXPORT_LOG_LEVEL is {level!r}; it must be one of {', '.join(LEVELS)}",
            None if auth in ("bearer", "platform") else f"IMAGE_EXPORT_HTTP_AUTH is {auth!r}; bearer or platform",
            _tokens_fault(tokens),
        )
        if fault
    ]
    if faults or ledger is None:
        advice = "Correct environmentVariables in s.yaml and deploy again."
        raise OurFault(Cause(code="SettingsInvalid", message="; ".join(faults), recommend=advice))
    return Settings(
        ledger_bucket=ledger[1],
        ledger_prefix=ledger[2] or "",
        policy=given["POLICY"] or "policy.yaml",
        endpoint=given["ENDPOINT"],
        http_auth="platform" if auth == "platform" else "bearer",
        http_tokens=tokens,
        log_level=level,
    )


def _endpoint_fault(endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    url = urlsplit(endpoint)
    if url.scheme == "https" and url.hostname and not url.path.strip("/"):
        return None
    if url.scheme == "http" and url.hostname in LOOPBACK:
        return None
    return f"IMAGE_EXPORT_ENDPOINT is {endpoint!r}; it must be an https URL without a path, or http on loopback"


def _tokens_fault(tokens: tuple[str, ...]) -> str | None:
    """Never shows a token: somebody may have set the token itself instead of its hash."""
    wrong = [number for number, token in enumerate(tokens, 1) if not re.fullmatch(r"[0-9a-fA-F]{64}", token)]
    return f"IMAGE_EXPORT_HTTP_TOKENS: number {wrong} is not the SHA-256 of a token in hex" if wrong else None
