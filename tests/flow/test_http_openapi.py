"""What the OpenAPI document allows and forbids, tried by schemathesis at the HTTP trigger (docs/protocol.md#p5).

Two documents are tried: the served one as it is, and one whose values are narrowed to images and buckets that exist,
so that exports really start, are followed and cancelled. FC answers some methods and sizes itself: not tried here.
"""

import copy
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from .entrance import TOKEN, Entrance
from .world import ACCOUNT, BUCKET, REGION, World

PHASES = ["examples", "coverage", "fuzzing", "stateful"]
FINAL = {"DELETE /exports/{ExportId}": 202, "GET /exports/{ExportId}": 200, "GET /exports": 200, "POST /exports": 202}
# A DELETE cancels: the export can be looked at ever after.
CHECKS: dict[str, Any] = {"use_after_free": {"enabled": False}}
# Every token that a page has not given is refused, which a pattern cannot say; a DryRun's id is not kept.
AS_SERVED: dict[str, Any] = {
    "mode": "all",
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "403", "404", "409"]},
        "ensure_resource_availability": {"enabled": False},
    },
}
# What violates the narrowed document does not always violate ours: what must be refused is tried with the served one.
NARROWED: dict[str, Any] = {"mode": "positive", "checks": {"negative_data_rejection": {"enabled": False}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """So many examples of each operation, and so many requests in all."""

    examples: int
    at_least: int
    at_most: int


SOME = Effort(examples=4, at_least=100, at_most=150)
THOUSANDS = Effort(examples=250, at_least=1000, at_most=4000)
HUNDREDS = Effort(examples=60, at_least=400, at_most=800)  # each page of the list takes longer with every export


@dataclass(slots=True)
class Tried:
    """What was asked, how often it was answered how, and what was wrong with that."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    by_fc: set[str] = field(default_factory=set)  # what did not reach the function, and is not ours to answer
    wrong: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many of them the function has answered."""
        return sum(self.answers.values())

    def take(self, event: Any) -> None:
        """Add what an event of the engine tells."""
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.wrong.append(repr(event))
        if not isinstance(event, events.ScenarioFinished):
            return
        for case_id, interaction in event.recorder.interactions.items():
            operation, response = event.recorder.cases[case_id].value.operation.label, interaction.response
            if response and response.headers.get("x-fc-error-type") == ["FCCommonError"]:
                self.by_fc.add(case_id)
            else:
                self.answers[operation, response.status_code if response else 0] += 1
        for case_id, checks in event.recorder.checks.items():
            failures = [check.failure_info for check in checks if check.failure_info and case_id not in self.by_fc]
            self.wrong += [f"{one.failure.title}: {one.failure.message}\n{one.code_sample}" for one in failures]


def tried(url: str | None, document: dict[str, Any], kind: dict[str, Any], effort: Effort) -> Tried:
    """Try the document, the same way each time."""
    generation = {
        "mode": kind["mode"],
        "deterministic": True,
        "max-examples": effort.examples,
        "database": "none",
        "no-shrink": True,
    }
    settings = {
        "base-url": url,
        "headers": {"Authorization": f"Bearer {TOKEN}"},
        "continue-on-failure": True,
        "request-timeout": 120,
        "generation": generation,
        "checks": {**CHECKS, **kind["checks"]},
        "phases": {
            "coverage": {
                "unexpected-methods": ["PUT", "PATCH", "OPTIONS"],
                "generate-duplicate-query-parameters": True,
            }
        },
    }
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(settings))
    schema.config.phases.update(phases=PHASES)
    stream, found = from_schema(schema).execute(), Tried()
    for event in stream:
        found.take(event)
        if found.requests >= effort.at_most:
            stream.stop()
    return found


OTHERS = ("/restores", "/drills")  # of which there are none here


def narrowed(world: World, entrance: Entrance, document: dict[str, Any]) -> dict[str, Any]:
    """The document of what exports have, allowing only what exists."""
    images = [world.image() for _ in range(6)]
    entrance.post(images[0])
    entrance.post(images[1])
    token = entrance.page(MaxResults=1).value["NextToken"]
    narrow = copy.deepcopy(document)
    narrow["paths"] = {path: item for path, item in narrow["paths"].items() if not path.startswith(OTHERS)}
    values: dict[str, list[Any]] = {
        "RegionId": [REGION],
        "ImageId": images,
        "OSSBucket": [BUCKET],
        "AccountId": [ACCOUNT],
        "ImageFormat": ["raw"],  # some regions take nothing else
        "RoleName": ["AliyunECSImageExportDefaultRole"],
        "DryRun": [False],
    }
    properties = narrow["components"]["schemas"]["Parameters"]["properties"]
    for name, allowed in values.items():
        properties[name] = {"enum": allowed}
    for parameter in narrow["paths"]["/exports"]["get"]["parameters"]:
        if parameter["name"] == "NextToken":
            parameter["schema"] = {"type": "string", "enum": [token]}
    return narrow


def check(found: Tried, at_least: int) -> None:
    assert found.wrong == [], "\n\n".join(found.wrong[:5])
    assert not [status for _, status in found.answers if not 200 <= status < 500]
    assert found.requests >= at_least, found.answers
    assert len(found.by_fc) < at_least / 50


@pytest.mark.parametrize(
    "effort", [pytest.param(SOME, id="some"), pytest.param(THOUSANDS, id="thousands", marks=pytest.mark.prove)]
)
def test_the_document_as_served_holds(world: World, entrance: Entrance, effort: Effort) -> None:
    document = entrance.ask("GET", "/openapi.json").value
    check(tried(world.emulator.http_trigger, document, AS_SERVED, effort), effort.at_least)


@pytest.mark.prove
def test_exports_that_really_start_are_answered_as_described(world: World, entrance: Entrance) -> None:
    document = narrowed(world, entrance, entrance.ask("GET", "/openapi.json").value)
    found = tried(world.emulator.http_trigger, document, NARROWED, HUNDREDS)
    check(found, HUNDREDS.at_least)
    assert all(found.answers[operation, status] for operation, status in FINAL.items()), found.answers
    log = json.dumps(world.emulator.get("logs"))
    assert TOKEN not in log
