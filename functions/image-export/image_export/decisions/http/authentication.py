"""Who may ask over HTTP. Fails closed: without tokens nobody may (docs/security.md). Pure."""

import hashlib
import hmac
import re

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.http import HttpRequest
from ...values.settings import Settings

BEARER = re.compile(r"Bearer +([\x21-\x7e]{1,1024})", re.IGNORECASE)


def authenticate(settings: Settings, request: HttpRequest) -> None:
    """Raises AskerFault 401. With `platform`, FC has let nobody else through (authType function or jwt).

    Every token is compared, each in constant time, so that the time taken says nothing of which one was close.
    """
    if settings.http_auth == "platform":
        return
    given = BEARER.fullmatch(request.headers.get("authorization", "").strip())
    digest = hashlib.sha256((given[1] if given else "").encode()).hexdigest()
    known = [hmac.compare_digest(digest, token) for token in settings.http_tokens]
    if not given or not any(known):
        raise AskerFault(
            Cause(
                code="Unauthorized",
                message="The Authorization header holds no bearer token that is known here.",
                recommend="Send Authorization: Bearer <token>; its SHA-256 stands in IMAGE_EXPORT_HTTP_TOKENS.",
            ),
            status=401,
        )
