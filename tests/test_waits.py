"""How long each wait is, and what it says: the next look as an exact time, by the ages of what is known. Pure."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.state.table import next_step
from image_export.values.cause import Cause
from image_export.values.facts import Claim, Hold, LookRefused
from image_export.values.record import Record
from image_export.values.steps import Observed, Situation, Step, Wait
from image_export.values.task import ObjectName

from .builders import (
    a_claimed_record,
    a_finished_task,
    a_record,
    a_refused_record,
    a_started_record,
    a_task,
    an_image,
    an_object,
    keys_of,
)
from .fakes import START
from .test_after_void import KEY, VOID

CREATING = Observed(image=an_image(status="Creating"))
LOST = Cause(code="Unanswered", message="nothing came")
DENIED = Cause(code="AccessDenied", message="no")
BUSY = Cause(code="Throttling.User", message="later")
M = timedelta(minutes=1)


def at(after: timedelta) -> Any:
    return START + after


def wait_of(step: Step) -> tuple[str | None, timedelta | None, bool, bool]:
    """Reason, time since the beginning, whether it queues, whether its task runs."""
    assert isinstance(step, Wait)
    return step.reason, step.until - START if step.until else None, step.queued, step.running


def waits(record: Record, observed: Observed, after: timedelta) -> tuple[str | None, timedelta | None, bool, bool]:
    return wait_of(next_step(Situation(record, observed, START + after)))


# Before the start


@pytest.mark.parametrize(
    ("after", "more"), [(0 * M, M), (4 * M, M), (20 * M, 5 * M), (40 * M, 10 * M), (600 * M, 10 * M)]
)
def test_an_image_that_is_being_made_is_looked_at_after_a_quarter_of_the_time_up_to_ten_minutes(
    after: timedelta, more: timedelta
) -> None:
    assert waits(a_record(), CREATING, after) == ("ImageNotAvailable", after + more, False, False)
    assert waits(a_record(), Observed(failed=LOST), after) == ("Unanswered", after + more, False, False)
    assert waits(a_record(), Observed(failed=BUSY, refused=True), after) == ("Throttling", after + more, False, False)


@pytest.mark.parametrize(
    ("code", "reason", "waited", "more"),
    [
        ("Throttling.User", "Throttling", 1 * M, 1 * M),
        ("Throttling.User", "Throttling", 12 * M, 6 * M),
        ("Throttling.User", "Throttling", 60 * M, 10 * M),
        ("ImageIsExporting", "ImageIsExporting", 60 * M, 10 * M),
        ("OperationDenied.ImageExporting", "ImageIsExporting", 60 * M, 10 * M),
        ("IncorrectImageStatus", "ImageNotAvailable", 60 * M, 2 * M),
        ("Unreached", "Unreached", 3 * M, 1.5 * M),
        ("Unreached", "Unreached", 60 * M, 2 * M),
    ],
)
def test_the_next_attempt_after_a_refusal_comes_after_half_of_the_time_waited_so_far(
    code: str, reason: str, waited: timedelta, more: timedelta
) -> None:
    record = a_refused_record(code, at(waited))
    assert waits(record, CREATING, waited + more - timedelta(seconds=1)) == (reason, waited + more, False, False)


def test_who_waits_for_room_or_for_his_turn_queues_without_a_time() -> None:
    held = Observed(image=an_image(), hold=Hold(code="WeeklyQuotaExceed.ExportImage"))
    assert waits(a_record(), held, M) == ("WeeklyQuotaExceed", None, True, False)
    not_in_turn = Observed(image=an_image(), hold=None, in_turn=False)
    assert waits(a_record(), not_in_turn, M) == (None, None, True, False)


def test_a_role_that_does_not_work_is_looked_at_like_any_other_refusal_while_it_has_its_ten_minutes() -> None:
    denied = a_record(denied_at=at(39 * M))
    role = Observed(failed=Cause(code="NoPermission", message="no"), refused=True)
    assert waits(denied, role, 40 * M) == ("NoPermission", 50 * M, False, False)


# In doubt


@pytest.mark.parametrize(("after", "more"), [(2 * M, M), (6 * M, 3 * M), (10 * M, 5 * M), (600 * M, 5 * M)])
def test_a_doubt_is_looked_at_after_half_of_the_time_up_to_five_minutes(after: timedelta, more: timedelta) -> None:
    running = Observed(candidates=(a_task("Processing"),))
    assert waits(a_claimed_record(), running, after) == ("StartInDoubt", after + more, False, False)
    crowded = Observed(candidates=(), unlooked=1)
    assert waits(a_claimed_record(), crowded, after) == ("StartInDoubt", after + more, False, False)


@pytest.mark.parametrize(("after", "more"), [(2 * M, M), (20 * M, 5 * M), (600 * M, 10 * M)])
def test_a_failed_look_in_doubt_is_repeated_after_a_quarter_of_the_time_up_to_ten_minutes(
    after: timedelta, more: timedelta
) -> None:
    assert waits(a_claimed_record(), Observed(failed=LOST), after) == ("Unanswered", after + more, False, False)


def test_objects_that_may_come_are_looked_for_after_half_of_the_time_up_to_five_minutes() -> None:
    finished = Observed(candidates=(a_task("Finished", finished_at=at(30 * M)),), keys=())
    assert waits(a_claimed_record(), finished, 30 * M) == ("StartInDoubt", 35 * M, False, False)


@pytest.mark.parametrize(("since", "more"), [(1 * M, M), (4 * M, 2 * M), (60 * M, 5 * M)])
def test_what_a_void_attempt_may_have_left_is_looked_at_after_half_of_the_time_since_then(
    since: timedelta, more: timedelta
) -> None:
    left = Observed(image=an_image(), hold=None, candidates=(), keys=(KEY,))
    now = 26 * M + since
    assert waits(VOID, left, now) == ("StartInDoubt", now + more, False, False)
    assert waits(VOID, replace(left, unlooked=1), now) == ("StartInDoubt", now + more, False, False)


# Exporting


@pytest.mark.parametrize(("after", "more"), [(2 * M, M), (20 * M, 5 * M), (300 * M, 10 * M)])
def test_a_look_at_a_task_without_an_answer_is_repeated_after_a_quarter_of_the_time(
    after: timedelta, more: timedelta
) -> None:
    assert waits(a_started_record(), Observed(failed=LOST), after) == ("Unanswered", after + more, False, True)


@pytest.mark.parametrize(("since", "more"), [(2 * M, M), (40 * M, 10 * M), (300 * M, 30 * M)])
@pytest.mark.parametrize("finished", [False, True])
def test_a_refused_look_at_a_task_is_repeated_after_a_quarter_of_the_time_since_the_first_one(
    since: timedelta, more: timedelta, finished: bool
) -> None:
    """A task that is Finished needs no tick to find that it has ended."""
    refused = LookRefused(since=START, cause=DENIED, finished=finished)
    record = a_started_record(look_refused=refused, look_refused_at=at(since), settled_at=START)
    observed = Observed(failed=DENIED, refused=True, task=a_finished_task(record) if finished else None)
    assert waits(record, observed, since) == ("AccessDenied", since + more, False, not finished)


def test_a_task_that_goes_on_is_seen_by_the_next_tick_and_a_cancelled_one_is_looked_at_in_a_minute() -> None:
    asked = Observed(task=a_task(), cancel_asked=True)
    assert waits(a_started_record(cancel_at=START), asked, 5 * M) == ("CancelRequested", 6 * M, False, True)
    assert waits(a_started_record(), Observed(task=a_task()), 5 * M) == (None, None, False, True)


@pytest.mark.parametrize(("since", "more"), [(2 * M, M), (10 * M, 5 * M), (29 * M, 10 * M)])
def test_a_task_that_is_not_known_is_asked_for_after_half_of_the_time_up_to_ten_minutes(
    since: timedelta, more: timedelta
) -> None:
    record = a_started_record(vanished_at=START)
    assert waits(record, Observed(task=None), since) == ("TaskNotVisible", since + more, False, False)


def test_an_object_that_is_missing_is_looked_for_each_minute() -> None:
    record = a_started_record()
    observed = Observed(task=a_finished_task(record), objects=dict.fromkeys(keys_of(record)))
    assert waits(record, observed, 20 * M) == ("ObjectNotVisible", 21 * M, False, False)


@pytest.mark.parametrize(("after", "more"), [(11 * M, M), (14 * M, 2 * M), (10 * M + 60 * M, 10 * M)])
def test_an_image_whose_disks_nobody_tells_is_looked_at_after_half_of_the_time_since_the_end(
    after: timedelta, more: timedelta
) -> None:
    record = a_started_record(claim=Claim(kind="start", oss_prefix="p", image=an_image(disks=())))
    key = keys_of(record)[1]
    task = a_finished_task(record, objects=(ObjectName(oss_bucket="", key=key),))
    observed = Observed(task=task, objects={key: an_object(key)}, image=None)
    assert waits(record, observed, after) == ("DisksUnknown", after + more, False, False)
