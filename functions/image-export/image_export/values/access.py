"""Who may ask over HTTP, and what for: tokens as the ledger keeps them, and whoever has sent one. Pure."""

from datetime import datetime
from typing import Literal, get_args

import msgspec
from msgspec import field

from .wire import Wire

Scope = Literal["read", "ask", "cancel"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
FORM = r"iexp_[A-Za-z0-9_-]{43}"
"""The form of the tokens that we make. A text of another form is never looked up."""


class AccessToken(Wire, frozen=True, kw_only=True):
    """A token without its text: the ledger has it under its SHA-256."""

    name: str = field(name="Name")
    scopes: tuple[Scope, ...] = field(name="Scopes")
    expires_at: datetime = field(name="ExpiresAt")
    created_by: str = field(name="CreatedBy")


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever asks. `name` is of the token; None where FC has let the caller in. `address` as FC gives it."""

    name: str | None = None
    scopes: tuple[Scope, ...] = SCOPES
    address: str | None = None
