"""What a night says that a person should look at: over fakes, in the answer and in the log line alike."""

import gzip
import json

import pytest

from image_export.decisions.results.night_warnings import Queue, queues
from image_export.use_cases.ports import Stored
from image_export.values.facts import Hold
from image_export.values.ledger_keys import Waiting
from image_export.values.notify_target import NEED_A_PERSON, ChannelAddress, DingTalk
from image_export.values.place import Place
from image_export.values.policy import Rule
from image_export.values.run import Run

from .builders import ACCOUNT, REGION
from .fake_world import FakeWorld
from .fakes import START, refused
from .test_nightly import ELSEWHERE, run, stock, world

__all__ = ["world"]  # the fixture
GROUP = f"{ACCOUNT} {REGION}"
NIGHT = Run(run_id="n", began_at=START)


def test_a_rule_that_matches_nothing_is_a_warning(world: FakeWorld) -> None:
    stock(world, 1, name="scratch")
    assert run(world).warnings == ("rule golden matches no image",)


@pytest.mark.parametrize(
    ("events", "name", "heard"),
    [
        (NEED_A_PERSON, "scratch", ["imageexport:Night:Finished"]),  # what a chat hears of without being told to
        (NEED_A_PERSON, "golden-a", []),
        (("NightWarned",), "scratch", ["imageexport:Night:Finished"]),
        (("NightFinished",), "scratch", ["imageexport:Night:Finished"]),
        (("NightFinished",), "golden-a", ["imageexport:Night:Finished"]),
        (("NightFinished", "NightWarned"), "scratch", ["imageexport:Night:Finished"]),
        (("Failed",), "scratch", []),
    ],
)
def test_a_night_with_warnings_reaches_whoever_hears_of_what_needs_a_person(
    world: FakeWorld, events: tuple[str, ...], name: str, heard: list[str]
) -> None:
    chat = DingTalk(channel="oncall", events=events)
    world.change(channels=(chat,), addresses={chat.name: ChannelAddress(url="env:IMAGE_EXPORT_X")})
    stock(world, 1, name=name)
    run(world)
    for _ in range(3):
        world.tick(minutes=1)
    assert [event["type"] for target, event in world.notifier.delivered if target == chat.name] == heard


def test_without_any_image_the_rules_match_nothing(world: FakeWorld) -> None:
    assert run(world).warnings == ("rule golden matches no image",)


def test_a_policy_without_rules_or_without_one_for_the_night_is_a_warning(world: FakeWorld) -> None:
    stock(world, 1)
    world.change(rules=())
    assert run(world).warnings == ("the policy has no rules: nothing is exported but what somebody asks for",)
    world.change(rules=(Rule(name="new", when=("image-created",)),))
    assert run(world, "n-2").warnings == ("no rule of the policy is for nightly: nights export nothing",)


def test_a_rule_that_is_not_for_the_night_or_matches_what_cannot_be_exported_is_none(world: FakeWorld) -> None:
    world.change(rules=(*(world.policy.rules if world.policy else ()), Rule(name="new", when=("image-created",))))
    stock(world, 1, os_type="windows")
    assert run(world).warnings == ()


def test_where_a_region_was_not_looked_at_a_rule_may_match_there(world: FakeWorld) -> None:
    world.cloud.faults.before("images", refused("Forbidden.RAM"))
    assert run(world).warnings == (
        f"{GROUP} could not be looked at: Forbidden.RAM: The cloud says no.",
        "rule golden matches no image that could be looked at",
    )


def test_an_account_whose_role_is_gone_is_named_with_each_of_its_regions(world: FakeWorld) -> None:
    world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    said = run(world).warnings
    assert [line.split(":")[0] for line in said[:2]] == [
        f"{ACCOUNT} {region} could not be looked at" for region in (REGION, ELSEWHERE)
    ]


def test_a_night_that_meets_an_empty_queue_says_nothing_of_the_quota(world: FakeWorld) -> None:
    stock(world, 3)
    assert run(world).warnings == ()


