"""The OpenAPI document is whole: kept as it is made, its references lead somewhere, its examples are what they show."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # no stubs; only here
import msgspec
import pytest

from image_export.decisions.arrivals.direct import Parameters
from image_export.decisions.http.described import CANCELLED, COMPLETED, EXPORTING, REQUEST
from image_export.decisions.http.openapi import openapi
from image_export.decisions.http.operations_of_drills import PROVED
from image_export.decisions.http.operations_of_restores import CALLED_OFF, IMPORTING, PLAN, RESTORED
from image_export.decisions.http.operations_of_restores import REQUEST as WANTED
from image_export.decisions.restore.parameters import RestoreParameters
from image_export.values.drill.drill import Drill
from image_export.values.export import Export
from image_export.values.restore.restore import Restore, RestorePlan

KEPT = Path(__file__).parent.parent / "schemas" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(json.dumps(openapi()))
METHODS = {"get", "post", "delete"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        yield from ((f"{method} {path}", operation) for method, operation in item.items() if method in METHODS)


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(child)


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_the_kept_document_is_what_make_schemas_writes() -> None:
    assert json.loads(KEPT.read_text()) == DOCUMENT


def test_every_reference_leads_somewhere() -> None:
    known = DOCUMENT["components"]["schemas"]
    references = {node["$ref"] for node in nodes(DOCUMENT) if isinstance(node.get("$ref"), str)}
    assert references <= {f"#/components/schemas/{name}" for name in known}


def test_every_example_is_of_its_schema() -> None:
    shown = [node for node in nodes(DOCUMENT) if "schema" in node and "example" in node]
    assert len(shown) > 30
    for node in shown:
        validator(node["schema"]).validate(node["example"])


@pytest.mark.parametrize("example", [EXPORTING, COMPLETED, CANCELLED])
def test_examples_of_exports_decode_as_such_and_leave_nothing_out(example: dict[str, Any]) -> None:
    export = msgspec.convert(example, Export)
    assert json.loads(msgspec.json.encode(export)) == example


@pytest.mark.parametrize("example", [IMPORTING, RESTORED, CALLED_OFF])
def test_examples_of_restores_decode_as_such_and_leave_nothing_out(example: dict[str, Any]) -> None:
    restore = msgspec.convert(example, Restore)
    assert json.loads(msgspec.json.encode(restore)) == example


def test_the_example_of_a_drill_decodes_as_one_and_leaves_nothing_out() -> None:
    assert json.loads(msgspec.json.encode(msgspec.convert(PROVED, Drill))) == PROVED


def test_a_known_restore_and_a_plan_are_both_shown() -> None:
    content = DOCUMENT["paths"]["/restores"]["post"]["responses"]["200"]["content"]["application/json"]
    for example in content["examples"].values():
        validator(content["schema"]).validate(example["value"])
    assert json.loads(msgspec.json.encode(msgspec.convert(PLAN, RestorePlan))) == PLAN


def test_a_list_is_told_its_own_statuses() -> None:
    def statuses(path: str) -> list[str]:
        parameters = DOCUMENT["paths"][path]["get"]["parameters"]
        return sorted(next(one["schema"]["enum"] for one in parameters if one["name"] == "Status"))

    assert statuses("/exports") == ["Cancelled", "Completed", "Exporting", "Failed", "Requested", "Verifying"]
    assert "Unpacking" in statuses("/restores")
    assert "Listening" in statuses("/drills")


def test_the_example_of_a_request_for_a_restore_decodes() -> None:
    assert msgspec.convert(WANTED, RestoreParameters).export_id == "exp-rtfyr2rqf6qlm2su-0001"


def test_the_example_of_a_request_decodes() -> None:
    assert msgspec.convert(REQUEST, Parameters).image_id == REQUEST["ImageId"]


@pytest.mark.parametrize(("name", "operation"), list(operations()))
def test_every_operation_says_how_it_fails(name: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    assert {"401", "405", "503"} <= set(answers), name
    assert all(answer["headers"]["x-request-id"]["required"] for answer in answers.values())
    assert answers["503"]["headers"]["Retry-After"]["required"]
    assert answers["405"]["headers"]["Allow"]["required"]
    assert answers["401"]["headers"]["WWW-Authenticate"]["required"]


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names) == 12
