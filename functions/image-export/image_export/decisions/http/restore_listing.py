"""`GET /restores`: what it asks for, and its pages. Pure. NextToken is a place in the history of restores."""

from msgspec import field

from ...values.ledger_keys import RestoreHistory
from ...values.match import Glob
from ...values.policy import RegionId
from ...values.restore.query import RestoreQuery
from ...values.restore.restore import RestoreStatus
from ...values.wire import Wire
from . import next_token
from .listing import Account, Shown, Time, Token


class RestoreListing(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for: all that is given must fit."""

    region_id: RegionId | None = field(name="RegionId", default=None)
    status: RestoreStatus | None = field(name="Status", default=None)
    image_name: Glob | None = field(name="ImageName", default=None)
    account_id: Account | None = field(name="AccountId", default=None)
    since: Time | None = field(name="Since", default=None)
    until: Time | None = field(name="Until", default=None)
    max_results: Shown = field(name="MaxResults", default=20)
    next_token: Token | None = field(name="NextToken", default=None)


def query_of(listing: RestoreListing) -> RestoreQuery:
    """What is looked for, without the pages."""
    return RestoreQuery(**{name: getattr(listing, name) for name in RestoreQuery.__struct_fields__})


def after(listing: RestoreListing) -> RestoreHistory | None:
    """The name behind which the page begins. Raises AskerFault 400 for a token that no page gave."""
    return next_token.place(listing.next_token, RestoreHistory.read)


def token(name: RestoreHistory) -> str:
    """The NextToken that goes on behind this name."""
    return next_token.token(name.key)
