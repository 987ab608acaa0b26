"""The step table, phase by phase: what follows from the facts and from what was just seen. No I/O, no fakes."""

from datetime import timedelta

import pytest
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from alicloud_emulator.ecs.disk_files import SUFFIXES, disk_file
from image_export.decisions.state.ready import look_failed
from image_export.decisions.state.stall import next_look, stalls_at
from image_export.decisions.state.table import next_step
from image_export.values.cause import Cause
from image_export.values.facts import Claim, Ended, Hold, Result, Stalled
from image_export.values.image import Image
from image_export.values.record import Record
from image_export.values.steps import (
    CancelTask,
    End,
    LookAtHold,
    LookAtImage,
    LookAtObjects,
    LookAtPrefix,
    LookAtTask,
    LookForKeys,
    LookForTasks,
    MakeClaim,
    Mark,
    MarkMissed,
    MarkStalled,
    NoteRefusal,
    Observed,
    Settle,
    Situation,
    Step,
    Unmark,
    Wait,
)
from image_export.values.stored_object import StoredObject
from image_export.values.task import ObjectName, Task

from .archives import raw_archive
from .builders import (
    TASK,
    a_claimed_record,
    a_finished_task,
    a_record,
    a_refused_record,
    a_request,
    a_started_record,
    a_task,
    an_image,
    an_object,
    keys_of,
    minutes,
)
from .fakes import START

GIB = 1024**3
READY_TO_CLAIM = Observed(image=an_image(), hold=None)


def ended(step: Step) -> Ended:
    """The verdict: an end, or before the start the claim of one, so that nobody can start beside it."""
    if isinstance(step, MakeClaim) and step.claim.kind == "end":
        assert step.claim.ended is not None
        return step.claim.ended
    assert isinstance(step, End)
    return step.ended


def unconfirmed(step: Step) -> Cause:
    """The cause of an attempt that is settled as refused for good."""
    assert isinstance(step, Settle)
    assert step.result.outcome == "refused"
    assert step.result.cause is not None
    return step.result.cause


def failure(step: Step) -> str:
    assert ended(step).status == "Failed"
    cause = ended(step).error
    assert cause is not None
    return cause.code


# READY


def test_a_new_export_first_looks_at_its_image() -> None:
    assert next_step(Situation(a_record(), Observed(), START)) == LookAtImage()


def test_an_available_image_is_claimed_once_the_group_is_known_not_to_be_on_hold() -> None:
    assert next_step(Situation(a_record(), Observed(image=an_image()), START)) == LookAtHold()
    step = next_step(Situation(a_record(), READY_TO_CLAIM, START))
    assert isinstance(step, MakeClaim)
    assert (step.attempt, step.claim.kind, step.claim.image) == (1, "start", an_image())


@pytest.mark.parametrize("status", ["Creating", "Waiting", "Hibernating"])
def test_an_image_that_is_not_there_yet_is_waited_for_unknown_words_included(status: str) -> None:
    step = next_step(Situation(a_record(), Observed(image=an_image(status=status)), START))
    assert step == Wait("ImageNotAvailable", until=START + minutes(1))


@pytest.mark.parametrize("status", ["CreateFailed", "UnAvailable", "Deprecated"])
def test_an_image_that_will_never_be_available_ends_the_export_at_once(status: str) -> None:
    assert (
        failure(next_step(Situation(a_record(), Observed(image=an_image(status=status)), START)))
        == "IncorrectImageStatus"
    )


def test_an_image_that_a_rule_wants_was_just_seen_and_is_looked_for_during_fifteen_minutes() -> None:
    wanted, unseen = a_record(request=a_request(rule="golden")), Observed(image=None)
    assert next_step(Situation(wanted, unseen, START + minutes(14))) == Wait(
        "ImageNotVisible", until=START + minutes(15)
    )
    assert failure(next_step(Situation(wanted, unseen, START + minutes(15)))) == "InvalidImageId.NotFound"


def test_an_image_that_is_asked_for_and_is_not_there_fails_at_once() -> None:
    asked = a_record(request=a_request(rule=None))
    assert failure(next_step(Situation(asked, Observed(image=None), START))) == "InvalidImageId.NotFound"


def test_a_policy_that_was_tightened_ends_a_waiting_export_before_any_look() -> None:
    forbidden = Cause(code="Forbidden.Policy", message="no longer")
    assert failure(next_step(Situation(a_record(), Observed(forbidden=forbidden), START))) == "Forbidden.Policy"


def test_a_whole_prefix_is_looked_at_before_the_claim_and_ends_the_export_where_it_is_taken() -> None:
    whole = a_record(request=a_request(caller_prefix="a" * 20))
    assert next_step(Situation(whole, READY_TO_CLAIM, START)) == LookAtPrefix()
    assert isinstance(next_step(Situation(whole, replace(READY_TO_CLAIM, prefix_taken=None), START)), MakeClaim)
    taken = Cause(code="PrefixInUse", message="It holds objects.")
    end = ended(next_step(Situation(whole, replace(READY_TO_CLAIM, prefix_taken=taken), START)))
    assert (end.status, end.error, end.http_status) == ("Failed", taken, 409)


