"""`GET /exports`: its query and its pages. Pure. NextToken is a place in the history."""

import base64
import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.export import Status
from ...values.http import HttpRequest
from ...values.ledger_keys import History
from ...values.policy import RegionId
from ...values.wire import END, Wire
from ..arrivals.direct import ImageId
from ..wording import misfit, shown
from .messages import invalid
from .unread import misplaced, route_part

SHOWN_MAX = 50

Shown = Annotated[int, Meta(ge=1, le=SHOWN_MAX, description=f"a number from 1 to {SHOWN_MAX}")]
Token = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_=-]{0,400}" + END, description="the NextToken of the page before; empty for the first"),
]


class Listing(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for: all that is given must fit."""

    region_id: RegionId | None = field(name="RegionId", default=None)
    image_id: ImageId | None = field(name="ImageId", default=None)
    status: Status | None = field(name="Status", default=None)
    max_results: Shown = field(name="MaxResults", default=20)
    next_token: Token | None = field(name="NextToken", default=None)


FIELDS = {one.encode_name: one for one in msgspec.structs.fields(Listing)}


def read_listing(request: HttpRequest) -> Listing:
    """The query. Raises AskerFault 400 with all its faults."""
    faults = [*_faults(dict(request.query))]
    if faults:
        message = " ".join(message for _, message in faults)
        raise AskerFault(Cause(code=faults[0][0], message=message, recommend="Correct the query and send it again."))
    return msgspec.convert({name: _read(name, value) for name, value in request.query.items()}, Listing)


def _faults(query: dict[str, str]) -> Any:
    for name, value in query.items():
        if name not in FIELDS:
            yield "UnknownParameter", misplaced(name, route_part("query", "listExports"))
        elif right := misfit(_read(name, value), FIELDS[name].type):
            yield "InvalidParameter", f"{name} is {shown(value)}; {right}."


def _read(name: str, text: str) -> int | str:
    """The number that a text is, where one is asked for; else the text, which is no number."""
    return int(text) if name == "MaxResults" and re.fullmatch(r"[0-9]{1,4}", text) else text


def after(listing: Listing) -> str:
    """The name behind which the page begins. Raises AskerFault 400 for a token that no page gave."""
    if not listing.next_token:
        return ""
    try:
        place = base64.urlsafe_b64decode(listing.next_token.encode()).decode()
    except ValueError as cause:
        raise invalid("NextToken is not one that a page gave.") from cause
    if not History.read(place):
        raise invalid("NextToken is not one that a page gave.")
    return place


def token(place: str) -> str:
    """The NextToken that goes on behind this name."""
    return base64.urlsafe_b64encode(place.encode()).decode()


def fits(listing: Listing, place: History) -> bool:
    """Whether the name alone fits the query."""
    return listing.region_id in (None, place.region_id) and listing.image_id in (None, place.image_id)
