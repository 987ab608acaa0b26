"""NextToken: a place in a list, as a page gives it and the next request brings it back. Pure; knows no list."""

import base64
from collections.abc import Callable
from typing import TypeVar

from .messages import invalid

T = TypeVar("T")


def place(token: str | None, understood: Callable[[str], T | None]) -> T | None:
    """The place behind which a page begins; None for the first page. Raises AskerFault 400 for what no page gave."""
    if not token:
        return None
    try:
        found = understood(base64.urlsafe_b64decode(token.encode()).decode())
    except ValueError as cause:
        raise invalid("NextToken is not one that a page gave.") from cause
    if found is None:
        raise invalid("NextToken is not one that a page gave.")
    return found


def token(text: str) -> str:
    """The NextToken of that place."""
    return base64.urlsafe_b64encode(text.encode()).decode()
