"""What each operation answers, for the OpenAPI document: of exports, and of the entrance itself. Pure."""

from typing import Any

from .described import (
    CANCELLED,
    COMPLETED,
    EXPORTING,
    HEALTHY,
    LOCATION,
    PAGE,
    REQUEST,
    REQUEST_ID,
    RETRY,
    Described,
    always,
    answer,
    or_schema,
)
from .operations_of_drills import OF_DRILLS
from .operations_of_restores import OF_RESTORES


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
OPERATIONS: dict[str, Described] = {
    "postExport": Described(
        "Ask for an export",
        {
            "202": {**answer("Export", "A new export; follow it at Location", EXPORTING, NEW), "links": _links()},
            "200": answer("Export", KNOWN, EXPORTING, {"Location": LOCATION, "Retry-After": RETRY}),
        },
        ("404", "409", "413", "415"),
        REQUEST,
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
    **OF_RESTORES,
    **OF_DRILLS,
    "getOpenapi": Described("This document", {"200": _plain("This document")}),
    "getHealth": Described(
        "Whether the watcher is at work and the policy can be read; with Live=true only whether this function answers",
        {"200": or_schema("Alive", answer("Health", "All is well; with Live=true Status and Versions alone", HEALTHY))},
    ),
}
