"""Exports that cannot be looked at any more: they are called stalled, can be cancelled, and end after a fortnight."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from image_export.decisions.state.refused_looks import after, is_refusal
from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.facts import LookRefused, Result
from image_export.values.steps import NoteRefusal, Observed, Settle, Situation, Step, Wait

from .builders import ACCOUNT, a_finished_task, a_started_record, an_image
from .entrance import Entrance
from .fake_world import BUS, FakeWorld
from .fakes import START, Died, Faults, refused, unanswered

ROLE = f"acs:ram::{ACCOUNT}:role/image-export"
TASKS = ("tasks", "task", "export_tasks")


class Denying(Faults):
    """Calls that are refused for as long as they stand here, by name, with that code."""

    def __init__(self) -> None:
        super().__init__()
        self.denied: dict[str, str] = {}

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        if call in self.denied:
            raise refused(self.denied[call])
        return super().run(call, effect)


@pytest.fixture
def faults(world: FakeWorld) -> Denying:
    world.cloud.faults = Denying()
    return world.cloud.faults


def watched(world: FakeWorld, *, days: float, every_h: float = 1.0) -> list[Export]:
    """What the ticks of so many days have moved, the latest look at each export last."""
    moved: list[Export] = []
    for _ in range(round(days * 24 / every_h)):
        moved += world.tick(hours=every_h).exports
    return moved


def stalled(world: FakeWorld) -> dict[str, Any]:
    """What the bus was told when the export stalled."""
    (event,) = [
        event for target, event in world.notifier.delivered if target == BUS and event["type"].endswith("Stalled")
    ]
    data: dict[str, Any] = event["data"]
    return data


# What a refusal means, by the ages of what is known. Pure.

DENIED = Cause(code="AccessDenied", message="no")


@pytest.mark.parametrize(
    ("since", "noted", "step"),
    [
        (timedelta(days=14), timedelta(minutes=1), "the end"),
        (timedelta(days=14, seconds=-1), timedelta(minutes=1), "wait"),
        (timedelta(days=2), timedelta(minutes=30), "note"),
        (timedelta(days=2), timedelta(minutes=30, seconds=-1), "wait"),
        (timedelta(days=2), timedelta(hours=2), "note"),
        (timedelta(days=2), timedelta(hours=2, seconds=1), "begin anew"),
        (timedelta(days=15), timedelta(hours=2), "the end"),
        (timedelta(days=15), timedelta(hours=2, seconds=1), "begin anew"),
    ],
)
@pytest.mark.parametrize("other_code", [False, True])
def test_a_refusal_is_waited_for_noted_or_the_end_by_its_age(
    since: timedelta, noted: timedelta, step: str, other_code: bool
) -> None:
    """`noted`: since it was last written down. Another cause begins the fortnight anew."""
    now = START + timedelta(days=20)
    before = Cause(code="NoSuchBucket" if other_code else "AccessDenied", message="as it was said before")
    standing = LookRefused(since=now - since, cause=before)
    record = a_started_record(look_refused=standing, look_refused_at=now - noted)
    steps: dict[str, Step] = {
        "wait": Wait("AccessDenied"),
        "note": NoteRefusal(LookRefused(since=now - since, cause=DENIED)),
        "begin anew": NoteRefusal(LookRefused(since=now, cause=DENIED)),
        "the end": Settle(Result(outcome="void")),
    }
    found = after(
        Situation(record, Observed(failed=DENIED, refused=True), now),
        Wait("AccessDenied"),
        lambda _cause: steps["the end"],
    )
    assert found == steps["begin anew" if other_code else step]


def test_a_refusal_is_noted_again_with_its_latest_words_and_whether_the_task_is_finished() -> None:
    now, since = START + timedelta(hours=1), LookRefused(since=START, cause=Cause(code="AccessDenied", message="old"))
    record = a_started_record(look_refused=since, look_refused_at=START)
    sight = Observed(failed=DENIED, refused=True, task=a_finished_task(record))
    noted = after(Situation(record, sight, now), Wait(), lambda _cause: Wait())
    assert noted == NoteRefusal(LookRefused(since=START, cause=DENIED, finished=True))


@pytest.mark.parametrize(
    ("sight", "refusal"),
    [
        (Observed(failed=DENIED, refused=True), True),
        (Observed(failed=DENIED), False),
        (Observed(refused=True), False),
        (Observed(failed=Cause(code="Throttling.User", message="later"), refused=True), False),
    ],
)
def test_a_look_was_refused_where_the_cloud_has_said_no_and_not_that_it_is_busy(sight: Observed, refusal: bool) -> None:
    assert is_refusal(sight) is refusal


@pytest.mark.parametrize(("minutes", "over"), [(9, False), (10, True)])
def test_a_cancelled_export_whose_looks_are_refused_ends_after_ten_minutes(minutes: int, over: bool) -> None:
    now, end = START + timedelta(minutes=minutes), Settle(Result(outcome="void"))
    record = a_started_record(
        cancel_at=START, look_refused=LookRefused(since=START, cause=DENIED), look_refused_at=START
    )
    observed = Observed(failed=DENIED, refused=True)
    assert (after(Situation(record, observed, now), Wait(), lambda _cause: end) == end) is over


# Stalled


def nobody_may_read_objects(world: FakeWorld, faults: Denying) -> str:
    faults.denied = {"object": "AccessDenied"}
    world.cloud.finish(world.task_id)
    return "AccessDenied"


def nobody_may_look_at_tasks(_world: FakeWorld, faults: Denying) -> str:
    faults.denied = dict.fromkeys(TASKS, "Forbidden.RAM")
    return "Forbidden.RAM"


def the_bucket_is_gone(world: FakeWorld, faults: Denying) -> str:
    faults.denied = dict.fromkeys(("object", "object_keys"), "NoSuchBucket")
    world.cloud.finish(world.task_id)
    return "NoSuchBucket"


def the_object_is_archived(world: FakeWorld, faults: Denying) -> str:
    faults.denied = {"object": "InvalidObjectState"}
    world.cloud.finish(world.task_id)
    return "InvalidObjectState"


def the_role_is_gone(world: FakeWorld, _faults: Denying) -> str:
    world.clouds.dead_roles.add(ROLE)
    return "EntityNotExist.Role"


def the_external_id_is_another(world: FakeWorld, _faults: Denying) -> str:
    world.clouds.external_id = "another"
    return "NoPermission"


BLINDED = [
    nobody_may_read_objects,
    nobody_may_look_at_tasks,
    the_bucket_is_gone,
    the_object_is_archived,
    the_role_is_gone,
    the_external_id_is_another,
]


@pytest.mark.parametrize("blind", BLINDED)
def test_what_cannot_be_looked_at_is_told_as_stalled_with_the_clouds_word(
    world: FakeWorld, faults: Denying, entrance: Entrance, blind: Callable[[FakeWorld, Denying], str]
) -> None:
    export = world.tell().exports[0].export_id
    code = blind(world, faults)
    watched(world, days=0.5)
    assert stalled(world)["Reason"] == code
    assert entrance.get(export).value["Reason"] == code
    assert [one["Reason"] for one in entrance.page().value["Exports"]] == [code]
    assert [line["reason"] for line in world.log.lines if line["event"] == "export.stalled"] == [code]


def test_a_silent_region_is_told_as_stalled_without_a_call_for_each_export(world: FakeWorld, faults: Denying) -> None:
    world.tell()
    world.clock.advance(hours=6)
    faults.before("tasks", unanswered("Unanswered"))
    faults.denied = {"task": "this call would take long in vain"}
    world.tick()
    assert stalled(world)["Reason"] == "Unanswered"


def test_a_task_that_is_not_known_is_told_as_stalled(world: FakeWorld, faults: Denying) -> None:
    world.tell()
    world.clock.advance(hours=6)
    faults.instead("tasks", [])
    faults.instead("task", None)
    world.tick()
    assert stalled(world)["Reason"] == "TaskNotVisible"


def test_a_task_that_only_takes_long_is_told_as_stalled_with_its_progress(world: FakeWorld) -> None:
    world.tell()
    world.tick(hours=6)
    assert (stalled(world)["Reason"], stalled(world)["Progress"]) == ("Stalled", "1%")


def test_the_event_says_the_same_when_the_look_at_the_objects_was_refused_later(
    world: FakeWorld, faults: Denying
) -> None:
    world.tell()
    world.notifier.refusing.add(BUS)
    world.tick(hours=6)
    nobody_may_read_objects(world, faults)
    world.notifier.refusing.clear()
    watched(world, days=0.2)
    assert (stalled(world)["Status"], stalled(world)["Reason"]) == ("Exporting", "Stalled")


def test_a_stall_leads_to_another_look_although_its_writer_died_right_after_it(world: FakeWorld) -> None:
    """Another worker may end the export meanwhile, and not know that there is more to tell."""
    export = world.tell().exports[0].export_id
    world.clock.advance(hours=6)
    world.store.faults.after("create stalled", Died())
    assert not world.surviving(world.tick)
    assert [key for key in world.keys("due/") if key.endswith(export)]


# The end after a fortnight


@pytest.mark.parametrize("blind", BLINDED)
def test_a_fortnight_of_looks_that_are_refused_for_one_cause_is_the_end(
    world: FakeWorld, faults: Denying, entrance: Entrance, blind: Callable[[FakeWorld, Denying], str]
) -> None:
    export = world.tell().exports[0].export_id
    code = blind(world, faults)
    before = dict(world.cloud.stored)
    watched(world, days=13.9)
    assert entrance.get(export).value["Status"] in ("Exporting", "Verifying")
    watched(world, days=0.5)
    ended = entrance.get(export).value
    assert (ended["Status"], ended["Error"]["Code"]) == ("Failed", "WatchRefused")
    assert code in ended["Error"]["Message"]
    assert "C8B26B44-0189-443E-9816-D951F59623A9" in ended["Error"]["Message"]
    assert world.notifier.kinds(BUS) == ["Started", "Stalled", "Failed"]
    assert (world.cloud.stored, world.keys("open/"), world.keys("due/"), world.keys("running/")) == (before, [], [], [])


def test_a_start_in_doubt_that_cannot_be_looked_into_for_a_fortnight_is_the_end(
    world: FakeWorld, faults: Denying
) -> None:
    faults.after("export_image", unanswered())
    world.tell()
    faults.denied = dict.fromkeys(TASKS, "Forbidden.RAM")
    *_, end = watched(world, days=14.2)
    assert (end.status, end.error and end.error.code) == ("Failed", "WatchRefused")
    assert len(world.cloud.exported) == 1


def test_an_image_that_may_not_be_looked_at_for_a_fortnight_is_the_end(world: FakeWorld, faults: Denying) -> None:
    faults.denied = {"image": "InvalidAccountStatus.NotEnoughBalance"}
    world.ask()
    *_, end = watched(world, days=14.2)
    assert (end.status, end.error and end.error.code) == ("Failed", "WatchRefused")


def test_one_look_that_works_begins_the_fortnight_anew(world: FakeWorld, faults: Denying) -> None:
    world.tell()
    nobody_may_look_at_tasks(world, faults)
    watched(world, days=10)
    faults.denied.clear()
    watched(world, days=0.1)
    nobody_may_look_at_tasks(world, faults)
    assert {export.status for export in watched(world, days=10)} == {"Exporting"}
    faults.denied.clear()
    world.cloud.finish(world.task_id)
    assert {export.status for export in watched(world, days=0.1)} == {"Completed"}


def test_another_cause_begins_the_fortnight_anew(world: FakeWorld, faults: Denying) -> None:
    world.tell()
    nobody_may_look_at_tasks(world, faults)
    watched(world, days=10)
    faults.denied = dict.fromkeys(TASKS, "NoPermission")
    assert {export.status for export in watched(world, days=10)} == {"Exporting"}


def test_days_in_which_nobody_looks_do_not_count(world: FakeWorld, faults: Denying) -> None:
    world.tell()
    nobody_may_look_at_tasks(world, faults)
    watched(world, days=1)
    world.clock.advance(days=20)
    assert {export.status for export in watched(world, days=1)} == {"Exporting"}


@pytest.mark.parametrize("code", ["Throttling", "Throttling.User"])
def test_a_busy_cloud_refuses_nothing(world: FakeWorld, faults: Denying, code: str) -> None:
    world.tell()
    faults.denied = dict.fromkeys(TASKS, code)
    assert {export.status for export in watched(world, days=15)} == {"Exporting"}


def test_a_task_that_had_stalled_before_the_role_went_ends_too(world: FakeWorld) -> None:
    world.tell()
    watched(world, days=1)
    world.clouds.dead_roles.add(ROLE)
    *_, end = watched(world, days=15.2)
    assert (end.status, end.error and end.error.code) == ("Failed", "WatchRefused")


def test_a_running_hint_of_an_earlier_version_leads_to_a_look_when_tasks_cannot_be_seen(
    world: FakeWorld, faults: Denying
) -> None:
    export = world.tell().exports[0].export_id
    world.tick(hours=6)
    (hint,) = world.keys("running/")
    del world.store.objects[hint]
    world.store.put(hint.rsplit("/", 1)[0] + "/-", b"")
    nobody_may_look_at_tasks(world, faults)
    assert [one.reason for one in world.tick(minutes=1).exports] == ["Forbidden.RAM"]
    assert not [key for key in world.keys(export) if key.endswith("/-")]


def test_what_is_refused_is_written_down_twice_an_hour_at_most(world: FakeWorld, faults: Denying) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    faults.denied = {"object": "AccessDenied"}
    written: list[str] = []
    puts = world.store.put
    world.store.put = lambda key, body: (written.append(key), puts(key, body))[1]  # type: ignore[method-assign, func-returns-value]
    watched(world, days=0.25, every_h=1 / 60)
    assert len([key for key in written if key.endswith("/look-refused")]) <= 13


def test_a_note_of_a_refused_look_goes_again_although_its_writer_died_right_after_it(
    world: FakeWorld, faults: Denying, entrance: Entrance
) -> None:
    export = world.tell().exports[0].export_id
    world.clock.advance(hours=6)
    faults.denied = {"task": "Forbidden.RAM"}
    world.store.faults.after("put look", Died())
    assert not world.surviving(world.tick)
    faults.denied.clear()
    world.tick(minutes=2)
    assert entrance.page().value["Exports"][0]["Reason"] == "Stalled"
    assert entrance.get(export).value["Reason"] == "Stalled"


# The role of today


def test_what_runs_is_watched_through_the_role_that_the_policy_names_today(world: FakeWorld) -> None:
    world.tell()
    world.change_account(role_arn=f"{ROLE}-new")
    world.clouds.dead_roles.add(ROLE)
    world.cloud.finish(world.task_id)
    assert {export.status for export in watched(world, days=0.1)} == {"Completed"}
    assert world.cloud.stored[f"acme-images-hangzhou/{manifest(world)}"]


def manifest(world: FakeWorld) -> str:
    """The key of the only manifest."""
    (key,) = [key.split("/", 1)[1] for key in world.cloud.stored if key.endswith(".manifest.json")]
    return key


def test_what_the_role_of_today_is_refused_is_seen_through_the_recorded_one(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = world.tell().exports[0].export_id
    world.change_account(role_arn=f"{ROLE}-new")
    world.clouds.dead_roles.add(f"{ROLE}-new")
    assert entrance.get(export).value["Progress"] == "1%"
    world.cloud.finish(world.task_id)
    assert {one.status for one in watched(world, days=0.1)} == {"Completed"}


def test_a_waiting_export_does_not_start_through_a_role_that_is_not_its_own(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 0
    world.tell()
    world.change_account(role_arn=f"{ROLE}-new")
    world.cloud.concurrent_exports = 1
    (export,) = world.tick(minutes=1).exports
    assert (export.status, export.error and export.error.code) == ("Failed", "Forbidden.Policy")


# A cancel


def test_a_cancel_ends_what_is_finished_and_cannot_be_proven(
    world: FakeWorld, faults: Denying, entrance: Entrance
) -> None:
    export = world.tell().exports[0].export_id
    nobody_may_read_objects(world, faults)
    watched(world, days=1)
    answer = entrance.cancel(export)
    assert (answer.status, answer.value["Status"]) == (202, "Cancelled")
    assert answer.value["Error"]["Message"].startswith(
        f"The export was cancelled, and the objects of task {world.task_id}, which is Finished, could not be looked at"
        ": AccessDenied: The cloud says no."
    )
    assert world.cloud.stored


def test_a_cancel_ends_what_cannot_be_looked_at_and_says_that_the_task_may_run(
    world: FakeWorld, faults: Denying, entrance: Entrance
) -> None:
    export = world.tell().exports[0].export_id
    faults.denied = dict.fromkeys((*TASKS, "cancel_task"), "Forbidden.RAM")
    watched(world, days=1)
    answer = entrance.cancel(export)
    assert (answer.status, answer.value["Status"], answer.value["Error"]["Code"]) == (202, "Cancelled", "WatchRefused")
    assert "(CancelTask was refused: Forbidden.RAM)" in answer.value["Error"]["Message"]


def test_a_cancel_that_ecs_takes_although_it_shows_nothing_is_said_to_be_taken(
    world: FakeWorld, faults: Denying, entrance: Entrance
) -> None:
    export = world.tell().exports[0].export_id
    nobody_may_look_at_tasks(world, faults)
    watched(world, days=1)
    assert "(CancelTask was accepted)" in entrance.cancel(export).value["Error"]["Message"]
    assert world.cloud.running[world.task_id].task.status == "Deleted"


def test_a_cancel_waits_some_minutes_for_a_look_that_was_refused_just_now(
    world: FakeWorld, faults: Denying, entrance: Entrance
) -> None:
    export = world.tell().exports[0].export_id
    nobody_may_read_objects(world, faults)
    answer = entrance.cancel(export)
    assert (answer.value["Status"], answer.value["Reason"]) == ("Verifying", "AccessDenied")
    faults.denied.clear()
    assert {one.status for one in watched(world, days=0.1)} == {"Completed"}


def test_a_cancel_ends_a_doubt_that_cannot_be_looked_into(
    world: FakeWorld, faults: Denying, entrance: Entrance
) -> None:
    faults.after("export_image", unanswered())
    export = world.tell().exports[0].export_id
    faults.denied = dict.fromkeys(TASKS, "Forbidden.RAM")
    watched(world, days=0.5)
    ended = entrance.cancel(export).value
    assert (ended["Status"], ended["Error"]["Code"]) == ("Cancelled", "WatchRefused")


def test_what_queues_up_between_two_refusals_has_not_been_looked_at_through_and_through(
    world: FakeWorld, faults: Denying
) -> None:
    world.show(an_image(status="Creating"))
    world.ask(OSSPrefix="aprefixofmorethanseventeen")
    faults.denied = {"object_keys": "AccessDenied"}
    world.show(an_image())
    (export,) = {one.export_id for one in watched(world, days=14.2)}
    assert world.context().ledger.load(export).ended.error.code == "WatchRefused"  # type: ignore[union-attr]
