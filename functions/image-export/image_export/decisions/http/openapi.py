"""OpenAPI 3.1 of the HTTP entrance, made from the very types that decode requests and make answers. Pure."""

from typing import Any

import msgspec

from ... import __version__
from ...values.cause import Cause
from ...values.export import Export
from ...values.forms import EXPORT_ID
from ..direct_request import Parameters
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

ID = {"type": "string", "pattern": f"^{EXPORT_ID}$"}
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
                "description": "Give it back for the next page; a page may be short, even empty, and go on",
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
    one = [{"name": "ExportId", "in": "path", "required": True, "schema": ID, "example": EXAMPLE_ID}]
    return {
        "/exports": {"post": _post(), "get": _list(query)},
        "/exports/{ExportId}": {"parameters": one, "get": _get(), "delete": _delete()},
        "/openapi.json": {"get": _plain("getOpenapi", "This document")},
        "/healthz": {"get": _plain("getHealth", "Our version and those of what was loaded")},
    }


def _post() -> dict[str, Any]:
    new = {"Location": always(LOCATION), "Retry-After": always(RETRY)}
    known = (
        "The same export again, or one that has ended already (no Retry-After then); "
        "for a DryRun what would happen, under an id (…-0000) that is not kept"
    )
    return {
        "operationId": "postExport",
        "summary": "Ask for an export",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Parameters"}, "example": REQUEST}
            },
        },
        "responses": {
            "202": {**answer("Export", "A new export; follow it at Location", EXPORTING, new), "links": _links()},
            "200": answer("Export", known, EXPORTING, {"Location": LOCATION, "Retry-After": RETRY}),
            **errors("400", "401", "403", "404", "409", "413", "415", "503", recorded=True),
        },
    }


def _links() -> dict[str, Any]:
    parameters = {"ExportId": "$response.body#/ExportId"}
    return {
        "get": {"operationId": "getExport", "parameters": parameters},
        "cancel": {"operationId": "cancelExport", "parameters": parameters},
    }


def _list(query: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "query", "required": False, "schema": _not_null(schema)} for name, schema in query.items()
    ]
    return {
        "operationId": "listExports",
        "summary": "Exports, newest first",
        "parameters": parameters,
        "responses": {
            "200": answer("Exports", "A page; it is the last one only where NextToken is null", PAGE),
            **errors("400", "401", "503"),
        },
    }


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter of a query is there or not; it is never null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**kept, **choices[0]} if choices else kept


def _get() -> dict[str, Any]:
    return {
        "operationId": "getExport",
        "summary": "An export, with the progress of its task",
        "responses": {
            "200": answer("Export", "The export; Retry-After until it has ended", COMPLETED, {"Retry-After": RETRY}),
            **errors("401", "404", "503"),
        },
    }


def _delete() -> dict[str, Any]:
    asked = "It is being cancelled (Retry-After), or was before it started"
    return {
        "operationId": "cancelExport",
        "summary": "Cancel an export; the task's own end decides",
        "responses": {
            "202": answer("Export", asked, CANCELLED, {"Retry-After": RETRY}),
            "200": answer("Export", "It had ended before", COMPLETED),
            **errors("401", "404", "503"),
        },
    }


def _plain(operation: str, summary: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    ok = {"description": summary, "headers": {"x-request-id": REQUEST_ID}, "content": content}
    return {"operationId": operation, "summary": summary, "responses": {"200": ok, **errors("401", "503")}}
