"""`GET /drills`: what it asks for, and its pages. Pure. NextToken is a place in the history of drills."""

from typing import Annotated

from msgspec import Meta, field

from ...values.drill.drill import DrillStatus, LevelVerdict
from ...values.drill.query import DrillQuery
from ...values.forms import EXPORT_ID
from ...values.ledger_keys import DrillHistory
from ...values.match import Glob, Text
from ...values.policy import RegionId
from ...values.wire import END, Wire
from . import next_token
from .listing import Account, Shown, Time, Token

ExportId = Annotated[str, Meta(pattern=f"^{EXPORT_ID}" + END, description="an ExportId")]


class DrillListing(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for: all that is given must fit."""

    region_id: RegionId | None = field(name="RegionId", default=None)
    export_id: ExportId | None = field(name="ExportId", default=None)
    status: DrillStatus | None = field(name="Status", default=None)
    verdict: LevelVerdict | None = field(name="Verdict", default=None)
    image_name: Glob | None = field(name="ImageName", default=None)
    name: Text | None = field(name="Name", default=None)
    account_id: Account | None = field(name="AccountId", default=None)
    since: Time | None = field(name="Since", default=None)
    until: Time | None = field(name="Until", default=None)
    max_results: Shown = field(name="MaxResults", default=20)
    next_token: Token | None = field(name="NextToken", default=None)


def query_of(listing: DrillListing) -> DrillQuery:
    """What is looked for, without the pages."""
    return DrillQuery(**{name: getattr(listing, name) for name in DrillQuery.__struct_fields__})


def after(listing: DrillListing) -> DrillHistory | None:
    """The name behind which the page begins. Raises AskerFault 400 for a token that no page gave."""
    return next_token.place(listing.next_token, DrillHistory.read)


def token(name: DrillHistory) -> str:
    """The NextToken that goes on behind this name."""
    return next_token.token(name.key)