def test_a_group_on_hold_lets_only_the_probe_through() -> None:
    hold = Hold(code="ConcurrentQuotaExceed.ExportImage")
    held = Observed(image=an_image(), hold=hold)
    assert next_step(Situation(a_record(), held, START)) == Wait("ConcurrentQuotaExceed", queued=True)
    assert isinstance(next_step(Situation(a_record(), replace(held, probe=True), START)), MakeClaim)


def test_a_cancel_takes_the_next_slot_before_anything_else() -> None:
    step = next_step(Situation(a_record(cancel_at=START), READY_TO_CLAIM, START))
    assert step == MakeClaim(1, Claim(kind="cancel"))


def test_a_cancel_that_won_its_slot_ends_the_export() -> None:
    record = a_record(attempt=1, claim=Claim(kind="cancel"), claimed_at=START)
    assert ended(next_step(Situation(record, Observed(), START))).status == "Cancelled"


def test_a_void_attempt_is_followed_by_one_with_the_next_letter() -> None:
    first = a_claimed_record(result=Result(outcome="void"), settled_at=START)
    step = next_step(Situation(first, replace(READY_TO_CLAIM, candidates=(), keys=()), START + minutes(30)))
    assert isinstance(step, MakeClaim)
    assert step.attempt == 2
    assert step.claim.oss_prefix == f"{(first.oss_prefix or '')[:-1]}b"


def test_a_refused_attempt_keeps_its_letter() -> None:
    first = a_refused_record("Throttling.User")
    step = next_step(Situation(first, READY_TO_CLAIM, START + minutes(5)))
    assert isinstance(step, MakeClaim)
    assert step.claim.oss_prefix == first.oss_prefix


def test_fresh_credentials_are_tried_at_once_but_only_once() -> None:
    expired = a_refused_record("InvalidSecurityToken.Expired")
    assert isinstance(next_step(Situation(expired, replace(READY_TO_CLAIM, renewals=1), START)), MakeClaim)
    refused_again = replace(READY_TO_CLAIM, renewals=2)
    assert next_step(Situation(expired, refused_again, START)) == Mark("denied")
    denied = a_refused_record("InvalidSecurityToken.Expired", denied_at=START)
    assert isinstance(next_step(Situation(denied, refused_again, START)), Wait)
    late = a_refused_record("InvalidSecurityToken.Expired", START + minutes(11), denied_at=START)
    assert failure(next_step(Situation(late, refused_again, START + minutes(11)))) == "InvalidSecurityToken.Expired"


@pytest.mark.parametrize(
    ("code", "most"), [("ImageIsExporting", 10), ("Throttling.User", 10), ("Unreached", 2), ("IncorrectImageStatus", 2)]
)
def test_after_hours_of_waiting_the_next_attempt_is_still_made_within_minutes(code: str, most: float) -> None:
    refused_at = START + minutes(300)
    record = a_refused_record(code, refused_at)
    assert isinstance(next_step(Situation(record, READY_TO_CLAIM, refused_at + minutes(most - 0.1))), Wait)
    assert isinstance(next_step(Situation(record, READY_TO_CLAIM, refused_at + minutes(most))), MakeClaim)


def test_a_role_that_does_not_work_is_waited_for_ten_minutes_from_the_first_refusal_on() -> None:
    first = START + minutes(600)
    record = a_refused_record("Forbidden.RAM", first)
    assert next_step(Situation(record, READY_TO_CLAIM, first)) == Mark("denied")
    for after in (9, 10):
        record = a_refused_record("Forbidden.RAM", first + minutes(after), denied_at=first)
        assert isinstance(next_step(Situation(record, READY_TO_CLAIM, first + minutes(after))), Wait)
    late = a_refused_record("Forbidden.RAM", first + minutes(11), denied_at=first)
    assert failure(next_step(Situation(late, READY_TO_CLAIM, first + minutes(11)))) == "Forbidden.RAM"


def test_a_role_that_works_again_has_its_ten_minutes_once_more() -> None:
    assert next_step(Situation(a_record(denied_at=START), READY_TO_CLAIM, START + minutes(5))) == Unmark("denied")
    creating = Observed(image=an_image(status="Creating"))
    assert next_step(Situation(a_record(denied_at=START), creating, START + minutes(5))) == Unmark("denied")
    refused = a_refused_record("NoSetRoletoECSServiceAcount", denied_at=START)  # the image can be seen all the same
    assert isinstance(next_step(Situation(refused, READY_TO_CLAIM, START + minutes(5))), MakeClaim)


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "LastTokenProcessing", "OperationConflict", "Something.New"])
def test_a_refused_look_is_no_verdict(code: str) -> None:
    assert isinstance(look_failed(a_record(), Cause(code=code, message="no"), START + minutes(60)), Wait)


