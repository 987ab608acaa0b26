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
from image_export.values.export import Export

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
    assert len(set(names)) == len(names) == 6
