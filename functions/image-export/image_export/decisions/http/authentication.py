"""Who may ask over HTTP, and what for. Fails closed: without tokens nobody may (docs/security.md). Pure.

A token is one of the environment's, which may do everything, or one that the ledger has.
"""

import hashlib
import hmac
import re
from datetime import datetime

from ...errors import AskerFault
from ...values.access import FORM, AccessToken, Caller, Scope
from ...values.cause import Cause
from ...values.http import HttpRequest
from ...values.settings import Settings

BEARER = re.compile(r"Bearer +([\x21-\x7e]{1,1024})", re.IGNORECASE)


def known_caller(settings: Settings, request: HttpRequest) -> Caller | None:
    """Who asks, by the settings alone. With `platform`, FC has let nobody else through (authType function or jwt).

    Every token is compared, each in constant time, so that the time taken says nothing of which one was close.
    """
    if settings.http_auth == "platform":
        return Caller(address=request.address)
    given = _given(request)
    digest = digest_of(given or "")
    known = [hmac.compare_digest(digest, token) for token in settings.http_tokens]
    if not given or not any(known):
        return None
    return Caller(name=f"token-{known.index(True) + 1}", address=request.address)


def digest_to_look_up(request: HttpRequest) -> str | None:
    """Under what the ledger would have the token; None where the text is none of ours: nobody is asked for it."""
    given = _given(request)
    return digest_of(given) if given and re.fullmatch(FORM, given) else None


def caller_of(token: AccessToken | None, request: HttpRequest, now: datetime | None = None) -> Caller:
    """Who asks, by what the ledger has at this time of its own. Raises AskerFault 401."""
    if token is None or now is None:
        raise _unauthorized(
            "Unauthorized", "The Authorization header holds no bearer token that is known here.", ADVICE
        )
    if now >= token.expires_at:
        message = f"The bearer token {token.name} has expired."
        raise _unauthorized("TokenExpired", message, "Ask whoever runs image-export for a new token.")
    return Caller(name=token.name, scopes=token.scopes, address=request.address)


def authorize(caller: Caller, scope: Scope | None) -> None:
    """Raises AskerFault 403 where the caller lacks what the route needs."""
    if scope is None or scope in caller.scopes:
        return
    message = f"The bearer token {caller.name} lacks the scope {scope}; it has {', '.join(caller.scopes) or 'none'}."
    advice = f"Ask whoever runs image-export for a token with the scope {scope}."
    raise AskerFault(Cause(code="InsufficientScope", message=message, recommend=advice), status=403)


def digest_of(token: str) -> str:
    """The SHA-256 of a token in hex, which alone is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


ADVICE = "Send Authorization: Bearer <token>; its SHA-256 stands in IMAGE_EXPORT_HTTP_TOKENS, or in the ledger."


def _given(request: HttpRequest) -> str | None:
    found = BEARER.fullmatch(request.headers.get("authorization", "").strip())
    return found[1] if found else None


def _unauthorized(code: str, message: str, advice: str) -> AskerFault:
    return AskerFault(Cause(code=code, message=message, recommend=advice), status=401)
