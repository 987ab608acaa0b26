"""The answer of `token list`."""

from datetime import datetime

from msgspec import field

from image_export.values.access import Scope
from image_export.values.wire import Wire


class Token(Wire, frozen=True, kw_only=True):
    """A token without its secret. Of one that cannot be read only the time is known, and a name to revoke it by."""

    name: str = field(name="Name")
    scopes: tuple[Scope, ...] = field(name="Scopes", default=())
    expires_at: datetime | None = field(name="ExpiresAt", default=None)
    expired: bool = field(name="Expired", default=False)
    created_at: datetime = field(name="CreatedAt")
    created_by: str | None = field(name="CreatedBy", default=None)


class TokenList(Wire, frozen=True, kw_only=True):
    """All tokens, the oldest first."""

    tokens: tuple[Token, ...] = field(name="Tokens")
