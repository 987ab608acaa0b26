"""The query of a list, read from its text with all its faults. Pure."""

import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.http import HttpRequest
from ..wording import misfit, shown
from .listing import Listing
from .unread import misplaced, route_part

FIELDS = {one.encode_name: one for one in msgspec.structs.fields(Listing)}
L = TypeVar("L", bound=msgspec.Struct)


def read_listing(request: HttpRequest) -> Listing:
    """The query of `GET /exports`. Raises AskerFault 400 with all its faults."""
    return read_query(request, Listing, "listExports")


def read_query(request: HttpRequest, listing: type[L], operation: str) -> L:
    """The query of that operation. Raises AskerFault 400 with all its faults."""
    faults = [*_faults(dict(request.query), listing, operation)]
    if faults:
        message = " ".join(message for _, message in faults)
        raise AskerFault(Cause(code=faults[0][0], message=message, recommend="Correct the query and send it again."))
    return msgspec.convert({name: _read(name, value) for name, value in request.query.items()}, listing)


def _faults(query: dict[str, str], listing: type[msgspec.Struct], operation: str) -> Iterator[tuple[str, str]]:
    fields = {one.encode_name: one for one in msgspec.structs.fields(listing)}
    for name, value in query.items():
        if name not in fields:
            yield "UnknownParameter", misplaced(name, route_part("query", operation))
        elif right := misfit(_read(name, value), fields[name].type):
            yield "InvalidParameter", f"{name} is {shown(value)}; {right}."


def _read(name: str, text: str) -> int | str:
    """The number that a text is, where one is asked for; else the text, which is no number."""
    return int(text) if name == "MaxResults" and re.fullmatch(r"[0-9]{1,4}", text) else text