def test_a_refused_look_is_final_where_nothing_can_come_of_it() -> None:
    for code in ("InvalidRegionId.NotFound", "RegionId.NotFound"):
        gone = Cause(code=code, message="no such region")
        assert failure(look_failed(a_record(), gone, START)) == code
        assert failure(next_step(Situation(a_record(), Observed(failed=gone, refused=True), START))) == code
    early = Cause(code="NoPermission", message="not yet")
    assert look_failed(a_record(), early, START + minutes(9)) == Mark("denied")
    denied = a_record(denied_at=START + minutes(9))
    assert isinstance(look_failed(denied, early, START + minutes(19)), Wait)
    assert failure(look_failed(denied, early, START + minutes(20))) == "NoPermission"


@pytest.mark.parametrize("seen", ["refused start", "failed task"])
def test_what_fails_keeps_the_clouds_words_and_says_what_to_do(seen: str) -> None:
    said = Cause(code="InvalidOSSBucket.NotFound", message="The cloud's words.", request_id="R-1")
    step = {
        "refused start": lambda: next_step(
            Situation(a_refused_record("any", result=Result(outcome="refused", cause=said)), READY_TO_CLAIM, START)
        ),
        "failed task": lambda: next_step(
            Situation(a_started_record(), Observed(task=a_task("Failed", cause=said)), START)
        ),
    }[seen]()
    error = ended(step).error
    assert error is not None
    assert replace(error, recommend=None) == said
    assert "Create the bucket" in str(error.recommend)


# IN_DOUBT


def doubt(*tasks: Task, after_minutes: float, keys: tuple[str, ...] | UnsetType = UNSET) -> Step:
    return next_step(
        Situation(a_claimed_record(), Observed(candidates=tasks, keys=keys), START + minutes(after_minutes))
    )


def named(prefix: str | None, bucket: str = "acme-images-hangzhou", status: str = "Finished") -> Task:
    return a_task(status, objects=(ObjectName(oss_bucket=bucket, key=f"{prefix}_m-1_system.raw.tar.gz"),))


def test_a_young_claim_is_left_to_its_worker() -> None:
    assert next_step(Situation(a_claimed_record(), Observed(), START + minutes(0.5))) == Wait(
        "StartInDoubt", until=START + minutes(1)
    )


def test_a_claim_of_a_minute_ago_is_looked_for_like_any_older_one() -> None:
    assert isinstance(next_step(Situation(a_claimed_record(), Observed(), START + minutes(1))), LookForTasks)


def test_an_object_whose_bucket_a_task_does_not_say_is_known_by_its_key() -> None:
    ours = named(a_claimed_record().oss_prefix, bucket="")
    assert doubt(ours, after_minutes=2) == Settle(Result(outcome="started", task_id=TASK))


def test_a_finished_task_that_says_no_time_is_given_that_of_the_call_alone_for_its_objects_to_come() -> None:
    timeless = a_task("Finished", finished_at=None)
    assert isinstance(doubt(timeless, after_minutes=25, keys=()), Settle)


def test_of_many_objects_without_a_task_the_first_ten_are_named() -> None:
    prefix = a_claimed_record().oss_prefix
    keys = tuple(f"{prefix}_m-1_data_{number:02}.raw.tar.gz" for number in range(11))
    message = unconfirmed(doubt(after_minutes=24 * 60 + 1, keys=keys)).message
    assert (keys[9] in message, keys[10] in message) == (True, False)


def test_an_older_claim_is_looked_for_in_a_window_in_which_its_task_must_have_been_made() -> None:
    step = next_step(Situation(a_claimed_record(), Observed(), START + minutes(2)))
    assert step == LookForTasks(START - minutes(35), START + minutes(40))


def test_a_task_that_names_our_prefix_is_ours_at_once() -> None:
    ours = named(a_claimed_record().oss_prefix)
    assert doubt(ours, after_minutes=2) == Settle(Result(outcome="started", task_id=TASK))


@pytest.mark.parametrize(("prefix", "bucket"), [("other", "acme-images-hangzhou"), (None, "other-bucket")])
def test_a_task_that_names_something_else_is_not(prefix: str | None, bucket: str) -> None:
    foreign = named(prefix or a_claimed_record().oss_prefix, bucket)
    assert doubt(foreign, after_minutes=26) == LookForKeys(a_claimed_record().oss_prefix or "")


def test_a_running_nameless_task_is_waited_for_however_long() -> None:
    for after in (2, 26, 600):
        assert isinstance(doubt(a_task("Processing"), after_minutes=after), Wait)


def test_an_empty_list_is_not_believed_for_twenty_five_minutes() -> None:
    assert isinstance(doubt(after_minutes=24), Wait)
    assert isinstance(doubt(after_minutes=25), LookForKeys)


@pytest.mark.parametrize("status", ["Failed", "Deleted"])
def test_one_nameless_task_that_ended_badly_counts_as_ours_after_the_wait(status: str) -> None:
    assert isinstance(doubt(a_task(status), after_minutes=24), Wait)
    expected = Result(outcome="started", task_id=TASK, inferred=True)
    assert doubt(a_task(status), after_minutes=26) == Settle(expected)


def test_several_nameless_ended_tasks_leave_the_start_unconfirmed() -> None:
    cause = unconfirmed(doubt(a_task("Failed"), a_task("Failed", task_id="tsk-2"), after_minutes=26))
    assert (cause.code, "tsk-2" in cause.message) == ("StartUnconfirmed", True)


