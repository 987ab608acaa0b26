"""What a tick finds, by which hints, and who may start when the quota is full (docs/protocol.md#rule-14, #rule-15)."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.use_cases.export.record import record
from image_export.use_cases.ports import Page
from image_export.values.answer import Answer
from image_export.values.export import RequestedBy
from image_export.values.facts import Requested
from image_export.values.task import Task

from .builders import ACCOUNT, REGION, a_request, an_image
from .fake_world import BUS, POLICY, FakeWorld
from .fakes import Counting, Died, FakeCloud, refused, unanswered

ELSEWHERE = "cn-beijing"  # sorts before the region of the examples
CONCURRENT, WEEKLY = "ConcurrentQuotaExceed.ExportImage", "WeeklyQuotaExceed.ExportImage"


@pytest.fixture
def calls(world: FakeWorld) -> Counting:
    """The calls to the account's cloud."""
    world.cloud.faults = Counting()
    return world.cloud.faults


def images(world: FakeWorld, count: int) -> list[str]:
    names = [f"m-{number:03d}" for number in range(count)]
    for name in names:
        world.show(an_image(image_id=name))
    return names


def tell_elsewhere(world: FakeWorld, image_id: str) -> Answer:
    """A direct request in another region that the policy has."""
    two = f"destinations: {{{ELSEWHERE}: {{bucket: acme-images-beijing}}, {REGION}:"
    world.policy = read_policy(POLICY.replace(f"destinations: {{{REGION}:", two).encode())
    world.clouds.of(ACCOUNT, ELSEWHERE).inventory[image_id] = an_image(image_id=image_id, region_id=ELSEWHERE)
    return world.ask(image_id, ImageId=image_id, RegionId=ELSEWHERE, OSSBucket="acme-images-beijing")


def running(world: FakeWorld) -> list[str]:
    return [one.image_id for one in world.cloud.running.values() if one.task.status == "Processing"]


def finish_all(world: FakeWorld) -> None:
    for task_id, one in world.cloud.running.items():
        if one.task.status == "Processing":
            world.cloud.finish(task_id)


# Names


def test_everything_below_a_prefix_is_walked_page_by_page(world: FakeWorld) -> None:
    for number in range(2500):
        world.store.put(f"open/{number:04d}", b"")
    walked = [entry.key for entry in world.context().ledger.walk("open/")]
    assert (len(walked), walked) == (2500, sorted(walked))


def test_more_than_a_hundred_running_tasks_are_asked_for_by_the_hundred(world: FakeWorld, calls: Counting) -> None:
    world.cloud.concurrent_exports = 101
    for image in images(world, 101):
        world.tell(image)
    finish_all(world)
    before = calls.count("tasks")
    world.tick(minutes=10)
    assert calls.count("tasks") - before == 2
    assert not world.keys("open/")


def test_accounts_and_regions_are_asked_for_their_own_tasks(world: FakeWorld) -> None:
    tell_elsewhere(world, "m-there")
    world.tell()
    finish_all(world)
    there = world.clouds.of(ACCOUNT, ELSEWHERE)
    for task_id in there.running:
        there.finish(task_id)
    assert {export.status for export in world.tick(minutes=10).exports} == {"Completed"}
    assert not world.keys("open/")


def test_what_is_due_later_is_not_looked_at_yet(world: FakeWorld, calls: Counting) -> None:
    world.show(an_image(status="Creating"))
    world.tell()
    before = len(calls.calls)
    world.tick(seconds=30)
    assert len(calls.calls) == before


def test_a_running_task_that_stalls_is_looked_at_although_the_tick_saw_it_running(world: FakeWorld) -> None:
    world.tell()
    (export,) = world.tick(hours=6).exports
    assert (export.reason, export.progress) == ("Stalled", "1%")


