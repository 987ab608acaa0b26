"""`GET /exports`: what it asks for, and its pages. Pure. NextToken is a place in the history."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from ...values.export import Status
from ...values.export_query import ExportQuery
from ...values.ledger_keys import History
from ...values.match import Glob, Text
from ...values.policy import RegionId
from ...values.wire import END, Wire
from ..arrivals.direct import ACCOUNT_ID, ImageId
from . import next_token

SHOWN_MAX = 50

Shown = Annotated[int, Meta(ge=1, le=SHOWN_MAX, description=f"a number from 1 to {SHOWN_MAX}")]
Account = Annotated[str, Meta(pattern=ACCOUNT_ID, description="the id of an account: 5 to 20 digits")]
Time = Annotated[
    datetime, Meta(tz=True, description="a time with its zone as in RFC 3339, such as 2026-11-24T08:00:00Z")
]
UNNAMED = "+"  # before the place of a token: among the exports of an image that have no name below it
Token = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_=-]{0,400}" + END, description="the NextToken of the page before; empty for the first"),
]


class Listing(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for: all that is given must fit."""

    region_id: RegionId | None = field(name="RegionId", default=None)
    image_id: ImageId | None = field(name="ImageId", default=None)
    status: Status | None = field(name="Status", default=None)
    image_name: Glob | None = field(name="ImageName", default=None)
    account_id: Account | None = field(name="AccountId", default=None)
    rule: Text | None = field(name="Rule", default=None)
    since: Time | None = field(name="Since", default=None)
    until: Time | None = field(name="Until", default=None)
    max_results: Shown = field(name="MaxResults", default=20)
    next_token: Token | None = field(name="NextToken", default=None)


def query_of(listing: Listing) -> ExportQuery:
    """What is looked for, without the pages."""
    return ExportQuery(**{name: getattr(listing, name) for name in ExportQuery.__struct_fields__})


def after(listing: Listing) -> tuple[History, bool] | None:
    """The place behind which the page begins. Raises AskerFault 400 for a token that no page gave."""
    return next_token.place(listing.next_token, _place)


def _place(text: str) -> tuple[History, bool] | None:
    name = History.read(text.removeprefix(UNNAMED))
    return (name, text.startswith(UNNAMED)) if name else None


def token(place: tuple[History, bool]) -> str:
    """The NextToken that goes on behind this place."""
    name, unnamed = place
    return next_token.token(f"{UNNAMED if unnamed else ''}{name.key}")