def test_of_several_finished_tasks_the_longest_one_is_given_the_time_for_its_objects_to_come() -> None:
    tasks = [a_task("Finished", task_id=f"tsk-{took}", finished_at=START + minutes(took)) for took in (10, 30)]
    assert isinstance(doubt(*tasks, after_minutes=5 + 30 + 14.9, keys=()), Wait)
    assert unconfirmed(doubt(*tasks, after_minutes=5 + 30 + 15, keys=())).code == "StartUnconfirmed"


def test_where_more_tasks_could_be_ours_than_can_be_looked_at_only_a_name_tells_for_a_day() -> None:
    def crowded(*tasks: Task, after_minutes: float) -> Step:
        return next_step(
            Situation(a_claimed_record(), Observed(candidates=tasks, unlooked=9), START + minutes(after_minutes))
        )

    ours = named(a_claimed_record().oss_prefix)
    assert crowded(named("other"), ours, after_minutes=2) == Settle(Result(outcome="started", task_id=TASK))
    assert isinstance(crowded(a_task("Failed"), after_minutes=24 * 60), Wait)
    cause = unconfirmed(crowded(a_task("Failed"), after_minutes=24 * 60 + 0.02))
    assert (cause.code, "10 tasks" in cause.message) == ("StartUnconfirmed", True)


def test_several_finished_tasks_that_name_nothing_leave_it_unconfirmed_too() -> None:
    key = f"{a_claimed_record().oss_prefix}_m-1_system.raw.tar.gz"
    tasks = (a_task("Finished"), a_task("Finished", task_id="tsk-2"))
    assert unconfirmed(doubt(*tasks, after_minutes=26, keys=(key,))).code == "StartUnconfirmed"


def test_an_unconfirmed_start_is_final() -> None:
    record = a_refused_record("StartUnconfirmed")
    assert failure(next_step(Situation(record, READY_TO_CLAIM, START + minutes(30)))) == "StartUnconfirmed"


def test_the_claim_of_an_end_ends_the_export_as_it_says() -> None:
    verdict = Ended(status="Failed", error=Cause(code="Forbidden.Policy", message="no"))
    record = a_record(attempt=1, claim=Claim(kind="end", ended=verdict), claimed_at=START)
    assert ended(next_step(Situation(record, Observed(), START))) == verdict


def test_a_named_task_of_others_is_none_of_ours_however_it_ended() -> None:
    assert isinstance(doubt(named("other", status="Failed"), after_minutes=26), LookForKeys)


def test_nothing_listed_and_nothing_in_the_bucket_makes_the_attempt_void() -> None:
    assert doubt(after_minutes=26, keys=()) == Settle(Result(outcome="void"))


def test_after_as_many_void_attempts_as_there_are_letters_the_start_is_unconfirmed() -> None:
    void = Result(outcome="void")

    def after(voids: int) -> Step:
        claim = Claim(kind="start", oss_prefix="p", voids=voids - 1, image=an_image())
        nothing_made = replace(READY_TO_CLAIM, candidates=(), keys=())
        return next_step(Situation(a_claimed_record(claim=claim, result=void, settled_at=START), nothing_made, START))

    last = after(25)
    assert isinstance(last, MakeClaim)
    assert (last.claim.oss_prefix or "").endswith("z")
    assert failure(after(26)) == "StartUnconfirmed"


def test_objects_without_a_task_are_looked_at_for_a_day_and_then_named() -> None:
    key = f"{a_claimed_record().oss_prefix}_m-1_system.raw.tar.gz"
    cause = unconfirmed(doubt(after_minutes=24 * 60 + 0.02, keys=(key,)))
    assert (cause.code, key in cause.message) == ("TaskNotFound", True)
    assert isinstance(doubt(after_minutes=24 * 60, keys=(key,)), Wait)


def test_a_cancel_in_doubt_waits_for_the_result() -> None:
    assert isinstance(
        next_step(Situation(a_claimed_record(cancel_at=START), Observed(candidates=()), START + minutes(5))), Wait
    )


# EXPORTING


def exporting(task: Task | None, after_minutes: float = 5, record: Record | None = None) -> Step:
    return next_step(Situation(record or a_started_record(), Observed(task=task), START + minutes(after_minutes)))


def test_a_task_that_the_tick_saw_running_needs_no_look_of_its_own() -> None:
    observed = Observed(brief=a_task("Processing"))
    assert next_step(Situation(a_started_record(), observed, START + minutes(5))) == Wait(running=True)


def test_a_task_that_is_to_be_cancelled_is_looked_at_whole_although_the_tick_saw_it_running() -> None:
    record = a_started_record(cancel_at=START)
    assert next_step(Situation(record, Observed(brief=a_task("Processing")), START + minutes(5))) == LookAtTask()


@pytest.mark.parametrize("status", ["Finished", "Failed", "Deleted"])
def test_a_task_that_ended_is_looked_at_whole(status: str) -> None:
    assert next_step(Situation(a_started_record(), Observed(brief=a_task(status)), START)) == LookAtTask()


