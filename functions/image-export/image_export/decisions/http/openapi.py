"""OpenAPI 3.1 of the HTTP entrance, made from the very types that decode requests and make answers. Pure."""

from typing import Any

import msgspec

from ... import __version__
from ...values.cause import Cause
from ...values.export import Export
from ..direct_request import Parameters
from .listing import Listing

EXPORT_ID = {"type": "string", "pattern": "^exp-[a-z2-7]{16}-[0-9]{4,9}$"}
EXAMPLE_ID = "exp-rtfyr2rqf6qlm2su-0001"
EXAMPLE = {"RegionId": "cn-hangzhou", "ImageId": "m-bp170tblytwmm8x372hb", "OSSBucket": "acme-images-hangzhou"}
RETRY = {"Retry-After": {"description": "Seconds until it is worth asking again", "schema": {"type": "integer"}}}
REQUEST_ID = {"x-request-id": {"description": "The invocation's id, as in the log", "schema": {"type": "string"}}}
ERRORS = {
    "400": "MissingParameter, InvalidParameter, UnknownParameter, or the cloud's own refusal",
    "401": "Unauthorized: no bearer token, or an unknown one",
    "403": "Forbidden.Policy, or the cloud's own refusal",
    "404": "ExportNotFound, NotFound, or the cloud's InvalidImageId.NotFound",
    "405": "MethodNotAllowed; Allow says what is possible",
    "409": "IdempotentParameterMismatch, PrefixInUse, or StartUnconfirmed",
    "413": "RequestEntityTooLarge",
    "415": "UnsupportedMediaType",
    "503": "The cloud or the ledger did not answer and nothing was recorded; Retry-After says when to ask again",
}


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
            "NextToken": {"type": ["string", "null"], "description": "Give it back for the next page"},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "image-export", "version": __version__, "license": {"name": "Apache-2.0"}},
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
    one = [{"name": "ExportId", "in": "path", "required": True, "schema": EXPORT_ID, "example": EXAMPLE_ID}]
    return {
        "/exports": {
            "post": {
                "operationId": "postExport",
                "summary": "Ask for an export",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Parameters"}, "example": EXAMPLE}
                    },
                },
                "responses": {
                    "202": _answer("Export", "A new export; follow it at Location", {**RETRY, **_location()}, _links()),
                    "200": _answer("Export", "The same export again, or a DryRun", _location(), _links()),
                    **_errors("400", "401", "403", "404", "409", "413", "415", "503"),
                },
            },
            "get": {
                "operationId": "listExports",
                "summary": "Exports, newest first",
                "parameters": [
                    {"name": name, "in": "query", "required": False, "schema": _not_null(schema)}
                    for name, schema in query.items()
                ],
                "responses": {"200": _answer("Exports", "A page"), **_errors("400", "401", "503")},
            },
        },
        "/exports/{ExportId}": {
            "parameters": one,
            "get": {
                "operationId": "getExport",
                "summary": "An export, with the progress of its task",
                "responses": {"200": _answer("Export", "The export"), **_errors("401", "404", "503")},
            },
            "delete": {
                "operationId": "cancelExport",
                "summary": "Cancel an export; the task's own end decides",
                "responses": {
                    "202": _answer("Export", "It is being cancelled, or was before it started", RETRY),
                    "200": _answer("Export", "It had ended before"),
                    **_errors("401", "404", "503"),
                },
            },
        },
        "/openapi.json": {"get": _plain("getOpenapi", "This document")},
        "/healthz": {"get": _plain("getHealth", "Our version and those of what was loaded")},
    }


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter of a query is there or not; it is never null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**kept, **choices[0]} if choices else kept


def _location() -> dict[str, Any]:
    return {"Location": {"description": "Where the export is", "schema": {"type": "string"}}}


def _links() -> dict[str, Any]:
    parameters = {"ExportId": "$response.body#/ExportId"}
    return {
        "get": {"operationId": "getExport", "parameters": parameters},
        "cancel": {"operationId": "cancelExport", "parameters": parameters},
    }


def _plain(operation: str, summary: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    ok = {"description": summary, "headers": REQUEST_ID, "content": content}
    return {"operationId": operation, "summary": summary, "responses": {"200": ok, **_errors("401", "503")}}


def _answer(
    schema: str, description: str, headers: dict[str, Any] | None = None, links: dict[str, Any] | None = None
) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    answer = {"description": description, "headers": {**REQUEST_ID, **(headers or {})}, "content": content}
    return {**answer, "links": links} if links else answer


def _errors(*statuses: str) -> dict[str, Any]:
    return {
        status: _answer("Error", ERRORS[status], RETRY if status == "503" else None) for status in (*statuses, "405")
    }
