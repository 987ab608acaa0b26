"""What the functions answer: lists while they can be read, totals past a hundred (DESIGN §4.1)."""

import json
from typing import Any

from image_export.decisions.projection import export_of
from image_export.values.answer import LISTED_MAX, Answer
from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.facts import Ended

from .builders import a_record, a_started_record
from .fakes import START

CAUSE = Cause(code="InvalidEvent", message="It names no image.")
RUNNING = export_of(a_started_record())
FAILED = export_of(a_record(ended=Ended(status="Failed", error=CAUSE), ended_at=START))


def answer(*exports: Export, rejected: int = 0) -> Answer:
    return Answer(request_id="r-1", exports=exports, rejected=(CAUSE,) * rejected, ignored=2)


def sent(told: dict[str, Any]) -> dict[str, Any]:
    """As FC serialises it."""
    read: dict[str, Any] = json.loads(json.dumps(told))
    return read


def test_up_to_a_hundred_are_told_one_by_one() -> None:
    told = sent(answer(*[RUNNING] * LISTED_MAX, rejected=LISTED_MAX).totalled())
    assert (len(told["Exports"]), len(told["Rejected"])) == (100, 100)
    assert (told["RequestId"], told["Ignored"]) == ("r-1", 2)


def test_more_than_a_hundred_exports_are_told_as_totals_by_status() -> None:
    told = sent(answer(*[RUNNING] * LISTED_MAX, FAILED, rejected=1).totalled())
    assert told["Exports"] == {"Exporting": 100, "Failed": 1}
    assert told["Rejected"] == [CAUSE.wire()]


def test_more_than_a_hundred_rejections_are_counted() -> None:
    told = sent(answer(RUNNING, rejected=LISTED_MAX + 1).totalled())
    assert (told["Rejected"], told["Exports"]) == (101, [sent(RUNNING.wire())])


def test_an_event_is_answered_with_all_that_it_meant_however_many() -> None:
    assert len(answer(*[RUNNING] * 101).shown()["Exports"]) == 101