@pytest.mark.parametrize("status", ["Waiting", "Pending", "Processing", "Paused", "Resting"])
def test_a_task_that_has_not_ended_goes_on_whatever_it_is_called(status: str) -> None:
    assert exporting(a_task(status)) == Wait(running=True)


def test_a_failed_task_keeps_the_clouds_own_cause() -> None:
    cause = Cause(code="DiskReadFailed", message="The disk could not be read.", recommend="Ask.")
    assert ended(exporting(a_task("Failed", cause=cause, failed_count=1))).error == cause


def test_a_finished_task_with_a_failed_operation_has_failed() -> None:
    record = a_started_record()
    assert failure(exporting(a_finished_task(record, failed_count=1))) == "ExportImageFailed"


def test_a_task_cancelled_from_outside_is_cancelled_and_says_so() -> None:
    end = ended(exporting(a_task("Deleted")))
    assert (end.status, end.error and end.error.code) == ("Cancelled", "TaskCancelled")


@pytest.mark.parametrize("status", ["Failed", "Deleted", "Finished"])
def test_the_end_of_a_task_that_was_taken_for_ours_says_so(status: str) -> None:
    record = a_started_record(result=Result(outcome="started", task_id=TASK, inferred=True))
    task = a_finished_task(record) if status == "Finished" else a_task(status)
    observed = Observed(task=task, objects={key: an_object(key) for key in keys_of(record)})
    assert ended(next_step(Situation(record, observed, START + minutes(12)))).reason == "Inferred"


def test_a_task_that_we_cancelled_has_no_error() -> None:
    assert ended(exporting(a_task("Deleted"), record=a_started_record(cancel_at=START))).error is None


def test_a_cancel_asks_ecs_and_then_the_tasks_own_end_decides() -> None:
    record = a_started_record(cancel_at=START)
    assert exporting(a_task(), record=record) == CancelTask()
    assert isinstance(exporting(a_finished_task(record), record=record), LookAtObjects)


def test_a_task_whose_objects_cannot_be_read_is_finished_and_is_not_cancelled_any_more() -> None:
    record = a_started_record(cancel_at=START)
    denied = Observed(failed=Cause(code="AccessDenied", message="no"), refused=True)
    assert next_step(Situation(record, denied, START + minutes(1))) == CancelTask()
    finished = next_step(Situation(record, replace(denied, task=a_finished_task(record)), START + minutes(1)))
    assert isinstance(finished, NoteRefusal)


def test_a_task_that_cannot_be_cancelled_goes_on_and_says_so() -> None:
    step = exporting(a_task(support_cancel=False), record=a_started_record(cancel_at=START))
    assert step == Wait("CancelNotSupported", running=True)


def test_a_task_is_stalled_an_hour_and_two_minutes_per_gib_after_its_start_once() -> None:
    after = 60 + 2 * 140
    assert exporting(a_task(progress="37%"), after) == Wait(running=True)
    assert exporting(a_task(progress="37%"), after + 1) == MarkStalled(Stalled(progress="37%"))
    told = a_started_record(stalled=Stalled(), stalled_at=START)
    assert exporting(a_task(), after + 1, told) == Wait("Stalled", running=True)


def test_a_task_of_an_image_that_nobody_knows_stalls_after_an_hour() -> None:
    assert stalls_at(a_started_record(claim=Claim(kind="start", oss_prefix="p"))) == START + minutes(60)


@pytest.mark.parametrize(("after_hours", "next_days"), [(0, 1), (23.9, 1), (24, 2), (49, 3)])
def test_a_task_that_has_stalled_is_looked_at_by_itself_once_a_day(after_hours: float, next_days: int) -> None:
    stalled = a_started_record(stalled=Stalled(), stalled_at=START)
    assert next_look(stalled, START + timedelta(hours=after_hours)) == START + timedelta(days=next_days)


def test_an_export_that_has_not_started_does_not_stall() -> None:
    assert stalls_at(a_claimed_record()) is None
    assert stalls_at(a_started_record()) == START + minutes(60 + 2 * 140)


def test_a_task_that_ecs_does_not_know_is_no_verdict_for_a_day_from_when_it_was_first_not_known() -> None:
    days_later = 60 * 60
    assert exporting(None, days_later) == Mark("vanished")
    since, last = START + minutes(days_later), START + minutes(days_later + 23 * 60)
    seen = a_started_record(vanished_at=since, missed_at=last, stalled=Stalled(), stalled_at=since)
    assert isinstance(exporting(None, days_later + 24 * 60 - 31, seen), Wait)
    assert exporting(None, days_later + 24 * 60 - 30, seen) == MarkMissed()
    assert failure(exporting(None, days_later + 24 * 60, seen)) == "TaskNotFound"


def test_a_day_in_which_nobody_looked_for_more_than_two_hours_begins_anew() -> None:
    first = a_started_record(vanished_at=START)
    assert exporting(None, 120, first) == MarkMissed()
    assert exporting(None, 121, first) == Unmark("vanished")
    seen = a_started_record(vanished_at=START, missed_at=START + minutes(22 * 60))
    assert failure(exporting(None, 24 * 60, seen)) == "TaskNotFound"
    assert exporting(None, 24 * 60 + 1, seen) == Unmark("vanished")
    of_another_day = a_started_record(vanished_at=START, missed_at=START - minutes(1))
    assert exporting(None, 120, of_another_day) == MarkMissed()


