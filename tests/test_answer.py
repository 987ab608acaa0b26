"""What the functions answer: each part of an event with its reason; lists while they can be read."""

import json
from typing import Any

from image_export.decisions.results.export_view import export_of
from image_export.values.answer import LISTED_MAX, Answer
from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.facts import Ended

from .builders import IMAGE, a_record, a_started_record
from .fake_world import FakeWorld
from .fakes import START, unanswered

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


STRANGE = {"colour": "red"}


def test_an_event_that_is_none_of_our_business_says_why_in_the_answer() -> None:
    told = sent(FakeWorld().receive(json.dumps(STRANGE).encode()).shown())
    assert (told["Ignored"], told["IgnoredBecause"]) == (1, ["no known shape"])


def test_an_image_outside_the_policy_is_ignored_with_that_in_the_answer() -> None:
    world = FakeWorld()
    world.change_account(destinations={})
    answer = world.tell()
    assert answer.ignored == 1
    assert answer.ignored_because == ("The policy names no account with a destination in cn-hangzhou.",)


def test_each_ignored_part_of_an_event_has_its_reason_in_the_order_of_the_parts() -> None:
    parts = [STRANGE, 5, {"RequestId": "r"}]
    answer = FakeWorld().receive(json.dumps(parts).encode())
    assert answer.ignored == 3
    assert answer.ignored_because == (
        "no known shape",
        "neither an object nor text that holds one",
        "an answer of an API",
    )


def test_of_many_ignored_parts_a_hundred_have_their_reason_in_the_answer() -> None:
    answer = FakeWorld().receive(json.dumps([STRANGE] * 150).encode())
    assert (answer.ignored, len(answer.ignored_because)) == (150, 100)


def test_an_image_that_nobody_can_see_yet_is_undecided_and_not_ignored() -> None:
    told = sent(FakeWorld().tell("m-bp1later").shown())
    assert (told["Undecided"], told["Ignored"], told["IgnoredBecause"]) == (1, 0, [])


def test_an_image_that_could_not_be_looked_at_is_undecided() -> None:
    world = FakeWorld()
    world.cloud.faults.before("image", unanswered())
    assert world.tell().undecided == 1


def test_an_image_that_is_exported_is_neither_undecided_nor_ignored() -> None:
    answer = FakeWorld().tell(IMAGE)
    assert (len(answer.exports), answer.undecided, answer.ignored) == (1, 0, 0)
