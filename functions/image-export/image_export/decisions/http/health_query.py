"""The query of `GET /healthz`: whether anything is to be looked at. Pure."""

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.http import HttpRequest
from .unread import ADVICE, named, route_part

SWITCHES = ("true", "false")


def asks_live(request: HttpRequest) -> bool:
    """Whether it is to read nothing. Raises AskerFault 400."""
    strange = [name for name in request.query if name not in ("Live", "Paused")]
    if strange:
        message = " ".join(named(strange, route_part("query", "getHealth")))
        raise AskerFault(Cause(code="UnknownParameter", message=message, recommend=ADVICE))
    wrong = [name for name, value in request.query.items() if value not in SWITCHES]
    if wrong:
        message = " ".join(f"{name} must be true or false." for name in wrong)
        raise AskerFault(Cause(code="InvalidParameter", message=message))
    return request.query.get("Live") == "true"