def test_a_task_that_is_known_again_may_be_unknown_for_a_day_once_more() -> None:
    record = a_started_record(vanished_at=START)
    assert exporting(a_task(), record=record) == Unmark("vanished")
    assert next_step(Situation(record, Observed(brief=a_task()), START + minutes(5))) == Unmark("vanished")
    seen = a_started_record(vanished_at=START, missed_at=START + minutes(1430))
    assert (
        failure(next_step(Situation(seen, Observed(brief=a_task(), task=None), START + minutes(1440))))
        == "TaskNotFound"
    )


# The proof


def proven(objects: dict[str, StoredObject | None] | None = None, after_minutes: float = 12) -> Step:
    record = a_started_record()
    seen: dict[str, StoredObject | None] = {key: an_object(key) for key in keys_of(record)}
    observed = Observed(task=a_finished_task(record), objects={**seen, **(objects or {})})
    return next_step(Situation(record, observed, START + minutes(after_minutes)))


def test_a_finished_task_with_all_objects_whole_is_completed() -> None:
    end = ended(proven())
    assert end.status == "Completed"
    assert [item.key for item in end.objects] == list(keys_of(a_started_record()))


def test_an_empty_object_is_never_a_success() -> None:
    key = keys_of(a_started_record())[0]
    assert failure(proven({key: an_object(key, b"")})) == "ObjectEmpty"


def test_an_object_without_its_formats_magic_is_never_a_success() -> None:
    key = keys_of(a_started_record())[1]
    assert failure(proven({key: an_object(key, b"not an image" * 60)})) == "ObjectDamaged"


def proven_as(suffix: str, body: bytes, size_gib: int = 40, later: Image | None = None) -> Step:
    """The verdict on the one object of an image with one disk; `later` is the image as it is looked up again."""
    request = a_request(image_format=suffix.split(".")[1])
    disk = replace(an_image().disks[0], size_gib=size_gib)
    claim = Claim(kind="start", oss_prefix="p", image=an_image(disks=(disk,)))
    record = a_started_record(request=request, claim=claim)
    key = f"p_{record.request.image_id}_system{suffix}"
    task = a_finished_task(record, objects=(ObjectName(oss_bucket=record.request.oss_bucket, key=key),))
    observed = Observed(task=task, objects={key: an_object(key, body)}, image=later if later else UNSET)
    return next_step(Situation(record, observed, START + minutes(12)))


FILES = {suffix: disk_file(image_format, "x_system", 40) for image_format, suffix in SUFFIXES.items()}