@pytest.mark.parametrize(("early_s", "looked"), [(1, 0), (0, 1)])
def test_a_running_task_is_looked_at_by_itself_at_the_second_that_its_hint_names(
    world: FakeWorld, early_s: int, looked: int
) -> None:
    world.tell()
    (hint,) = world.keys("running/")
    at = datetime.strptime(hint.rpartition("/")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    assert at - world.clock.now > timedelta(hours=5)
    world.clock.now = at - timedelta(seconds=early_s)
    assert len(world.tick().exports) == looked


def test_two_answers_days_apart_that_do_not_know_the_task_are_no_end(world: FakeWorld) -> None:
    world.tell()
    for _ in range(2):
        world.tick(hours=30)
        world.tick(minutes=2)  # that it has stalled leads to another look
        world.cloud.faults.instead("tasks", [])
        world.cloud.faults.instead("task", None)
        (export,) = world.tick(minutes=1).exports
        assert (export.status, export.reason, len(world.keys("/vanished"))) == ("Exporting", "TaskNotVisible", 1)
        world.tick(minutes=2)
        assert not world.keys("/vanished")
    world.cloud.finish(world.task_id)
    assert [one.status for one in world.tick(minutes=10).exports] == ["Completed"]


def unknown(world: FakeWorld, *, ticks: int) -> Answer:
    """So many ticks, a half-hour apart, in which ECS does not know the task."""
    for _ in range(ticks):
        world.cloud.faults.instead("tasks", [])
        world.cloud.faults.instead("task", None)
        answer = world.tick(minutes=30)
    return answer


def test_two_lapses_between_which_nobody_looked_are_not_taken_for_one(world: FakeWorld) -> None:  # seed 41170
    world.tell()
    assert [one.reason for one in unknown(world, ticks=12).exports] == ["TaskNotVisible"]
    world.clock.advance(hours=17)
    assert [one.reason for one in unknown(world, ticks=12).exports] == ["TaskNotVisible"]
    world.cloud.finish(world.task_id)
    assert [one.status for one in world.tick(minutes=30).exports] == ["Completed"]


def test_a_task_that_nobody_finds_for_a_day_of_looks_is_the_end(world: FakeWorld) -> None:
    world.tell()
    assert [one.reason for one in unknown(world, ticks=48).exports] == ["TaskNotVisible"]
    (export,) = unknown(world, ticks=1).exports
    assert (export.status, export.error and export.error.code) == ("Failed", "TaskNotFound")


def test_a_note_that_a_task_is_not_known_goes_again_although_its_writer_died_right_after_it(world: FakeWorld) -> None:
    world.tell()
    world.tick(minutes=10)
    world.cloud.faults.instead("tasks", [])
    world.cloud.faults.instead("task", None)
    world.store.faults.after("create vanished", Died())
    assert not world.surviving(lambda: world.tick(minutes=1))
    assert world.keys("/vanished")
    world.tick(minutes=2)
    assert not world.keys("/vanished")


def test_a_hint_to_nothing_goes(world: FakeWorld) -> None:
    world.store.put("due/20261124T080000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    world.tick()
    assert world.keys("due/") == []


def test_a_tick_between_a_nights_hint_and_its_marker_takes_nothing_from_it(world: FakeWorld) -> None:
    world.tick()  # the hourly look at the markers is done
    night = world.context()
    opens = night.ledger.open

    def overtaken(requested: Requested) -> object:
        world.tick(minutes=1)
        return opens(requested)

    night.ledger.open = overtaken  # type: ignore[method-assign, assignment]
    record(night, a_request(requested_by=RequestedBy(trigger="nightly", id="night")))
    assert [export.status for export in world.tick(minutes=1).exports] == ["Exporting"]


def test_a_nights_hint_to_nothing_goes_when_the_night_must_be_gone(world: FakeWorld) -> None:
    world.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20261124T080000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    world.tick(minutes=9)
    assert len(world.keys("waiting/")) == 1
    world.tick(minutes=1)
    assert world.keys("waiting/") == []


def test_the_next_hint_is_there_before_the_last_one_goes(world: FakeWorld) -> None:
    world.store.faults.before("put running", Died())
    assert not world.surviving(world.tell)
    assert len([key for key in world.keys("due/") if "deliver" not in key]) == 1


def test_the_sweep_looks_at_what_has_no_hint_and_only_once_an_hour(world: FakeWorld) -> None:
    world.tell()
    world.tick(minutes=1)
    for key in world.keys("running/"):
        del world.store.objects[key]
    assert [len(world.tick(minutes=10).exports) for _ in range(8)].count(1) == 1


def test_a_sweep_that_runs_out_of_time_is_gone_on_with_by_the_next_tick(world: FakeWorld) -> None:
    for image in images(world, 5):
        world.tell(image)
    world.tick(hours=2)
    for key in world.keys("running/"):
        del world.store.objects[key]
    finish_all(world)
    whole = world.cloud.task

    def slow(task_id: str) -> Task | None:
        world.remaining_s -= 30
        return whole(task_id)

    world.cloud.task = slow  # type: ignore[method-assign]
    ended = []
    for minutes in (61, 1, 1):
        world.remaining_s = 120.0
        ended.append(len(world.tick(minutes=minutes).exports))
    assert ended == [3, 2, 0]


def test_the_sweep_leaves_alone_what_has_a_hint(world: FakeWorld, calls: Counting) -> None:
    world.tell()
    world.tick(minutes=1)
    assert world.tick(hours=2).exports == ()
    assert calls.count("task") == 0


def test_a_hint_to_nothing_goes_even_while_a_region_is_silent(world: FakeWorld) -> None:
    world.show(an_image(status="Creating"))
    world.tell()
    nothing = "due/20991231T000000Z/exp-aaaaaaaaaaaaaaaa-0001"
    world.store.put(nothing.replace("2099", "2026"), b"")
    world.cloud.faults.before("image", unanswered("Unanswered"))
    world.tick(days=60)
    assert not world.keys("exp-aaaaaaaaaaaaaaaa-0001")
    assert len(world.keys("due/")) == 1


def test_a_fault_of_one_export_does_not_stop_the_others(world: FakeWorld) -> None:
    for image in images(world, 3):
        world.tell(image)
    finish_all(world)
    world.store.faults.before("create ended", unanswered())
    assert len(world.tick(minutes=10).exports) == 2
    assert len(world.tick(minutes=1).exports) == 1


def test_an_unreadable_fact_of_one_export_does_not_stop_the_others(world: FakeWorld) -> None:
    first, second = images(world, 2)
    spoilt = world.tell(first).exports[0].export_id
    world.tell(second)
    world.tick()
    world.store.put(f"exports/{spoilt}/requested", b"{")
    finish_all(world)
    world.tick(minutes=10)
    assert world.notifier.kinds(BUS) == ["Started", "Started", "Completed"]


def test_exports_of_a_role_that_is_gone_are_watched_through_the_one_that_the_policy_names_now(world: FakeWorld) -> None:
    world.tell()
    world.policy = read_policy(POLICY.replace("role/image-export", "role/renamed").encode())
    gone, at = FakeCloud(world.clock), world.clouds.at
    gone.faults.before("tasks", *[refused("EntityNotExist.Role")] * 99)
    world.clouds.at = lambda role, *where: at(role, *where) if role.role_arn.endswith("renamed") else gone  # type: ignore[method-assign]
    (other,) = images(world, 1)
    assert world.tell(other).exports[0].status == "Exporting"
    finish_all(world)
    for _ in range(12):
        world.tick(minutes=10)
    assert sorted(world.notifier.kinds(BUS)) == ["Completed", "Completed", "Started", "Started"]


def test_exports_that_recorded_another_external_id_are_asked_for_as_the_policy_has_it(world: FakeWorld) -> None:
    world.change_account(external_id="old")
    for image in images(world, 2):
        world.tell(image)
    finish_all(world)
    world.change_account(external_id="new")
    world.clouds.external_id = "new"
    assert {export.status for export in world.tick(minutes=10).exports} == {"Completed"}


def test_a_recorded_role_is_asked_for_with_the_external_id_that_it_was_recorded_with(world: FakeWorld) -> None:
    first, second = images(world, 2)
    world.change_account(external_id="old")
    world.tell(first)
    world.change_account(external_id="new")
    world.tell(second)
    world.policy = None
    finish_all(world)
    world.clouds.external_id = "new"
    world.tick(minutes=10)
    assert world.notifier.kinds(BUS) == ["Completed", "Started", "Started"]


def test_a_role_that_works_no_more_costs_a_group_twenty_reads_a_tick(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 150
    for image in images(world, 150):
        world.tell(image)
    world.tick(minutes=1)
    world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    world.store.faults = Counting()
    world.tick(minutes=1)
    assert world.store.faults.count("get") <= 20
    assert world.log.events().count("look.failed") == 1


def test_one_role_that_works_among_many_that_do_not_is_found_in_a_while(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 100
    for image in images(world, 60):
        world.tell(image)
    world.change_account(role_arn=f"acs:ram::{ACCOUNT}:role/renamed")
    world.show(an_image(image_id="m-works"))
    world.tell("m-works")
    world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    finish_all(world)
    world.policy = None
    for _ in range(5):
        world.tick(minutes=1)
    assert world.notifier.kinds(BUS).count("Completed") == 1


def test_a_task_in_a_status_that_nobody_has_met_costs_a_tick_no_look_of_its_own(world: FakeWorld) -> None:
    world.tell()
    one = world.cloud.running[world.task_id]
    one.task = replace(one.task, status="Resting")
    assert world.tick(minutes=5).exports == ()


def test_a_failed_look_at_a_running_task_keeps_its_running_hint(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("task", unanswered())
    world.tick(minutes=10)
    assert len(world.keys("running/")) == 1


def test_a_tick_with_little_time_left_begins_no_look(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.remaining_s = 40
    assert world.tick(minutes=10).exports == ()
    world.remaining_s = 300
    assert len(world.tick(minutes=1).exports) == 1


# Quota


def test_a_group_that_is_told_that_it_has_no_room_asks_once_a_tick(world: FakeWorld, calls: Counting) -> None:
    world.cloud.concurrent_exports = 0
    reasons = {world.tell(image).exports[0].reason for image in images(world, 3)}
    assert (reasons, calls.count("export_image")) == ({"ConcurrentQuotaExceed"}, 1)
    for _ in range(3):
        world.tick(minutes=1)
    assert calls.count("export_image") == 4


def test_a_probe_that_succeeds_lifts_the_hold_and_starts_go_on_until_the_next_refusal(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 0
    for image in images(world, 3):
        world.tell(image)
    world.cloud.concurrent_exports = 2
    world.tick(minutes=1)
    assert (len(running(world)), len(world.keys("holds/"))) == (2, 1)
    finish_all(world)
    world.tick(minutes=10)
    assert (len(world.cloud.running), world.keys("holds/"), world.keys("waiting/")) == (3, [], [])


def test_an_end_of_ours_lifts_the_hold_where_nobody_waits_any_more(world: FakeWorld) -> None:
    first, second, third = images(world, 3)
    world.cloud.concurrent_exports = 1
    world.tell(first)
    world.tell(second)
    world.show(an_image(image_id=second, status="CreateFailed"))
    world.tick(minutes=1)
    assert (world.keys("waiting/"), len(world.keys("holds/"))) == ([], 1)
    finish_all(world)
    world.tick(minutes=10)
    assert world.tell(third).exports[0].status == "Exporting"


def test_the_highest_priority_starts_first(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 0
    for image, priority in zip(images(world, 3), (1, 9, 5), strict=True):
        record(world.context(), a_request(image_id=image, priority=priority))
    world.tick(minutes=3)
    for expected in ("m-001", "m-002", "m-000"):
        world.cloud.concurrent_exports = 1
        world.tick(minutes=1)
        assert running(world) == [expected]
        finish_all(world)


def test_a_weekly_quota_is_asked_again_after_an_hour_whatever_ends_meanwhile(world: FakeWorld, calls: Counting) -> None:
    first, second = images(world, 2)
    world.tell(first)
    calls.before("export_image", refused(WEEKLY))
    assert world.tell(second).exports[0].reason == "WeeklyQuotaExceed"
    finish_all(world)
    for _ in range(5):
        world.tick(minutes=10)
    assert (calls.count("export_image"), len(world.keys("holds/"))) == (2, 1)
    world.tick(minutes=11)
    assert (calls.count("export_image"), world.keys("holds/")) == (3, [])


def test_who_waits_behind_a_whole_page_of_hints_to_nothing_has_its_turn_in_the_same_tick(world: FakeWorld) -> None:
    for number in range(1200):
        world.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20261124T070000Z/exp-aaaaaaaaaaaaaaaa-{number:04d}", b"")
    night = RequestedBy(trigger="nightly", id="night")
    record(world.context(), a_request(requested_by=night))
    assert [export.status for export in world.tick(minutes=1).exports] == ["Exporting"]
    assert world.keys("waiting/") == []


@pytest.mark.parametrize(("count", "listings"), [(3, 1), (999, 1), (1000, 2), (1200, 2)])
def test_those_who_wait_are_listed_once_by_pages(world: FakeWorld, count: int, listings: int) -> None:
    """A page ends in the midst of a group, at its end, or behind the last one."""
    world.tick()
    for number in range(count):
        world.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20261124T070000Z/exp-aaaaaaaaaaaaaaaa-{number:04d}", b"")
    world.store.put(f"waiting/{ACCOUNT}/{REGION}z/0000/20261124T070000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    listed: list[str] = []
    whole = world.store.list

    def listing(prefix: str, **how: Any) -> Page:
        listed.append(prefix)
        return whole(prefix, **how)

    world.store.list = listing  # type: ignore[method-assign]
    world.tick(minutes=1)
    pages = sorted(prefix for prefix in listed if prefix.startswith("waiting/"))
    assert pages == ["waiting/"] * listings + [f"waiting/{ACCOUNT}/{REGION}/"] * (listings - 1)
    assert world.keys("waiting/") == []


def test_those_who_wait_behind_a_page_are_looked_at_once_each(world: FakeWorld) -> None:
    """Hints of the future: what they lead to may be on its way, so that they stay."""
    ids = [f"exp-aaaaaaaaaaaaaaaa-{number:04d}" for number in range(1100)]
    for export in ids:
        world.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20991231T070000Z/{export}", b"")
    looked: list[str] = []
    whole = world.store.list

    def listing(prefix: str, **how: Any) -> Page:
        looked.append(prefix)
        return whole(prefix, **how)

    world.store.list = listing  # type: ignore[method-assign]
    world.tick(minutes=1)
    assert [one for one in looked if one.startswith("exports/")] == [f"exports/{export}/" for export in ids]


def test_the_hold_of_one_group_holds_no_other(world: FakeWorld) -> None:
    there = world.clouds.of(ACCOUNT, ELSEWHERE)
    there.faults.before("export_image", refused(WEEKLY))
    tell_elsewhere(world, "m-there")
    here, waits = images(world, 2)
    assert world.tell(here).exports[0].status == "Exporting"
    world.cloud.faults.before("export_image", refused(CONCURRENT))
    world.tell(waits)
    world.tick(minutes=1)
    assert (running(world), there.running) == ([here, waits], {})
