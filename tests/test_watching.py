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
from .fakes import Counting, Died, FakeCloud, refused, unanswered
from .workshop import BUS, POLICY, Workshop

ELSEWHERE = "cn-beijing"  # sorts before the region of the examples
CONCURRENT, WEEKLY = "ConcurrentQuotaExceed.ExportImage", "WeeklyQuotaExceed.ExportImage"


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


@pytest.fixture
def calls(shop: Workshop) -> Counting:
    """The calls to the account's cloud."""
    shop.cloud.faults = Counting()
    return shop.cloud.faults


def images(shop: Workshop, count: int) -> list[str]:
    names = [f"m-{number:03d}" for number in range(count)]
    for name in names:
        shop.show(an_image(image_id=name))
    return names


def tell_elsewhere(shop: Workshop, image_id: str) -> Answer:
    """A direct request in another region that the policy has."""
    two = f"destinations: {{{ELSEWHERE}: {{bucket: acme-images-beijing}}, {REGION}:"
    shop.policy = read_policy(POLICY.replace(f"destinations: {{{REGION}:", two).encode())
    shop.clouds.of(ACCOUNT, ELSEWHERE).inventory[image_id] = an_image(image_id=image_id, region_id=ELSEWHERE)
    return shop.ask(image_id, ImageId=image_id, RegionId=ELSEWHERE, OSSBucket="acme-images-beijing")


def running(shop: Workshop) -> list[str]:
    return [one.image_id for one in shop.cloud.running.values() if one.task.status == "Processing"]


def finish_all(shop: Workshop) -> None:
    for task_id, one in shop.cloud.running.items():
        if one.task.status == "Processing":
            shop.cloud.finish(task_id)


# Names


def test_everything_below_a_prefix_is_walked_page_by_page(shop: Workshop) -> None:
    for number in range(2500):
        shop.store.put(f"open/{number:04d}", b"")
    walked = [entry.key for entry in shop.context().ledger.walk("open/")]
    assert (len(walked), walked) == (2500, sorted(walked))


def test_more_than_a_hundred_running_tasks_are_asked_for_by_the_hundred(shop: Workshop, calls: Counting) -> None:
    shop.cloud.concurrent_exports = 101
    for image in images(shop, 101):
        shop.tell(image)
    finish_all(shop)
    before = calls.count("tasks")
    shop.tick(minutes=10)
    assert calls.count("tasks") - before == 2
    assert not shop.keys("open/")


def test_accounts_and_regions_are_asked_for_their_own_tasks(shop: Workshop) -> None:
    tell_elsewhere(shop, "m-there")
    shop.tell()
    finish_all(shop)
    there = shop.clouds.of(ACCOUNT, ELSEWHERE)
    for task_id in there.running:
        there.finish(task_id)
    assert {export.status for export in shop.tick(minutes=10).exports} == {"Completed"}
    assert not shop.keys("open/")


def test_what_is_due_later_is_not_looked_at_yet(shop: Workshop, calls: Counting) -> None:
    shop.show(an_image(status="Creating"))
    shop.tell()
    before = len(calls.calls)
    shop.tick(seconds=30)
    assert len(calls.calls) == before


def test_a_running_task_that_stalls_is_looked_at_although_the_tick_saw_it_running(shop: Workshop) -> None:
    shop.tell()
    (export,) = shop.tick(hours=6).exports
    assert (export.reason, export.progress) == ("Stalled", "1%")