@pytest.mark.parametrize("suffix", FILES)
def test_each_format_is_known_at_both_its_ends(suffix: str) -> None:
    right = FILES[suffix]
    assert ended(proven_as(suffix, right)).status == "Completed"
    for wrong in (
        *(body for body in FILES.values() if body != right),
        right[::-1],
        b"x" + right,
        right[: len(right) // 2],
    ):
        assert failure(proven_as(suffix, wrong)) == "ObjectDamaged"


@pytest.mark.parametrize(("suffix", "image_format"), [(suffix, name) for name, suffix in SUFFIXES.items()])
def test_a_file_of_a_larger_disk_than_the_images_is_never_a_success(suffix: str, image_format: str) -> None:
    assert ended(proven_as(suffix, disk_file(image_format, "x_system", 40))).status == "Completed"
    assert failure(proven_as(suffix, disk_file(image_format, "x_system", 41))) == "ObjectDamaged"


def test_an_object_whose_name_ends_as_no_format_does_is_never_a_success() -> None:
    assert failure(proven_as(".raw.part", FILES[".raw.tar.gz"])) == "ObjectDamaged"


@pytest.mark.parametrize(("suffix", "image_format"), [(suffix, name) for name, suffix in SUFFIXES.items()])
def test_a_file_of_a_smaller_disk_than_the_images_is_never_a_success(suffix: str, image_format: str) -> None:
    assert failure(proven_as(suffix, disk_file(image_format, "x_system", 38))) == "ObjectDamaged"
    assert failure(proven_as(suffix, disk_file(image_format, "x_system", 1))) == "ObjectDamaged"


def test_an_archive_of_one_byte_is_no_disk_of_forty_or_of_one_gib() -> None:
    tiny = raw_archive(1, noise=0)
    assert failure(proven_as(".raw.tar.gz", tiny)) == "ObjectDamaged"
    assert failure(proven_as(".raw.tar.gz", tiny, size_gib=1)) == "ObjectDamaged"


def test_objects_whose_names_tell_no_disk_must_be_of_the_size_of_one() -> None:
    record = a_started_record(request=a_request(image_format="vhd"))
    keys = [f"{record.oss_prefix}_{record.request.image_id}_t-{number}.vhd" for number in (1, 2)]
    task = a_finished_task(record, objects=tuple(ObjectName(oss_bucket="", key=key) for key in keys))

    def verdict(*sizes_gib: int) -> Step:
        objects: dict[str, StoredObject | None]
        objects = {key: an_object(key, disk_file("vhd", "x", gib)) for key, gib in zip(keys, sizes_gib, strict=True)}
        return next_step(Situation(record, Observed(task=task, objects=objects), START + minutes(12)))

    assert ended(verdict(100, 40)).status == "Completed"
    assert failure(verdict(100, 10)) == "ObjectDamaged"


def test_a_disk_whose_size_nobody_tells_is_looked_up_again() -> None:
    whole = FILES[".raw.tar.gz"]
    assert proven_as(".raw.tar.gz", whole, size_gib=0) == LookAtImage()
    known = an_image(disks=an_image().disks[:1])
    end = ended(proven_as(".raw.tar.gz", whole, size_gib=0, later=known))
    assert (end.status, end.image) == ("Completed", known)
    other = an_image(disks=(replace(known.disks[0], size_gib=39),))
    assert failure(proven_as(".raw.tar.gz", whole, size_gib=0, later=other)) == "ObjectDamaged"


def seen_without_disks(later: Image | None, after_minutes: float) -> Step:
    """The verdict on two disks of which one has its object; the image was seen without any before its export."""
    record = a_started_record(claim=Claim(kind="start", oss_prefix="p", image=an_image(disks=())))
    key = keys_of(record)[1]
    task = a_finished_task(record, objects=(ObjectName(oss_bucket="", key=key),))
    observed = Observed(task=task, objects={key: an_object(key)}, image=later)
    return next_step(Situation(record, observed, START + minutes(after_minutes)))


def test_one_object_of_two_is_not_all_because_the_image_was_seen_without_its_disks() -> None:
    assert isinstance(seen_without_disks(an_image(), 24), Wait)
    assert failure(seen_without_disks(an_image(), 26)) == "ObjectMissing"


@pytest.mark.parametrize("later", [None, an_image(disks=())], ids=["deleted", "still without"])
def test_where_nobody_says_how_many_disks_there_are_it_is_asked_for_a_day_and_never_completed(
    later: Image | None,
) -> None:
    waits = seen_without_disks(later, 10 + 23 * 60)
    assert isinstance(waits, Wait)
    assert waits.reason == "DisksUnknown"
    end = ended(seen_without_disks(later, 10 + 24 * 60))
    assert (end.status, end.error and end.error.code, len(end.objects)) == ("Failed", "DisksUnknown", 1)


def test_an_object_that_is_larger_than_its_disk_is_never_a_success() -> None:
    key = keys_of(a_started_record())[1]
    assert ended(proven({key: an_object(key, size_bytes=40 * GIB)})).status == "Completed"
    assert failure(proven({key: an_object(key, size_bytes=41 * GIB)})) == "ObjectDamaged"


@pytest.mark.parametrize("size_gib", [40, 2048])
def test_an_object_may_be_larger_than_its_disk_by_two_percent_and_64_mib_and_no_more(size_gib: int) -> None:
    most = size_gib * GIB * 102 // 100 + 64 * 1024 * 1024
    disk = replace(an_image().disks[0], size_gib=size_gib)
    record = a_started_record(claim=Claim(kind="start", oss_prefix="p", image=an_image(disks=(disk,))))
    key = f"p_{record.request.image_id}_system.raw.tar.gz"
    task = a_finished_task(record, objects=(ObjectName(oss_bucket="", key=key),))

    def verdict(size_bytes: int) -> Step:
        item = an_object(key, disk_file("raw", "x", size_gib), size_bytes=size_bytes)
        return next_step(Situation(record, Observed(task=task, objects={key: item}), START + minutes(12)))

    assert ended(verdict(most)).status == "Completed"
    assert failure(verdict(most + 1)) == "ObjectDamaged"


def test_as_many_objects_as_disks_are_not_enough_where_two_are_of_one_disk() -> None:
    record = a_started_record()
    key = keys_of(record)[1]
    twice = (key, key.replace("_system.", "_system.2."))
    task = a_finished_task(
        record, objects=tuple(ObjectName(oss_bucket=record.request.oss_bucket, key=one) for one in twice)
    )
    step = next_step(
        Situation(record, Observed(task=task, objects={one: an_object(one) for one in twice}), START + minutes(26))
    )
    assert failure(step) == "ObjectMissing"
    error = ended(step).error
    assert error
    assert "/dev/xvdb" in error.message


def test_an_object_older_than_the_claim_is_not_ours() -> None:
    key = keys_of(a_started_record())[1]
    assert failure(proven({key: an_object(key, modified_at=START - minutes(10))})) == "ObjectNotOurs"
    assert failure(proven({key: an_object(key, modified_at=START - timedelta(seconds=1))})) == "ObjectNotOurs"
    assert ended(proven({key: an_object(key, modified_at=START)})).status == "Completed"


@pytest.mark.parametrize("apart", [-30, 30])
def test_a_missing_object_is_looked_for_as_long_whatever_the_clock_of_ecs_says(apart: float) -> None:
    record = a_started_record()
    made, over = START + minutes(apart), START + minutes(apart + 10)
    task = a_finished_task(record, created_at=made, finished_at=over)
    observed = Observed(task=task, objects=dict.fromkeys(keys_of(record)))
    assert isinstance(next_step(Situation(record, observed, START + minutes(24))), Wait)
    assert failure(next_step(Situation(record, observed, START + minutes(26)))) == "ObjectMissing"


def test_a_missing_object_is_looked_for_again_for_fifteen_minutes() -> None:
    key = keys_of(a_started_record())[0]
    assert isinstance(proven({key: None}, 24.99), Wait)
    assert failure(proven({key: None}, 25)) == "ObjectMissing"


def test_a_finished_task_without_its_time_is_given_the_time_of_a_stall() -> None:
    record = a_started_record()
    task = a_finished_task(record, finished_at=None)
    observed = Observed(task=task, objects=dict.fromkeys(keys_of(record)))
    assert isinstance(next_step(Situation(record, observed, START + minutes(60))), Wait)
    assert failure(next_step(Situation(record, observed, START + minutes(60 + 2 * 140 + 16)))) == "ObjectMissing"


def test_another_format_than_the_one_asked_for_is_never_a_success() -> None:
    record = a_started_record(request=a_request(image_format="vhd"))
    observed = Observed(task=a_finished_task(record), objects={key: an_object(key) for key in keys_of(record)})
    assert failure(next_step(Situation(record, observed, START + minutes(12)))) == "FormatDiffers"


def test_fewer_objects_than_disks_is_never_a_success() -> None:
    record = a_started_record()
    key = keys_of(record)[1]
    task = a_finished_task(record, objects=(ObjectName(oss_bucket=record.request.oss_bucket, key=key),))
    observed = Observed(task=task, objects={key: an_object(key)})
    assert isinstance(next_step(Situation(record, observed, START + minutes(24))), Wait)
    assert failure(next_step(Situation(record, observed, START + minutes(26)))) == "ObjectMissing"


def test_an_object_that_the_task_names_must_be_there_although_the_disks_are_all_there() -> None:
    record = a_started_record(claim=Claim(kind="start", oss_prefix="p", image=an_image(disks=an_image().disks[:1])))
    named_keys = ("p_one.raw.tar.gz", "p_two.raw.tar.gz")
    task = a_finished_task(record, objects=tuple(ObjectName(oss_bucket="", key=key) for key in named_keys))
    seen = {named_keys[0]: an_object(named_keys[0]), named_keys[1]: None}
    assert (
        failure(next_step(Situation(record, Observed(task=task, objects=seen), START + minutes(26)))) == "ObjectMissing"
    )


def test_nothing_is_never_a_success_even_where_the_image_lists_no_disk() -> None:
    record = a_started_record(claim=Claim(kind="start", oss_prefix="p", image=an_image(disks=())))
    observed = Observed(task=a_finished_task(record, objects=()), keys=(), objects={}, image=None)
    assert failure(next_step(Situation(record, observed, START + minutes(26)))) == "ObjectMissing"


def test_a_manifest_beside_the_objects_is_none_of_them() -> None:
    record = a_started_record()
    keys = (*keys_of(record), f"{record.oss_prefix}_{record.request.image_id}.manifest.json")
    observed = Observed(task=a_finished_task(record, objects=()), keys=keys)
    assert next_step(Situation(record, observed, START + minutes(12))) == LookAtObjects(keys_of(record))


def test_what_is_proven_is_told_with_its_size_and_checksums() -> None:
    key = keys_of(a_started_record())[0]
    item = an_object(key, etag="THE-ETAG", crc64="1234567890")
    shown = next(one for one in ended(proven({key: item})).objects if one.key == key)
    assert (shown.size, shown.etag, shown.crc64) == (item.size_bytes, "THE-ETAG", "1234567890")


def test_a_task_that_names_our_key_in_another_bucket_is_never_a_success() -> None:
    record = a_started_record()
    assert failure(exporting(named(record.oss_prefix, "other-bucket"), record=record)) == "ObjectNotOurs"


def test_a_task_that_names_an_object_outside_our_prefix_is_never_a_success() -> None:
    record = a_started_record()
    assert failure(exporting(named("someoneelse"), record=record)) == "ObjectNotOurs"


def test_a_finished_task_that_names_nothing_is_proven_by_a_listing() -> None:
    record = a_started_record()
    nameless = a_finished_task(record, objects=())
    assert exporting(nameless) == LookForKeys(record.oss_prefix or "")
    observed = Observed(task=nameless, keys=keys_of(record))
    assert next_step(Situation(record, observed, START + minutes(5))) == LookAtObjects(keys_of(record))


def test_an_ended_export_does_nothing_more() -> None:
    record = a_started_record(ended=Ended(status="Completed"), ended_at=START)
    assert next_step(Situation(record, Observed(), START + minutes(500))) == Wait()


def test_a_sight_starts_with_nothing_seen() -> None:
    assert {getattr(Observed(), name) for name in ("image", "hold", "task", "candidates", "keys", "objects")} == {UNSET}
