"""Each fact of an export is told once, in plain words, in the order in which things happened."""

from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.results.export_view import export_of
from image_export.use_cases.ledger.fact_store import Found
from image_export.values.cause import Cause
from image_export.values.export import ExportedObject, RequestedBy
from image_export.values.facts import (
    Cancel,
    Claim,
    Delivered,
    Doubt,
    Ended,
    LookedAt,
    LookRefused,
    Result,
    Stalled,
    Waits,
)
from image_export.values.notify_target import target_slug
from image_export.values.record import Record
from image_export_cli.show.printing import together
from image_export_cli.show.timeline import timeline
from tests.builders import BUS, a_claimed_record, a_record, a_refused_record, a_request, a_started_record, minutes
from tests.fakes import START

from .facts import some_facts

LATER = START + minutes(5)
CAUSE = Cause(code="Some.Code", message="Something is wrong.", request_id="R-7")


def told(record: Record, reason: str | None = None, progress: str | None = None, **changes: Any) -> list[str]:
    """What is said, as `What: Message`."""
    export = replace(export_of(record, reason=reason), progress=progress)
    entries = timeline(some_facts(record, **changes), export, START + minutes(60))
    return [f"{entry.what}: {entry.message}" for entry in entries]


def found(fact: Any, at: Any = LATER) -> Found[Any]:
    return Found(fact, at, "nonce")


@pytest.mark.parametrize(
    ("asker", "said"),
    [
        (RequestedBy(trigger="event", id="e-1"), "An event that told of the image (id e-1) asked for it"),
        (
            RequestedBy(trigger="http", id="r-1", name="ci", address="10.0.0.9"),
            "A request over HTTP (id r-1, by the name ci, from 10.0.0.9) asked for it",
        ),
        (RequestedBy(trigger="nightly", id="n-1"), "The night (id n-1) asked for it"),
    ],
)
def test_who_asked_is_said_with_the_rule(asker: RequestedBy, said: str) -> None:
    record = a_record(request=a_request(requested_by=asker))
    assert told(record)[0] == f"Requested: {said}, as the rule golden wants it."
    assert told(a_record(request=a_request(requested_by=asker, rule=None)))[0] == f"Requested: {said}."


def test_every_attempt_is_told_with_what_came_of_it() -> None:
    first = a_refused_record("ImageIsExporting")
    second = a_started_record(attempt=2, claimed_at=LATER, settled_at=LATER)
    assert told(second, attempts=(first, second))[1:] == [
        f"Claimed: Attempt 1 was claimed, with the prefix {first.oss_prefix}.",
        "Refused: ExportImage was called, and refused: ImageIsExporting: no (RequestId R-1)",
        f"Claimed: Attempt 2 was claimed, with the prefix {second.oss_prefix}.",
        f"Started: Task {second.task_id} started: ExportImage was called.",
    ]


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result(outcome="void"), "NotStarted: Attempt 1 is proven to have made no task."),
        (
            Result(outcome="started", task_id="t-1", inferred=True),
            "Started: Task t-1 was taken for ours after the wait.",
        ),
        (
            Result(outcome="refused", cause=Cause(code="Unreached", message="No route.")),
            "Refused: ECS could not be reached, so ExportImage was not called: Unreached: No route.",
        ),
    ],
)
def test_an_answer_that_was_lost_is_told_and_what_was_found_out(result: Result, said: str) -> None:
    record = a_claimed_record(result=result, settled_at=LATER)
    doubts = {1: found(Doubt(cause=CAUSE), START + minutes(1))}
    assert told(record, doubts=doubts)[2:4] == [
        "InDoubt: ExportImage was called and gave no usable answer: Some.Code: Something is wrong. (RequestId R-7)",
        said,
    ]


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (Claim(kind="adopt", task_id="t-1"), "Claimed: Task t-1 of an earlier attempt was found, and is followed."),
        (Claim(kind="cancel"), "Claimed: The export was called off before another attempt."),
        (Claim(kind="end"), "Claimed: It was settled that no attempt comes any more."),
    ],
)
def test_claims_that_start_nothing_are_told(claim: Claim, said: str) -> None:
    assert said in told(a_claimed_record(claim=claim))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"denied_at": LATER}, "RoleRefused: Since then the account's role has not worked."),
        ({"vanished_at": LATER}, "TaskUnknown: Since then ECS has not known the task."),
        (
            {"look_refused": LookRefused(since=LATER, cause=CAUSE), "look_refused_at": LATER},
            "LooksRefused: Since then every look is refused: Some.Code: Something is wrong. (RequestId R-7)",
        ),
        (
            {"stalled": Stalled(progress="37%"), "stalled_at": LATER},
            "Stalled: The task at 37% takes longer than its disks explain.",
        ),
        ({"waits": Waits(reason="ImageNotAvailable"), "waits_at": LATER}, "Waits: It waits: ImageNotAvailable."),
    ],
)
def test_what_goes_wrong_on_the_way_is_told_since_when(changes: dict[str, Any], said: str) -> None:
    assert said in told(a_started_record(**changes))