@pytest.mark.parametrize(("early_s", "looked"), [(1, 0), (0, 1)])
def test_a_running_task_is_looked_at_by_itself_at_the_second_that_its_hint_names(
    shop: Workshop, early_s: int, looked: int
) -> None:
    shop.tell()
    (hint,) = shop.keys("running/")
    at = datetime.strptime(hint.rpartition("/")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    assert at - shop.clock.now > timedelta(hours=5)
    shop.clock.now = at - timedelta(seconds=early_s)
    assert len(shop.tick().exports) == looked


def test_two_answers_days_apart_that_do_not_know_the_task_are_no_end(shop: Workshop) -> None:
    shop.tell()
    for _ in range(2):
        shop.tick(hours=30)
        shop.tick(minutes=2)  # that it has stalled leads to another look
        shop.cloud.faults.instead("tasks", [])
        shop.cloud.faults.instead("task", None)
        (export,) = shop.tick(minutes=1).exports
        assert (export.status, export.reason, len(shop.keys("/vanished"))) == ("Exporting", "TaskNotVisible", 1)
        shop.tick(minutes=2)
        assert not shop.keys("/vanished")
    shop.cloud.finish(shop.task_id)
    assert [one.status for one in shop.tick(minutes=10).exports] == ["Completed"]


def unknown(shop: Workshop, *, ticks: int) -> Answer:
    """So many ticks, a half-hour apart, in which ECS does not know the task."""
    for _ in range(ticks):
        shop.cloud.faults.instead("tasks", [])
        shop.cloud.faults.instead("task", None)
        answer = shop.tick(minutes=30)
    return answer


def test_two_lapses_between_which_nobody_looked_are_not_taken_for_one(shop: Workshop) -> None:  # seed 41170
    shop.tell()
    assert [one.reason for one in unknown(shop, ticks=12).exports] == ["TaskNotVisible"]
    shop.clock.advance(hours=17)
    assert [one.reason for one in unknown(shop, ticks=12).exports] == ["TaskNotVisible"]
    shop.cloud.finish(shop.task_id)
    assert [one.status for one in shop.tick(minutes=30).exports] == ["Completed"]


def test_a_task_that_nobody_finds_for_a_day_of_looks_is_the_end(shop: Workshop) -> None:
    shop.tell()
    assert [one.reason for one in unknown(shop, ticks=48).exports] == ["TaskNotVisible"]
    (export,) = unknown(shop, ticks=1).exports
    assert (export.status, export.error and export.error.code) == ("Failed", "TaskNotFound")


def test_a_note_that_a_task_is_not_known_goes_again_although_its_writer_died_right_after_it(shop: Workshop) -> None:
    shop.tell()
    shop.tick(minutes=10)
    shop.cloud.faults.instead("tasks", [])
    shop.cloud.faults.instead("task", None)
    shop.store.faults.after("create vanished", Died())
    assert not shop.surviving(lambda: shop.tick(minutes=1))
    assert shop.keys("/vanished")
    shop.tick(minutes=2)
    assert not shop.keys("/vanished")


def test_a_hint_to_nothing_goes(shop: Workshop) -> None:
    shop.store.put("due/20261124T080000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    shop.tick()
    assert shop.keys("due/") == []


def test_a_tick_between_a_nights_hint_and_its_marker_takes_nothing_from_it(shop: Workshop) -> None:
    shop.tick()  # the hourly look at the markers is done
    night = shop.context()
    opens = night.ledger.open

    def overtaken(requested: Requested) -> object:
        shop.tick(minutes=1)
        return opens(requested)

    night.ledger.open = overtaken  # type: ignore[method-assign, assignment]
    record(night, a_request(requested_by=RequestedBy(trigger="nightly", id="night")))
    assert [export.status for export in shop.tick(minutes=1).exports] == ["Exporting"]


def test_a_nights_hint_to_nothing_goes_when_the_night_must_be_gone(shop: Workshop) -> None:
    shop.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20261124T080000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    shop.tick(minutes=9)
    assert len(shop.keys("waiting/")) == 1
    shop.tick(minutes=1)
    assert shop.keys("waiting/") == []


def test_the_next_hint_is_there_before_the_last_one_goes(shop: Workshop) -> None:
    shop.store.faults.before("put running", Died())
    assert not shop.surviving(shop.tell)
    assert len([key for key in shop.keys("due/") if "deliver" not in key]) == 1


def test_the_sweep_looks_at_what_has_no_hint_and_only_once_an_hour(shop: Workshop) -> None:
    shop.tell()
    shop.tick(minutes=1)
    for key in shop.keys("running/"):
        del shop.store.objects[key]
    assert [len(shop.tick(minutes=10).exports) for _ in range(8)].count(1) == 1


def test_a_sweep_that_runs_out_of_time_is_gone_on_with_by_the_next_tick(shop: Workshop) -> None:
    for image in images(shop, 5):
        shop.tell(image)
    shop.tick(hours=2)
    for key in shop.keys("running/"):
        del shop.store.objects[key]
    finish_all(shop)
    whole = shop.cloud.task

    def slow(task_id: str) -> Task | None:
        shop.remaining_s -= 30
        return whole(task_id)

    shop.cloud.task = slow  # type: ignore[method-assign]
    ended = []
    for minutes in (61, 1, 1):
        shop.remaining_s = 120.0
        ended.append(len(shop.tick(minutes=minutes).exports))
    assert ended == [3, 2, 0]


def test_the_sweep_leaves_alone_what_has_a_hint(shop: Workshop, calls: Counting) -> None:
    shop.tell()
    shop.tick(minutes=1)
    assert shop.tick(hours=2).exports == ()
    assert calls.count("task") == 0


def test_a_hint_to_nothing_goes_even_while_a_region_is_silent(shop: Workshop) -> None:
    shop.show(an_image(status="Creating"))
    shop.tell()
    nothing = "due/20991231T000000Z/exp-aaaaaaaaaaaaaaaa-0001"
    shop.store.put(nothing.replace("2099", "2026"), b"")
    shop.cloud.faults.before("image", unanswered("Unanswered"))
    shop.tick(days=60)
    assert not shop.keys("exp-aaaaaaaaaaaaaaaa-0001")
    assert len(shop.keys("due/")) == 1


def test_a_fault_of_one_export_does_not_stop_the_others(shop: Workshop) -> None:
    for image in images(shop, 3):
        shop.tell(image)
    finish_all(shop)
    shop.store.faults.before("create ended", unanswered())
    assert len(shop.tick(minutes=10).exports) == 2
    assert len(shop.tick(minutes=1).exports) == 1


def test_an_unreadable_fact_of_one_export_does_not_stop_the_others(shop: Workshop) -> None:
    first, second = images(shop, 2)
    spoilt = shop.tell(first).exports[0].export_id
    shop.tell(second)
    shop.tick()
    shop.store.put(f"exports/{spoilt}/requested", b"{")
    finish_all(shop)
    shop.tick(minutes=10)
    assert shop.notifier.kinds(BUS) == ["Started", "Started", "Completed"]


def test_exports_of_a_role_that_is_gone_are_watched_through_the_one_that_the_policy_names_now(shop: Workshop) -> None:
    shop.tell()
    shop.policy = read_policy(POLICY.replace("role/image-export", "role/renamed").encode())
    gone, at = FakeCloud(shop.clock), shop.clouds.at
    gone.faults.before("tasks", *[refused("EntityNotExist.Role")] * 99)
    shop.clouds.at = lambda role, *where: at(role, *where) if role.role_arn.endswith("renamed") else gone  # type: ignore[method-assign]
    (other,) = images(shop, 1)
    assert shop.tell(other).exports[0].status == "Exporting"
    finish_all(shop)
    for _ in range(12):
        shop.tick(minutes=10)
    assert sorted(shop.notifier.kinds(BUS)) == ["Completed", "Completed", "Started", "Started"]


def test_exports_that_recorded_another_external_id_are_asked_for_as_the_policy_has_it(shop: Workshop) -> None:
    shop.change_account(external_id="old")
    for image in images(shop, 2):
        shop.tell(image)
    finish_all(shop)
    shop.change_account(external_id="new")
    shop.clouds.external_id = "new"
    assert {export.status for export in shop.tick(minutes=10).exports} == {"Completed"}


def test_a_recorded_role_is_asked_for_with_the_external_id_that_it_was_recorded_with(shop: Workshop) -> None:
    first, second = images(shop, 2)
    shop.change_account(external_id="old")
    shop.tell(first)
    shop.change_account(external_id="new")
    shop.tell(second)
    shop.policy = None
    finish_all(shop)
    shop.clouds.external_id = "new"
    shop.tick(minutes=10)
    assert shop.notifier.kinds(BUS) == ["Completed", "Started", "Started"]


def test_a_role_that_works_no_more_costs_a_group_twenty_reads_a_tick(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 150
    for image in images(shop, 150):
        shop.tell(image)
    shop.tick(minutes=1)
    shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    shop.store.faults = Counting()
    shop.tick(minutes=1)
    assert shop.store.faults.count("get") <= 20
    assert shop.log.events().count("look.failed") == 1


def test_one_role_that_works_among_many_that_do_not_is_found_in_a_while(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 100
    for image in images(shop, 60):
        shop.tell(image)
    shop.change_account(role_arn=f"acs:ram::{ACCOUNT}:role/renamed")
    shop.show(an_image(image_id="m-works"))
    shop.tell("m-works")
    shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    finish_all(shop)
    shop.policy = None
    for _ in range(5):
        shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS).count("Completed") == 1


def test_a_task_in_a_status_that_nobody_has_met_costs_a_tick_no_look_of_its_own(shop: Workshop) -> None:
    shop.tell()
    one = shop.cloud.running[shop.task_id]
    one.task = replace(one.task, status="Resting")
    assert shop.tick(minutes=5).exports == ()


def test_a_failed_look_at_a_running_task_keeps_its_running_hint(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("task", unanswered())
    shop.tick(minutes=10)
    assert len(shop.keys("running/")) == 1


def test_a_tick_with_little_time_left_begins_no_look(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.remaining_s = 40
    assert shop.tick(minutes=10).exports == ()
    shop.remaining_s = 300
    assert len(shop.tick(minutes=1).exports) == 1


# Quota


def test_a_group_that_is_told_that_it_has_no_room_asks_once_a_tick(shop: Workshop, calls: Counting) -> None:
    shop.cloud.concurrent_exports = 0
    reasons = {shop.tell(image).exports[0].reason for image in images(shop, 3)}
    assert (reasons, calls.count("export_image")) == ({"ConcurrentQuotaExceed"}, 1)
    for _ in range(3):
        shop.tick(minutes=1)
    assert calls.count("export_image") == 4


def test_a_probe_that_succeeds_lifts_the_hold_and_starts_go_on_until_the_next_refusal(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 0
    for image in images(shop, 3):
        shop.tell(image)
    shop.cloud.concurrent_exports = 2
    shop.tick(minutes=1)
    assert (len(running(shop)), len(shop.keys("holds/"))) == (2, 1)
    finish_all(shop)
    shop.tick(minutes=10)
    assert (len(shop.cloud.running), shop.keys("holds/"), shop.keys("waiting/")) == (3, [], [])


def test_an_end_of_ours_lifts_the_hold_where_nobody_waits_any_more(shop: Workshop) -> None:
    first, second, third = images(shop, 3)
    shop.cloud.concurrent_exports = 1
    shop.tell(first)
    shop.tell(second)
    shop.show(an_image(image_id=second, status="CreateFailed"))
    shop.tick(minutes=1)
    assert (shop.keys("waiting/"), len(shop.keys("holds/"))) == ([], 1)
    finish_all(shop)
    shop.tick(minutes=10)
    assert shop.tell(third).exports[0].status == "Exporting"


def test_the_highest_priority_starts_first(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 0
    for image, priority in zip(images(shop, 3), (1, 9, 5), strict=True):
        record(shop.context(), a_request(image_id=image, priority=priority))
    shop.tick(minutes=3)
    for expected in ("m-001", "m-002", "m-000"):
        shop.cloud.concurrent_exports = 1
        shop.tick(minutes=1)
        assert running(shop) == [expected]
        finish_all(shop)


def test_a_weekly_quota_is_asked_again_after_an_hour_whatever_ends_meanwhile(shop: Workshop, calls: Counting) -> None:
    first, second = images(shop, 2)
    shop.tell(first)
    calls.before("export_image", refused(WEEKLY))
    assert shop.tell(second).exports[0].reason == "WeeklyQuotaExceed"
    finish_all(shop)
    for _ in range(5):
        shop.tick(minutes=10)
    assert (calls.count("export_image"), len(shop.keys("holds/"))) == (2, 1)
    shop.tick(minutes=11)
    assert (calls.count("export_image"), shop.keys("holds/")) == (3, [])


def test_who_waits_behind_a_whole_page_of_hints_to_nothing_has_its_turn_in_the_same_tick(shop: Workshop) -> None:
    for number in range(1200):
        shop.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20261124T070000Z/exp-aaaaaaaaaaaaaaaa-{number:04d}", b"")
    night = RequestedBy(trigger="nightly", id="night")
    record(shop.context(), a_request(requested_by=night))
    assert [export.status for export in shop.tick(minutes=1).exports] == ["Exporting"]
    assert shop.keys("waiting/") == []


@pytest.mark.parametrize(("count", "listings"), [(3, 1), (999, 1), (1000, 2), (1200, 2)])
def test_those_who_wait_are_listed_once_by_pages(shop: Workshop, count: int, listings: int) -> None:
    """A page ends in the midst of a group, at its end, or behind the last one."""
    shop.tick()
    for number in range(count):
        shop.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20261124T070000Z/exp-aaaaaaaaaaaaaaaa-{number:04d}", b"")
    shop.store.put(f"waiting/{ACCOUNT}/{REGION}z/0000/20261124T070000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    listed: list[str] = []
    whole = shop.store.list

    def listing(prefix: str, **how: Any) -> Page:
        listed.append(prefix)
        return whole(prefix, **how)

    shop.store.list = listing  # type: ignore[method-assign]
    shop.tick(minutes=1)
    pages = sorted(prefix for prefix in listed if prefix.startswith("waiting/"))
    assert pages == ["waiting/"] * listings + [f"waiting/{ACCOUNT}/{REGION}/"] * (listings - 1)
    assert shop.keys("waiting/") == []


def test_those_who_wait_behind_a_page_are_looked_at_once_each(shop: Workshop) -> None:
    """Hints of the future: what they lead to may be on its way, so that they stay."""
    ids = [f"exp-aaaaaaaaaaaaaaaa-{number:04d}" for number in range(1100)]
    for export in ids:
        shop.store.put(f"waiting/{ACCOUNT}/{REGION}/0000/20991231T070000Z/{export}", b"")
    looked: list[str] = []
    whole = shop.store.list

    def listing(prefix: str, **how: Any) -> Page:
        looked.append(prefix)
        return whole(prefix, **how)

    shop.store.list = listing  # type: ignore[method-assign]
    shop.tick(minutes=1)
    assert [one for one in looked if one.startswith("exports/")] == [f"exports/{export}/" for export in ids]


def test_the_hold_of_one_group_holds_no_other(shop: Workshop) -> None:
    there = shop.clouds.of(ACCOUNT, ELSEWHERE)
    there.faults.before("export_image", refused(WEEKLY))
    tell_elsewhere(shop, "m-there")
    here, waits = images(shop, 2)
    assert shop.tell(here).exports[0].status == "Exporting"
    shop.cloud.faults.before("export_image", refused(CONCURRENT))
    shop.tell(waits)
    shop.tick(minutes=1)
    assert (running(shop), there.running) == ([here, waits], {})
