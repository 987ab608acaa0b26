"""OpenAPI 3.1 of the HTTP entrance, made from the very types that decode requests and make answers. Pure."""

from typing import Any, NamedTuple

import msgspec

from ... import __version__
from ...values.cause import Cause
from ...values.export import Export
from ...values.forms import EXPORT_ID
from ..arrivals.direct import Parameters
from .described import (
    CANCELLED,
    COMPLETED,
    EXAMPLE_ID,
    EXPORTING,
    LOCATION,
    PAGE,
    REQUEST,
    REQUEST_ID,
    RETRY,
    always,
    answer,
    errors,
)
from .listing import Listing
from .routes import ROUTES, Route

ID = {"type": "string", "pattern": f"^{EXPORT_ID}$"}
PATH = [{"name": "ExportId", "in": "path", "required": True, "schema": ID, "example": EXAMPLE_ID}]
DESCRIPTION = """Exports of ECS custom images to OSS: asked for, listed, followed, cancelled.

What Function Compute refuses by itself has its own body (RequestId, Code, Message): 400 for headers over 8 KB, 403 for
a method that the trigger does not list, 413 for bodies over 32 MB, 429 while all instances are busy: ask again; 502."""


def openapi() -> dict[str, Any]:
    """The document."""
    kinds = (Parameters, Export, Listing, Cause)
    _, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schemas = {name: schema for name, schema in components.items() if name not in ("Listing", "Cause")}
    schemas["Cause"] = components["Cause"]
    schemas["Error"] = _error()
    schemas["Exports"] = {
        "type": "object",
        "required": ["Exports", "NextToken"],
        "properties": {
            "Exports": {"type": "array", "items": {"$ref": "#/components/schemas/Export"}},
            "NextToken": {
                "type": ["string", "null"],
                "description": "Give it back for the next page; a page may be short and go on, not empty",
            },
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "image-export",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": _paths(components["Listing"]["properties"]),
        "components": {"schemas": schemas, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _error() -> dict[str, Any]:
    """The ECS error body."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["RequestId", "Code", "Message", "Recommend"],
        "properties": {"RequestId": text, "Code": text, "Message": text, "Recommend": {"type": ["string", "null"]}},
    }


def _paths(query: dict[str, Any]) -> dict[str, Any]:
    """Every route, with what it reads; 400 for what it does not."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        item = paths.setdefault(route.path, {"parameters": PATH} if route.names("path") else {})
        item[route.method.lower()] = _operation(route, query)
    return paths


def _operation(route: Route, query: dict[str, Any]) -> dict[str, Any]:
    described = OPERATIONS[route.operation]
    operation: dict[str, Any] = {"operationId": route.operation, "summary": described.summary}
    if route.query:
        operation["parameters"] = [_asked(name, query[name]) for name in route.names("query")]
    if route.body:
        schema = {"$ref": f"#/components/schemas/{route.body().__name__}"}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": REQUEST}},
        }
    statuses = sorted({"400", "401", "405", "503", *described.errors})
    operation["responses"] = {**described.answers, **errors(*statuses, recorded=bool(route.body))}
    return operation


def _asked(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": _not_null(schema)}


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter of a query is there or not; it is never null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**kept, **choices[0]} if choices else kept


class Described(NamedTuple):
    """What an operation answers, and the errors besides those of every one."""

    summary: str
    answers: dict[str, Any]
    errors: tuple[str, ...] = ()


def _links() -> dict[str, Any]:
    parameters = {"ExportId": "$response.body#/ExportId"}
    return {
        "get": {"operationId": "getExport", "parameters": parameters},
        "cancel": {"operationId": "cancelExport", "parameters": parameters},
    }


def _plain(description: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {"description": description, "headers": {"x-request-id": REQUEST_ID}, "content": content}


NEW = {"Location": always(LOCATION), "Retry-After": always(RETRY)}
KNOWN = (
    "The same export again, or one that has ended already (no Retry-After then); "
    "for a DryRun what would happen, under an id (…-0000) that is not kept"
)
CANCELLING = "It is being cancelled (Retry-After), or was before it started"
OPERATIONS = {
    "postExport": Described(
        "Ask for an export",
        {
            "202": {**answer("Export", "A new export; follow it at Location", EXPORTING, NEW), "links": _links()},
            "200": answer("Export", KNOWN, EXPORTING, {"Location": LOCATION, "Retry-After": RETRY}),
        },
        ("403", "404", "409", "413", "415"),
    ),
    "listExports": Described(
        "Exports, newest first",
        {"200": answer("Exports", "A page; it is the last one only where NextToken is null", PAGE)},
    ),
    "getExport": Described(
        "An export, with the progress of its task",
        {"200": answer("Export", "The export; Retry-After until it has ended", COMPLETED, {"Retry-After": RETRY})},
        ("404",),
    ),
    "cancelExport": Described(
        "Cancel an export; the task's own end decides",
        {
            "202": answer("Export", CANCELLING, CANCELLED, {"Retry-After": RETRY}),
            "200": answer("Export", "It had ended before", COMPLETED),
        },
        ("404",),
    ),
    "getOpenapi": Described("This document", {"200": _plain("This document")}),
    "getHealth": Described(
        "Our version and those of what was loaded", {"200": _plain("Our version and those of what was loaded")}
    ),
}
