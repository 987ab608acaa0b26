"""Tokens of HTTP in the ledger: made, listed and revoked in the name of an operator. No function has the right to.

A token itself is told once, to whoever makes it. What stays is its SHA-256 and who may do what with it until when.
"""

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ...decisions.http.authentication import digest_of
from ...errors import AskerFault, FactUnreadable
from ...values.access import SCOPES, AccessToken
from ...values.cause import Cause
from ...values.ledger_keys import Access
from .ledger import Ledger

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
OF_THE_ENVIRONMENT = re.compile(r"token-[0-9]+")  # the names of those that IMAGE_EXPORT_HTTP_TOKENS holds
BYTES = 32  # 43 characters
LEAST_SHOWN = 8  # of a digest, by which a token that cannot be read is named


class KeptToken(NamedTuple):
    """A token as the ledger has it; `token` is None where this version does not understand it."""

    digest: str
    made_at: datetime
    token: AccessToken | None


def new_token(ledger: Ledger, token: AccessToken) -> str:
    """Keep the token, and answer its secret, which nobody can read again. Raises AskerFault 400 or 409, LedgerFault."""
    standing = tokens(ledger)  # and by that answer the ledger's time
    faults = list(_faults(token, ledger.now))
    if faults:
        raise AskerFault(Cause(code="InvalidParameter", message=" ".join(faults)))
    if any(kept.token and kept.token.name == token.name for kept in standing):
        message = f"There is a token {token.name} already."
        cause = Cause(code="TokenNameInUse", message=message, recommend="Revoke it, or name another.")
        raise AskerFault(cause, status=409)
    secret = f"iexp_{secrets.token_urlsafe(BYTES)}"
    ledger.mark(Access(digest_of(secret)).key, token)
    return secret


def tokens(ledger: Ledger) -> list[KeptToken]:
    """All tokens, the oldest first. Raises LedgerFault."""
    return sorted(_kept(ledger), key=lambda kept: kept.made_at)


def revoke_token(ledger: Ledger, name: str) -> int:
    """Remove every token of that name, or whose digest begins so; answers how many. Raises LedgerFault."""
    found = [kept for kept in tokens(ledger) if _is_named(kept, name)]
    for kept in found:
        ledger.delete(Access(kept.digest).key)
    return len(found)


def _kept(ledger: Ledger) -> Iterator[KeptToken]:
    for entry in ledger.walk(Access.below()):
        key = Access.read(entry.key)
        if key is None:
            continue
        try:
            found = ledger.read(entry.key, AccessToken)
        except FactUnreadable:
            yield KeptToken(key.digest, entry.modified_at, None)
        else:
            if found:
                yield KeptToken(key.digest, entry.modified_at, found.fact)


def _is_named(kept: KeptToken, name: str) -> bool:
    by_digest = len(name) >= LEAST_SHOWN and kept.digest.startswith(name)
    return by_digest or (kept.token is not None and kept.token.name == name)


def _faults(token: AccessToken, now: datetime) -> Iterator[str]:
    if not NAME.fullmatch(token.name) or OF_THE_ENVIRONMENT.fullmatch(token.name):
        yield "A name has 1 to 64 letters, digits and . _ @ -, begins with a letter or digit, and is not as token-1."
    if not token.scopes or not set[str](token.scopes) <= set[str](SCOPES):
        yield f"Scopes are one or more of {', '.join(SCOPES)}."
    if token.expires_at.tzinfo is None or token.expires_at <= now:
        yield "The expiry is a time with its zone that is yet to come."
