"""Every example in `docs/` is what the real reader, document or schema takes. Not the sentences around them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from image_export.decisions.policy.file import read_policy
from image_export.errors import OurFault

from .flow.rights import shipped

ROOT = Path(__file__).parent.parent
POLICY = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
HTTP_API = (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8")
MANIFEST = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
OPENAPI = json.loads((ROOT / "schemas" / "openapi.json").read_text(encoding="utf-8"))
BLOCK = re.compile(r"^```(.+)\n([\s\S]*?)^```$", re.MULTILINE)
HEAD = """version: 1
accounts:
  - name: prod
    role_arn: acs:ram::1234567890123456:role/image-export
    destinations: {cn-hangzhou: {bucket: acme-images-hangzhou}}
"""


def blocks(document: str, kind: str) -> list[str]:
    """The code blocks that are marked as of this kind."""
    return [text for mark, text in BLOCK.findall(document) if mark == kind]


def refusals() -> Iterator[tuple[str, list[str]]]:
    """The rows of the table of refusals: what is written in a rule, and what is said of it."""
    table = POLICY.partition("| Written | Answered |\n")[2].partition("\n\n")[0]
    for row in table.splitlines()[1:]:
        written, *answered = re.findall(r"`([^`]+)`", row)
        yield written, answered


@pytest.mark.parametrize("text", [*blocks(POLICY, "yaml policy"), *blocks(README, "yaml policy")])
def test_a_policy_that_is_shown_is_valid(text: str) -> None:
    assert read_policy(text.encode()).accounts


@pytest.mark.parametrize("text", [*blocks(POLICY, "yaml rules"), *blocks(POLICY, "yaml notify")])
def test_a_part_of_a_policy_that_is_shown_is_valid(text: str) -> None:
    policy = read_policy((HEAD + text).encode())
    assert policy.rules or policy.notify


@pytest.mark.parametrize(("written", "answered"), [*refusals()])
def test_a_refusal_that_is_shown_is_said_in_these_words(written: str, answered: list[str]) -> None:
    text = f"{HEAD}rules:\n  - name: golden\n    when: [nightly]\n    {written}\n"
    with pytest.raises(OurFault) as fault:
        read_policy(text.encode())
    assert [words for words in answered if words not in fault.value.cause.message] == []


def test_the_examples_are_found() -> None:
    counts = [len(blocks(POLICY, f"yaml {kind}")) for kind in ("policy", "rules", "notify")]
    assert [*counts, len([*refusals()])] == [5, 3, 1, 15]


def answers(document: str) -> list[dict[str, Any]]:
    """The JSON that the commands of the console blocks answer."""
    outputs = [part for text in blocks(document, "console") for part in re.split(r"^\$ ", text, flags=re.MULTILINE)]
    found = [re.search(r"^\{[\s\S]*", output, re.MULTILINE) for output in outputs]
    return [json.loads(one[0]) for one in found if one]


def parts(document: str) -> Iterator[tuple[str, Any]]:
    """What the examples show, with the name of its schema in the OpenAPI document."""
    for answer in answers(document):
        if "NextToken" in answer:
            yield "Exports", answer
        elif "Code" in answer:
            yield "Error", answer
        elif "ExportId" in answer:
            yield "Export", answer
        else:
            yield from (("Export", one) for one in answer["Exports"])
            yield from (("Cause", one) for one in answer["Rejected"])
    yield from (("Export", json.loads(text)["data"]) for text in blocks(document, "json event"))


@pytest.mark.parametrize(("schema", "shown"), [*parts(HTTP_API)])
def test_an_answer_that_is_shown_is_one_that_the_openapi_document_describes(schema: str, shown: Any) -> None:
    described = {"$ref": f"#/components/schemas/{schema}", "components": OPENAPI["components"]}
    assert [fault.message for fault in jsonschema_rs.Draft202012Validator(described).iter_errors(shown)] == []
    assert set(shown) == set(OPENAPI["components"]["schemas"][schema]["properties"])


def test_each_kind_of_answer_is_shown() -> None:
    kinds = [schema for schema, _ in parts(HTTP_API)]
    assert {kind: kinds.count(kind) for kind in kinds} == {"Export": 6, "Error": 4, "Exports": 1, "Cause": 1}


def test_every_route_and_every_parameter_has_its_row() -> None:
    rows = [line for line in HTTP_API.splitlines() if line.startswith("| `")]
    calls = [
        f"{method.upper()} {path}"
        for path, item in OPENAPI["paths"].items()
        for method in item
        if method != "parameters"
    ]
    names = [
        name for schema in ("Parameters", "Export") for name in OPENAPI["components"]["schemas"][schema]["properties"]
    ]
    query = [one["name"] for one in OPENAPI["paths"]["/exports"]["get"]["parameters"]]
    first = " ".join(row.split("|")[1] for row in rows)
    assert [name for name in (*calls, *names, *query) if f"`{name}`" not in first] == []


def test_the_manifest_that_is_shown_is_as_its_schema_says() -> None:
    (shown,) = map(json.loads, blocks(MANIFEST, "json manifest"))
    schema = json.loads((ROOT / "schemas" / "manifest.json").read_text(encoding="utf-8"))
    assert [fault.message for fault in jsonschema_rs.Draft202012Validator(schema).iter_errors(shown)] == []
    assert set(shown) == set(schema["$defs"]["Manifest"]["properties"])


def test_every_field_of_a_manifest_has_its_row() -> None:
    schema = json.loads((ROOT / "schemas" / "manifest.json").read_text(encoding="utf-8"))
    first = " ".join(line.split("|")[1] for line in MANIFEST.splitlines() if line.startswith("| `"))
    kinds = ("Manifest", "ExportedObject", "ExportedDisk", "Image")
    said = {name for kind in kinds for name in schema["$defs"][kind]["properties"]}
    named = {name.rpartition(".")[2] for name in re.findall(r"`([A-Za-z0-9.\[\]]+)`", first)}
    assert said - named == set()


def rights_in_rows() -> Iterator[tuple[str, str]]:
    """Policy and action of every row of a table of rights; the policy stands before the table, or in the first cell."""
    policy = ""
    of_stack = SECURITY.partition("\n## Rights of the functions\n")[2].partition("\n## Rights of people\n")[0]
    for line in of_stack.splitlines():
        named = re.match(r"(?:\| )?`(image-export-[a-z-]+)`", line)
        policy = named[1] if named else policy
        if line.startswith("|"):
            yield from (
                (policy, action) for action in re.findall(r"`((?:ecs|eventbridge|fc|log|mns|oss|sts):[A-Za-z]+)`", line)
            )


def test_the_security_page_has_a_row_for_every_right_of_the_template_and_no_other() -> None:
    granted = {
        (name, action)
        for name, (_, document) in shipped().items()
        for statement in document["Statement"]
        for action in statement["Action"]
    }
    assert set(rights_in_rows()) == granted