def test_how_it_stands_now_comes_last() -> None:
    assert told(a_started_record(), progress="42%")[-1] == "Progress: The task is at 42%."
    assert told(a_record(), reason="ImageIsExporting")[-1] == "Waits: It waits to be started: ImageIsExporting."


def test_a_wish_for_the_end_is_told_with_who_had_it() -> None:
    asker = RequestedBy(trigger="http", id="r-2", name="ci")
    record = a_started_record(cancel_at=LATER)
    said = told(record, cancel=found(Cancel(requested_by=asker)))
    assert "CancelRequested: A request over HTTP (id r-2, by the name ci) asked for the end." in said


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (Ended(status="Failed", error=CAUSE), "Ended: It Failed: Some.Code: Something is wrong. (RequestId R-7)"),
        (Ended(status="Cancelled"), "Ended: It was Cancelled."),
        (
            Ended(status="Completed", objects=(ExportedObject(key="k", size=1, etag="E", crc64=None),)),
            "Ended: It is Completed, with 1 proven object.",
        ),
    ],
)
def test_the_end_is_told_with_its_cause(ended: Ended, said: str) -> None:
    assert told(a_started_record(ended=ended, ended_at=LATER))[-1] == said


def test_manifest_deliveries_and_the_last_look_at_the_objects_are_told() -> None:
    fact = f"completed-{target_slug(BUS)}"
    record = a_started_record(
        ended=Ended(status="Completed"),
        ended_at=LATER,
        manifest=Delivered(),
        refused_since={fact: LATER + minutes(1)},
    )
    said = told(
        record,
        manifest_at=LATER,
        delivered={
            fact: found(Delivered(), LATER + minutes(2)),
            "started-nobody": found(Delivered(given_up=True), LATER),
        },
        looked=found(LookedAt(missing=("k",)), LATER + minutes(3)),
    )
    assert said[-3:] == [
        "NotAccepted: eventbridge:cn-hangzhou:image-export did not accept that it is Completed.",
        "Delivered: eventbridge:cn-hangzhou:image-export was told that it is Completed.",
        "LookedAt: 1 of its objects were gone.",
    ]
    assert any(line.startswith("Manifest: The manifest was written: oss://acme-images-hangzhou/") for line in said)
    assert "GivenUp: After 14 days it was given up to tell nobody that it is Started." in said


def test_refusals_of_one_cause_in_a_row_stand_once_in_a_table() -> None:
    attempts = tuple(
        a_refused_record(code, attempt=number, claimed_at=START + minutes(number), at=START + minutes(number))
        for number, code in enumerate(["Some.Code", "Some.Code", "Some.Code", "Other.Code"], 1)
    )
    record = attempts[-1]
    entries = timeline(some_facts(record, attempts=attempts), export_of(record), START + minutes(60))
    assert [(one.what, one.attempt, again) for one, again in together(entries)] == [
        ("Requested", None, 0),
        ("Claimed", 1, 0),
        ("Refused", 1, 2),
        ("Claimed", 4, 0),
        ("Refused", 4, 0),
        ("Waits", None, 0),
    ]
