"""What now: what happens by itself, what a person can do, and the command that does it."""

from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.results.export_view import export_of
from image_export.decisions.results.notifications import pending
from image_export.use_cases.export.missing_objects import with_missing
from image_export.use_cases.ledger.fact_store import Found
from image_export.values.cause import Cause
from image_export.values.facts import Delivered, Ended
from image_export.values.record import Record
from image_export_cli.show.advice import what_now
from tests.builders import a_record, a_request, a_started_record, minutes
from tests.fakes import START

from .facts import some_facts

RECORD = a_record(request=a_request(notify=()))
NAME = RECORD.export_id
FAILED = Ended(status="Failed", error=Cause(code="Some.Code", message="No.", recommend="Mend it."))


def advice(record: Record, reason: str | None = None, missing: tuple[str, ...] = (), **changes: Any) -> list[str]:
    """Messages and commands, in order."""
    export = with_missing(export_of(record, reason=reason), missing)
    steps = what_now(some_facts(record, **changes), export)
    return [text for step in steps for text in (step.message, step.command) if text]


def ended(status: Any = "Completed", **changes: Any) -> Record:
    request = a_request(notify=())
    return a_started_record(
        request=request, ended=Ended(status=status), ended_at=START, manifest=Delivered(), **changes
    )


@pytest.mark.parametrize(
    ("reason", "first"),
    [
        ("ConcurrentQuotaExceed", "It starts by itself when its account and region have room. Follow it:"),
        ("ImageNotAvailable", "The watcher tries by itself to start it. Follow it:"),
    ],
)
def test_who_waits_is_followed_or_called_off(reason: str, first: str) -> None:
    said = advice(RECORD, reason)
    assert (said[0], said[1], said[-1]) == (first, f"image-export watch {NAME}", f"image-export cancel {NAME}")


def test_who_waits_because_starts_are_paused_is_told_how_to_resume_them() -> None:
    said = advice(RECORD, "Paused")
    assert said[0] == "It keeps its place, and starts once starts are resumed. Follow it:"
    assert said[2:4] == ["Ask who has paused image-export, or resume it.", "image-export resume"]


def test_a_cause_that_a_person_can_mend_comes_with_the_advice_of_its_code() -> None:
    assert any("template.yml lists all of them" in text for text in advice(RECORD, "Forbidden.RAM"))


def test_what_runs_is_followed_and_what_stalls_is_ended() -> None:
    runs = a_started_record(request=a_request(notify=()))
    assert advice(runs)[0] == "The watcher follows the task to its end. Follow it, too:"
    assert advice(runs, "Stalled")[2].startswith("If the percent does not move, end it")


def test_after_a_wish_for_the_end_there_is_nothing_but_to_wait() -> None:
    record = a_started_record(request=a_request(notify=()), cancel_at=START)
    assert advice(record) == [
        "The end was asked for: the task's own end decides. Follow it:",
        f"image-export watch {NAME}",
    ]


def test_what_failed_is_mended_and_done_once_more_unless_another_has_followed() -> None:
    record = a_started_record(request=a_request(notify=()), ended=FAILED, ended_at=START)
    assert advice(record) == ["Mend it.", "Do it once more, when the cause is mended.", f"image-export retry {NAME}"]
    followed = advice(record, followed_by="exp-aaaaaaaaaaaaaaaa-0002")
    assert followed[-1] == "image-export show exp-aaaaaaaaaaaaaaaa-0002"


def test_what_is_completed_and_delivered_asks_for_nothing() -> None:
    assert advice(ended()) == ["Nothing is left to do."]
    assert advice(ended(), missing=("k",))[0].startswith("Objects that were proven are gone")


def test_a_delivery_that_a_target_refuses_is_named_with_where_to_look() -> None:
    record = a_started_record(ended=Ended(status="Completed"), ended_at=START, manifest=Delivered())
    refused = a_started_record(
        ended=Ended(status="Completed"),
        ended_at=START,
        manifest=Delivered(),
        refused_since={one.fact: START + minutes(1) for one in pending(record)},
    )
    assert "image-export doctor" not in advice(record)
    assert advice(record)[0].startswith("The watcher tells ")
    assert advice(refused)[1] == "image-export doctor"
    given_up = {"completed-x": Found(Delivered(given_up=True), START, "nonce")}
    assert advice(ended(), delivered=given_up)[-1] == "image-export events list"


def test_a_manifest_that_is_still_to_be_written_is_waited_for() -> None:
    record = a_started_record(ended=Ended(status="Completed"), ended_at=START)
    assert advice(record)[0] == "The watcher writes the manifest, and tells the notify targets after that."


def test_a_drill_that_failed_is_the_first_thing_to_know_of_what_is_completed() -> None:
    record = ended()
    export = replace(export_of(record), drilled_at=START, drill_verdict="Failed", drill_level=2)
    (first, *_) = what_now(some_facts(record), export)
    assert "The last drill says that it cannot be relied on." in first.message
    assert advice(record) == ["Nothing is left to do."]