def test_what_still_waits_from_the_night_before_is_more_than_the_quota_takes(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 1
    stock(world, 3)
    run(world)
    world.tick(minutes=1)
    world.clock.advance(days=1)
    world.store.objects["watcher/succeeded"] = Stored(b"", world.clock.now)
    stock(world, 4)
    (said,) = run(world, "night-2").warnings
    assert said == (
        f"{GROUP} is given more than the quota takes: 3 exports wait for room, 2 of them since before this run "
        "(the oldest since 20261124); the cloud's word is ConcurrentQuotaExceed.ExportImage"
    )
    assert world.log.lines[-1]["run"]["Warnings"] == (said,)


def test_a_hold_speaks_for_what_was_just_recorded_and_is_silent_where_nobody_waits(world: FakeWorld) -> None:
    world.context().ledger.put(f"holds/{ACCOUNT}/{REGION}", Hold(code="WeeklyQuotaExceed.ExportImage"))
    assert "quota" not in "".join(run(world, "empty").warnings)
    stock(world, 2)
    (said,) = run(world).warnings
    assert said.endswith("2 exports wait for room; the cloud's word is WeeklyQuotaExceed.ExportImage")


@pytest.mark.parametrize("name", ["waiting/", "waiting/new folder", "waiting/1/cn/0001/20200101T000000Z/exp-a/more"])
def test_a_strange_name_among_the_waiting_counts_for_nothing(world: FakeWorld, name: str) -> None:
    world.context().ledger.put(name)
    world.context().ledger.put(f"holds/{ACCOUNT}/{REGION}", Hold(code="WeeklyQuotaExceed.ExportImage"))
    assert "quota" not in "".join(run(world).warnings)


def test_queues_are_told_apart_by_account_and_region() -> None:
    cn, ap = Place("1", "cn"), Place("1", "ap")
    waiting = [
        Waiting(cn, "0001", "20200102T000000Z", "exp-a-0001"),
        Waiting(cn, "0000", "20200101T000000Z", "exp-b-0001"),
        Waiting(ap, "0001", "20990101T000000Z", "exp-c-0001"),
    ]
    assert queues(NIGHT, waiting, [(ap, "Full")]) == {
        cn: Queue(waiting=2, before=2, oldest="20200101T000000Z"),
        ap: Queue(waiting=1, held="Full"),
    }


# The watcher


def test_a_watcher_that_has_stopped_is_a_warning_in_the_answer_the_log_and_the_record(world: FakeWorld) -> None:
    world.tick()
    world.clock.advance(days=2)
    stock(world, 1)
    (said,) = run(world).warnings
    assert said == (
        "the watcher is overdue, it has last done its work at 2026-11-24T08:00:00Z: nothing starts, ends or is "
        "delivered until it works again"
    )
    assert world.log.lines[-1]["run"]["Warnings"] == (said,)
    (record,) = world.keys(".json.gz")
    assert json.loads(gzip.decompress(world.store.objects[record].body))["Warnings"] == [said]


def test_a_watcher_that_never_worked_is_missed_by_the_first_night_and_named_by_the_next(world: FakeWorld) -> None:
    stock(world, 1)
    assert run(world).warnings == ()
    world.clock.advance(days=1)
    said = run(world, "night-2").warnings[0]
    assert said.startswith("the watcher is overdue, it has never worked: ")


def test_a_watcher_at_work_is_no_warning_and_a_dry_run_notes_nothing(world: FakeWorld) -> None:
    stock(world, 1)
    run(world, dry_run=True)
    assert world.keys("watcher/") == []
    world.tick()
    world.clock.advance(minutes=14)
    assert run(world).warnings == ()


# What takes too long


def test_exports_that_take_too_long_are_counted_with_why_they_cannot_be_looked_at(world: FakeWorld) -> None:
    stock(world, 2)
    run(world)
    world.tick(minutes=1)
    world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    for _ in range(8):
        world.tick(hours=1)
    (said,) = [line for line in run(world, "n-2").warnings if "longer on the way" in line]
    assert said.startswith(f"{GROUP}: exp-")
    assert said.endswith(
        " and 1 more: longer on the way than the disks explain; "
        "looks are refused with EntityNotExist.Role: The cloud says no."
    )


def test_an_export_that_takes_too_long_and_can_be_looked_at_is_named_until_it_ends(world: FakeWorld) -> None:
    stock(world, 1)
    run(world)
    world.tick(minutes=1)
    world.tick(hours=6)
    (said,) = run(world, "n-2").warnings
    assert said.endswith("-0001: longer on the way than the disks explain")
    world.cloud.finish(world.task_id)
    world.tick(minutes=1)
    assert run(world, "n-3").warnings == ()
