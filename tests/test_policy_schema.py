"""The JSON Schema of policy.yaml accepts what the reader accepts, and warns in the editor of what it refuses."""

import json
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import jsonschema_rs
import msgspec
import pytest
import yaml

from image_export.decisions.policy.schema import policy_schema
from image_export.values import policy as module
from image_export.values.strict import Strict

from .test_policy import SHIPPED, SMALL

KEPT = Path(__file__).parent.parent / "schemas" / "policy.json"


def complaints(text: str) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(policy_schema())
    return [fault.message for fault in validator.iter_errors(yaml.safe_load(text))]


def with_match(match: str) -> str:
    return SMALL.replace('name: "golden-*"', match)


def test_the_kept_schema_is_what_make_schemas_writes() -> None:
    assert json.loads(KEPT.read_text()) == json.loads(json.dumps(policy_schema()))


def test_it_is_a_json_schema() -> None:
    jsonschema_rs.meta.validate(policy_schema())


@pytest.mark.parametrize(
    "text",
    [
        SHIPPED.read_text(),
        SMALL,
        with_match("os_type: linux, architecture: arm64, larger_than: 1GiB, smaller_than: 2TiB, older_than: 1h"),
    ],
)
def test_what_the_reader_accepts_has_no_complaint(text: str) -> None:
    assert not complaints(text)


@pytest.mark.parametrize(
    "match", ["nmae: x", "older_than: 1 hour", "larger_than: 100", "os_type: Linux", "family: ", "tags: {export: true}"]
)
def test_what_the_reader_refuses_is_complained_of(match: str) -> None:
    assert complaints(with_match(match))


def test_every_word_of_a_match_is_described_for_the_editor() -> None:
    properties: dict[str, Any] = policy_schema()["$defs"]["Match"]["properties"]
    assert {"older_than", "newer_than", "larger_than", "smaller_than", "family", "platform"} <= set(properties)
    assert all("description" in one or "enum" in one for one in properties.values())


def test_no_part_of_the_policy_is_a_text_or_a_list() -> None:
    """msgspec 0.22 frees too much where a value may be either and both have patterns or lengths: Python dies later."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Strict)]
    unions = [
        (kind.__name__, field.name)
        for kind in kinds
        for field in msgspec.structs.fields(kind)
        if len({*get_args(field.type)} - {type(None)}) > 1 and get_origin(field.type) in (Union, UnionType)
    ]
    assert (unions, len(kinds) > 10) == ([], True)
