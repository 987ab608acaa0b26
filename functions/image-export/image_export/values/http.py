"""A request and an answer of HTTP, as an FC trigger hands them over. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked. Header names are lower case; several values of a name are joined by commas, as FC does."""

    request_id: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    address: str | None = None  # from where, as FC gives it


class HttpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered: a status, a JSON value and headers besides the usual ones."""

    status: int
    value: Any
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
