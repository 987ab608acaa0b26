"""After a void the next attempt is made only where nothing of the earlier ones is to be seen, however late."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.state.table import next_step
from image_export.values.cause import Cause
from image_export.values.facts import Claim, Ended, Result, Span
from image_export.values.record import Record
from image_export.values.steps import End, LookForKeys, LookForTasks, MakeClaim, Observed, Settle, Situation, Step, Wait
from image_export.values.stored_object import StoredObject
from image_export.values.task import ObjectName, Task

from .builders import BUCKET, TASK, a_claimed_record, a_task, an_image, an_object, keys_of, minutes
from .fakes import START

FIRST = a_claimed_record()
PREFIX = FIRST.oss_prefix or ""
KEY = f"{PREFIX}_m-1_system.raw.tar.gz"
VOID = replace(FIRST, result=Result(outcome="void"), settled_at=START + minutes(26))
REFUSED = replace(
    FIRST,
    attempt=2,
    claim=Claim(
        kind="start",
        oss_prefix=f"{PREFIX[:-1]}b",
        voids=1,
        voided=Span(since=START, until=START),
        image=an_image(),
    ),
    claimed_at=START + minutes(26),
    result=Result(outcome="refused", cause=Cause(code="ImageIsExporting", message="no")),
    settled_at=START + minutes(26),
)
LATER = START + minutes(60)
SIGHT = Observed(image=an_image(), hold=None)


def named(prefix: str, status: str = "Finished") -> Task:
    return a_task(status, objects=(ObjectName(oss_bucket=BUCKET, key=f"{prefix}_m-1_system.raw.tar.gz"),))


def seeing(record: Record, *tasks: Task, keys: tuple[str, ...] = (), now: datetime = LATER) -> Step:
    return next_step(Situation(record, replace(SIGHT, candidates=tasks, keys=keys), now))


@pytest.mark.parametrize("record", [VOID, REFUSED])
def test_tasks_and_objects_are_looked_for_once_more(record: Record) -> None:
    assert next_step(Situation(record, SIGHT, LATER)) == LookForTasks(START - minutes(35), START + minutes(40))
    assert next_step(Situation(record, replace(SIGHT, candidates=()), LATER)) == LookForKeys(PREFIX[:-1])
    step = seeing(record, named("theirs"), keys=("theirs_m-1_system.raw.tar.gz",))
    assert isinstance(step, MakeClaim)
    assert (step.claim.kind, step.claim.oss_prefix) == ("start", f"{PREFIX[:-1]}b")


@pytest.mark.parametrize("record", [VOID, REFUSED])
def test_however_long_it_has_waited_since_only_tasks_of_the_time_of_the_calls_are_looked_at(record: Record) -> None:
    waited = replace(record, requested_at=START - timedelta(days=20))
    window = LookForTasks(START - minutes(35), START + minutes(40))
    assert next_step(Situation(waited, SIGHT, START + timedelta(days=20))) == window


def test_the_time_of_the_calls_goes_from_the_first_void_attempt_to_the_last() -> None:
    step = seeing(VOID)
    assert isinstance(step, MakeClaim)
    second = replace(VOID, attempt=2, claim=step.claim, claimed_at=LATER, settled_at=LATER + minutes(30))
    window = LookForTasks(START - minutes(35), LATER + minutes(40))
    assert next_step(Situation(second, SIGHT, START + timedelta(days=20))) == window


@pytest.mark.parametrize("record", [VOID, REFUSED])
@pytest.mark.parametrize("status", ["Processing", "Finished"])
def test_a_task_that_names_an_earlier_prefix_is_adopted(record: Record, status: str) -> None:
    step = seeing(record, named(PREFIX, status))
    assert isinstance(step, MakeClaim)
    assert (step.claim.kind, step.claim.task_id, step.claim.oss_prefix) == ("adopt", TASK, PREFIX)
    adopted = replace(record, attempt=record.attempt + 1, claim=step.claim, claimed_at=LATER, result=None)
    assert next_step(Situation(adopted, Observed(), LATER)) == Settle(Result(outcome="started", task_id=TASK))


def test_an_adopted_task_s_objects_may_be_older_than_its_claim() -> None:
    step = seeing(VOID, named(PREFIX))
    assert isinstance(step, MakeClaim)
    started = Result(outcome="started", task_id=TASK)
    adopted = replace(VOID, attempt=2, claim=step.claim, claimed_at=LATER, result=started, settled_at=LATER)
    kept: dict[str, StoredObject | None] = {
        key: an_object(key, modified_at=START + minutes(20)) for key in keys_of(FIRST)
    }
    end = next_step(Situation(adopted, Observed(task=named(PREFIX), objects=kept), LATER))
    assert isinstance(end, End)
    assert end.ended.status == "Completed"


def test_what_runs_without_a_name_is_waited_for_only_where_ecs_says_that_the_image_is_being_exported() -> None:
    running = a_task("Processing")
    assert isinstance(seeing(REFUSED, running), Wait)
    assert isinstance(seeing(VOID, running), MakeClaim)  # should it be of this image, ECS refuses the call


def test_where_more_tasks_could_be_ours_than_can_be_looked_at_only_a_name_tells_for_a_day() -> None:
    crowded = replace(SIGHT, candidates=(), keys=(), unlooked=9)
    adopted = next_step(Situation(VOID, replace(crowded, candidates=(named("theirs"), named(PREFIX))), LATER))
    assert isinstance(adopted, MakeClaim)
    assert adopted.claim.kind == "adopt"
    a_day_later = START + minutes(26) + timedelta(hours=24)
    assert isinstance(next_step(Situation(VOID, crowded, a_day_later)), Wait)
    step = next_step(Situation(VOID, crowded, a_day_later + timedelta(seconds=1)))
    assert isinstance(step, MakeClaim)
    assert step.claim.ended is not None
    assert step.claim.ended.error is not None
    assert step.claim.ended.error.code == "StartUnconfirmed"


def test_every_later_claim_says_how_many_attempts_were_void_and_when() -> None:
    span, image = Span(since=START, until=START), an_image()
    again = seeing(VOID)
    prefix = f"{PREFIX[:-1]}b"
    assert again == MakeClaim(2, Claim(kind="start", oss_prefix=prefix, voids=1, voided=span, image=image))
    adopted = seeing(VOID, named(PREFIX))
    assert adopted == MakeClaim(2, Claim(kind="adopt", oss_prefix=PREFIX, voids=1, image=image, task_id=TASK))
    cancelled = next_step(Situation(replace(VOID, cancel_at=START), SIGHT, LATER))
    assert cancelled == MakeClaim(2, Claim(kind="cancel", voids=1, image=image))
    why = Cause(code="Forbidden.Policy", message="no longer")
    ended = Claim(kind="end", voids=1, image=image, ended=Ended(status="Failed", error=why))
    assert next_step(Situation(VOID, replace(SIGHT, forbidden=why), LATER)) == MakeClaim(2, ended)


def with_claim(**changes: Any) -> Record:
    """The attempt after a void one, claimed like this."""
    assert REFUSED.claim is not None
    return replace(REFUSED, claim=replace(REFUSED.claim, **changes))


def test_void_attempts_of_an_earlier_version_did_not_say_when_they_were_claimed() -> None:
    """Then all tasks since the request are looked at."""
    assert next_step(Situation(with_claim(voided=None), SIGHT, LATER)) == LookForTasks(
        START - minutes(35), LATER + minutes(40)
    )


def test_objects_of_any_void_attempt_keep_it_from_a_second_call() -> None:
    twice = with_claim(voids=2, oss_prefix=f"{PREFIX[:-1]}c")
    for letter in "ab":
        assert isinstance(seeing(twice, keys=(f"{PREFIX[:-1]}{letter}_m-1_system.raw.tar.gz",)), Wait)
    assert isinstance(seeing(twice, keys=(f"{PREFIX[:-1]}c_m-1_system.raw.tar.gz",)), MakeClaim)


@pytest.mark.parametrize("status", ["Finished", "Failed", "Deleted"])
def test_what_has_ended_without_a_name_is_not_waited_for(status: str) -> None:
    assert isinstance(seeing(REFUSED, a_task(status)), MakeClaim)


@pytest.mark.parametrize("record", [VOID, REFUSED])
def test_objects_without_a_task_keep_it_from_a_second_call_and_end_it_after_a_day(record: Record) -> None:
    a_day_later = START + minutes(26) + timedelta(hours=24)
    assert isinstance(seeing(record, keys=(KEY,), now=a_day_later), Wait)
    step = seeing(record, a_task("Finished"), keys=(KEY,), now=a_day_later + timedelta(seconds=1))
    assert isinstance(step, MakeClaim)
    assert step.claim.ended is not None
    assert step.claim.ended.error is not None
    assert (step.claim.ended.status, step.claim.ended.error.code) == ("Failed", "TaskNotFound")
    assert KEY in step.claim.ended.error.message
