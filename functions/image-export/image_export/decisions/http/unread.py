"""A parameter in a place that its route does not read is refused, with the place where it belongs. Pure.

Taken no notice of, it would make a dry run a real one: clients of the RPC API put all parameters into the query.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.http import HttpRequest
from ..strict_json import NotJsonError, read_bytes
from ..wording import nearest, plain, shown
from .messages import LARGEST_BODY
from .routes import ROUTES, Route

NAMED_MAX = 10  # a message does not grow with what a stranger sends
NOTHING = (b"", b"{}", b"null")  # what clients send for no body
ADVICE = "Nothing was done. Put each parameter where it belongs and send it again; GET /openapi.json describes it."


class RoutePart(NamedTuple):
    """A part of a route in which parameters may stand: query, body or path."""

    part: str
    route: Route

    def __str__(self) -> str:
        return f"the {self.part} of {self.route}"


def route_part(part: str, operation: str) -> RoutePart:
    """The part of the route with that operationId."""
    return RoutePart(part, next(route for route in ROUTES if route.operation == operation))


def refuse_unread(route: Route, request: HttpRequest) -> None:
    """Raises AskerFault 400 UnknownParameter for a query or a body of which the route reads nothing."""
    faults = [] if route.query else [*named(list(request.query), RoutePart("query", route))]
    if route.body is None and request.body.strip() not in NOTHING:
        faults += _of_body(request.body, RoutePart("body", route))
    if faults:
        raise AskerFault(Cause(code="UnknownParameter", message=" ".join(faults), recommend=ADVICE))


def named(names: list[str], place: RoutePart) -> Iterator[str]:
    """What is wrong with each of them, as many as a message takes."""
    yield from (misplaced(name, place) for name in names[:NAMED_MAX])
    if len(names) > NAMED_MAX:
        yield f"Nor are {len(names) - NAMED_MAX} more."


def _of_body(body: bytes, place: RoutePart) -> Iterator[str]:
    try:
        tree = read_bytes(body) if len(body) <= LARGEST_BODY else None
    except NotJsonError:
        tree = None
    if isinstance(tree, dict):
        yield from named(list(tree), place)
    else:
        yield f"{place.route} reads no body, and this one has {len(body)} bytes."


def misplaced(name: str, place: RoutePart) -> str:
    """What is wrong with a name that is none in this place: where it belongs, or which one was meant."""
    homes = _homes()
    near = nearest(name, homes)
    if near is None:
        known = ", ".join(place.route.names(place.part))
        return f"{shown(name)} is not a parameter; {place} takes {f'only {known}' if known else 'none'}."
    if place in homes[near]:
        return f"{shown(name)} is not a parameter; did you mean {near}?"
    own = [home for home in homes[near] if home.route == place.route]
    beside = [home for home in homes[near] if home.route.parts[0] == place.route.parts[0]]
    there = " or ".join(map(str, own or beside or homes[near]))
    if plain(near) == plain(name):
        return f"{shown(name)} is not read in {place}; {near} belongs into {there}."
    return f"{shown(name)} is not a parameter; did you mean {near} in {there}?"


def _homes() -> dict[str, list[RoutePart]]:
    """Every parameter, and where it may stand."""
    homes: dict[str, list[RoutePart]] = {}
    for route in ROUTES:
        for part in ("path", "query", "body"):
            for name in route.names(part):
                homes.setdefault(name, []).append(RoutePart(part, route))
    return homes
