"""OpenAPI 3.1 of the HTTP entrance, made from the very types that decode requests and make answers. Pure."""

from typing import Any

import msgspec

from ... import __version__
from ...values.cause import Cause
from ...values.drill.drill import Drill
from ...values.export import Export
from ...values.restore.restore import Restore, RestorePlan
from ..arrivals.direct import Parameters
from ..restore.parameters import RestoreParameters
from .described import EXAMPLE_ID, errors, or_unhealthy
from .drill_listing import DrillListing
from .health import HealthQuery
from .health_answer import Alive, Health
from .listing import Listing
from .not_found import FORMS
from .operations import OPERATIONS
from .operations_of_drills import DRILL_ID
from .operations_of_restores import RESTORE_ID
from .restore_listing import RestoreListing
from .routes import ROUTES, Route

EXAMPLES = {"ExportId": EXAMPLE_ID, "RestoreId": RESTORE_ID, "DrillId": DRILL_ID}
QUERIES = (Listing, RestoreListing, DrillListing, HealthQuery)
DESCRIPTION = """Exports of ECS custom images to OSS, and restores: asked for, listed, followed, cancelled. Drills are
listed and followed.

What Function Compute refuses by itself has its own body (RequestId, Code, Message): 400 for headers over 8 KB, 403 for
a method that the trigger does not list, 413 for bodies over 32 MB, 429 while all instances are busy: ask again; 502."""


def openapi() -> dict[str, Any]:
    """The document."""
    kinds = (*QUERIES, Parameters, Export, RestoreParameters, Restore, RestorePlan, Drill, Health, Alive, Cause)
    _, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    queries = {kind.__name__: components.pop(kind.__name__)["properties"] for kind in QUERIES}
    pages = {f"{kind}s": _page(kind) for kind in ("Export", "Restore", "Drill")}
    schemas = {**components, "Error": _error(), **pages}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "image-export",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": _paths(queries),
        "components": {"schemas": schemas, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _page(kind: str) -> dict[str, Any]:
    """A page of a list."""
    return {
        "type": "object",
        "required": [f"{kind}s", "NextToken"],
        "properties": {
            f"{kind}s": {"type": "array", "items": {"$ref": f"#/components/schemas/{kind}"}},
            "NextToken": {
                "type": ["string", "null"],
                "description": "Give it back for the next page; a page may be short and go on, not empty",
            },
        },
    }


def _error() -> dict[str, Any]:
    """The ECS error body."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["RequestId", "Code", "Message", "Recommend"],
        "properties": {"RequestId": text, "Code": text, "Message": text, "Recommend": {"type": ["string", "null"]}},
    }


def _paths(queries: dict[str, Any]) -> dict[str, Any]:
    """Every route, with what it reads; 400 for what it does not."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        named = route.names("path")
        item = paths.setdefault(route.path, {"parameters": [*map(_in_path, named)]} if named else {})
        item[route.method.lower()] = _operation(route, queries)
    return paths


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{FORMS[name]}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": EXAMPLES[name]}


def _operation(route: Route, queries: dict[str, Any]) -> dict[str, Any]:
    described = OPERATIONS[route.operation]
    operation: dict[str, Any] = {"operationId": route.operation, "summary": described.summary}
    if route.query:
        properties = queries[route.query().__name__]
        operation["parameters"] = [_asked(name, properties[name]) for name in route.names("query")]
    if route.body:
        schema = {"$ref": f"#/components/schemas/{route.body().__name__}"}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": described.request}},
        }
    if route.scope:
        operation["security"] = [{"bearer": [route.scope]}]
    scoped = ("403",) if route.scope else ()
    statuses = sorted({"400", "401", *scoped, "405", "503", *described.errors})
    operation["responses"] = {**described.answers, **errors(*statuses, recorded=bool(route.body))}
    if route.operation == "getHealth":
        operation["responses"]["503"] = or_unhealthy(operation["responses"]["503"])
    return operation


def _asked(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": _not_null(schema)}


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter of a query is there or not; it is never null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**kept, **choices[0]} if choices else kept
