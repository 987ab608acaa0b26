"""What an event holds, and what it loses when it is too long. Pure."""

from typing import Any

import msgspec

from image_export.decisions.results.export_view import export_of
from image_export.decisions.results.notifications import EVENT_BYTES, export_event, happenings, pending, rejected_event
from image_export.decisions.state.ready import next_step
from image_export.values.cause import Cause
from image_export.values.export import ExportedObject
from image_export.values.facts import Ended, Result, Waits
from image_export.values.record import Record
from image_export.values.steps import MakeClaim, Observed, Situation

from .builders import BUS, FUNCTION, TASK, a_claimed_record, a_record, a_started_record, an_image, minutes
from .fakes import START

CAUSE = Cause(code="ObjectDamaged", message="No magic.", request_id="R-1", recommend="Ask again.")


def failed(count: int, message: str = CAUSE.message) -> Record:
    """Failed, with so many objects."""
    objects = tuple(ExportedObject(key=f"{number:0100}", size=1, etag="E", crc64="1") for number in range(count))
    ended = Ended(status="Failed", objects=objects, error=msgspec.structs.replace(CAUSE, message=message))
    return a_started_record(stalled_at=START + minutes(300), ended=ended, ended_at=START + minutes(400))


def test_an_event_that_fits_is_whole() -> None:
    data = export_event(failed(10), "Failed")["data"]
    assert (len(data["Objects"]), data["Error"]) == (10, CAUSE.wire())


def test_an_event_that_is_too_long_loses_its_objects_and_keeps_its_cause() -> None:
    event = export_event(failed(1000), "Failed")
    assert len(msgspec.json.encode(event)) <= EVENT_BYTES == 65536
    assert ("Objects" in event["data"], event["data"]["Error"]) == (False, CAUSE.wire())


def test_an_event_keeps_its_objects_while_its_data_has_62_kb_so_that_the_envelope_has_its_place() -> None:
    def data(more: int) -> dict[str, Any]:
        return dict(export_event(failed(300, "x" * more), "Failed")["data"])

    room = 63_488 - len(msgspec.json.encode(data(0)))
    assert (len(msgspec.json.encode(data(room))), len(data(room)["Objects"])) == (63_488, 300)
    assert "Objects" not in data(room + 1)


def test_an_event_whose_cause_alone_is_too_long_still_says_how_it_ended() -> None:
    words = Cause(code="ExportImageFailed", message="ä" * EVENT_BYTES)
    ended = Ended(status="Failed", error=words)
    event = export_event(a_started_record(ended=ended, ended_at=START + minutes(400)), "Failed")
    assert len(msgspec.json.encode(event)) <= EVENT_BYTES
    assert (event["data"]["Status"], event["data"]["TaskId"], "Error" in event["data"]) == ("Failed", TASK, False)


def test_a_rejection_whose_words_are_too_long_still_says_which_code_it_was() -> None:
    event = rejected_event("5d1c", Cause(code="InvalidParameter", message="字" * EVENT_BYTES, recommend="Look."), START)
    assert len(msgspec.json.encode(event)) <= EVENT_BYTES
    assert (event["data"]["Error"]["Code"], "Message" in event["data"]["Error"]) == ("InvalidParameter", False)


def test_the_same_facts_give_the_same_event_with_the_time_of_its_fact() -> None:
    for kind, at in (("Started", "08:00"), ("Stalled", "13:00"), ("Failed", "14:40")):
        event = export_event(failed(1), kind)
        assert event == export_event(failed(1), kind)
        assert (event["id"].rsplit(".", 1)[1], event["time"]) == (kind, f"2026-11-24T{at}:00Z")


def test_an_event_says_nothing_that_only_a_note_says_since_not_everybody_can_read_the_note() -> None:
    read = msgspec.structs.replace(failed(1), claim=None, waits=Waits(image_name="web"), waits_at=START)
    unread = msgspec.structs.replace(read, waits=None, waits_at=None)
    assert export_of(read).image_name == "web"
    assert export_event(read, "Failed") == export_event(unread, "Failed")


def test_an_end_before_the_start_keeps_the_image_as_it_was_last_seen_so_that_its_event_can_name_it() -> None:
    asked, refused = a_record(), a_claimed_record(result=Result(outcome="refused", cause=CAUSE), settled_at=START)
    never = an_image(status="CreateFailed")
    ends = (
        next_step(Situation(asked, Observed(image=never), START)),
        next_step(Situation(refused, Observed(), START)),
        next_step(Situation(msgspec.structs.replace(refused, cancel_at=START), Observed(), START)),
    )
    for step in ends:
        assert isinstance(step, MakeClaim)
        assert step.claim.kind in ("end", "cancel")
        assert step.claim.image is not None
        assert step.claim.image.name == never.name
    assert next_step(Situation(asked, Observed(forbidden=CAUSE), START)).claim.image is None  # type: ignore[union-attr]


def test_an_event_shows_the_export_as_it_was_then() -> None:
    shown = {kind: export_event(failed(1), kind)["data"] for kind in ("Started", "Stalled", "Failed")}
    assert {kind: data["Status"] for kind, data in shown.items()} == {
        "Started": "Exporting",
        "Stalled": "Exporting",
        "Failed": "Failed",
    }
    assert shown["Stalled"]["Reason"] == "Stalled"


def test_everything_is_owed_to_every_target_of_the_request_until_it_is_delivered() -> None:
    record = failed(1)
    assert len(pending(record)) == len(list(happenings(record))) * len((BUS, FUNCTION)) == 6
    accepted = frozenset(pending_event.fact for pending_event in pending(record)[:4])
    left = pending(msgspec.structs.replace(record, delivered=accepted))
    assert {(pending_event.kind, pending_event.target) for pending_event in left} == {
        ("Started", BUS),
        ("Started", FUNCTION),
    }
    assert pending(a_record()) == []
