"""The routes of the HTTP entrance: one table, of which dispatch, `Allow`, document and refusals are made. Pure.

What a route reads is loaded when somebody asks for it: a health check does not wait for it.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from ...values.access import Scope

Struct = type[msgspec.Struct]


def _listing() -> Struct:
    from .listing import Listing

    return Listing


def _parameters() -> Struct:
    from ..arrivals.direct import Parameters

    return Parameters


def _restore_listing() -> Struct:
    from .restore_listing import RestoreListing

    return RestoreListing


def _restore_parameters() -> Struct:
    from ..restore.parameters import RestoreParameters

    return RestoreParameters


def _drill_listing() -> Struct:
    from .drill_listing import DrillListing

    return DrillListing


def _health() -> Struct:
    from .health import HealthQuery

    return HealthQuery


class Route(NamedTuple):
    """One method of one path, written as in the document. `query`, `body`: whose fields are read there, if any are.

    `scope`: what a token must have; None: any token that is known. `policy`: it cannot be answered without the policy;
    what stands in the ledger can be shown and called off.
    """

    method: str
    path: str
    operation: str
    scope: Scope | None = None
    query: Callable[[], Struct] | None = None
    body: Callable[[], Struct] | None = None
    policy: bool = False

    @property
    def parts(self) -> list[str]:
        """The path without its slashes."""
        return split(self.path)

    def names(self, part: str) -> list[str]:
        """The parameters that are read in its query, body or path."""
        if part == "path":
            return [name[1:-1] for name in self.parts if name.startswith("{")]
        kind = self.query if part == "query" else self.body
        return [field.encode_name for field in msgspec.structs.fields(kind())] if kind else []

    @property
    def changes(self) -> bool:
        """Whether something may change by it."""
        return self.scope in ("ask", "cancel")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


ROUTES = (
    Route("POST", "/exports", "postExport", "ask", body=_parameters, policy=True),
    Route("GET", "/exports", "listExports", "read", query=_listing),
    Route("GET", "/exports/{ExportId}", "getExport", "read"),
    Route("DELETE", "/exports/{ExportId}", "cancelExport", "cancel"),
    Route("POST", "/restores", "postRestore", "ask", body=_restore_parameters, policy=True),
    Route("GET", "/restores", "listRestores", "read", query=_restore_listing),
    Route("GET", "/restores/{RestoreId}", "getRestore", "read"),
    Route("DELETE", "/restores/{RestoreId}", "cancelRestore", "cancel"),
    Route("GET", "/drills", "listDrills", "read", query=_drill_listing),
    Route("GET", "/drills/{DrillId}", "getDrill", "read"),
    Route("GET", "/openapi.json", "getOpenapi"),
    Route("GET", "/healthz", "getHealth", query=_health),
)


class Found(NamedTuple):
    """What is at a path: the routes by method, and the values of the names in braces."""

    routes: dict[str, Route]
    values: dict[str, str]


def split(path: str) -> list[str]:
    """The parts of a path; one slash more or less makes no other path of it."""
    return [part for part in path.split("/") if part]


def find(path: str) -> Found:
    """What is at this path; no routes where nothing is."""
    given = split(path)
    routes = {route.method: route for route in ROUTES if _fits(route.parts, given)}
    own = next(iter(routes.values())).parts if routes else []
    return Found(routes, {name[1:-1]: part for name, part in zip(own, given, strict=False) if name.startswith("{")})


def _fits(own: list[str], given: list[str]) -> bool:
    same = (name.startswith("{") or name == part for name, part in zip(own, given, strict=False))
    return len(own) == len(given) and all(same)
