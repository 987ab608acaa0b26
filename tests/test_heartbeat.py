"""What a tick says of itself: a fact, a line of the log, a call to the policy's heartbeat. None of it stops a tick."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from image_export.decisions.policy.file import read_policy
from image_export.decisions.watcher import is_overdue
from image_export.errors import LedgerFault, OurFault
from image_export.use_cases.ledger.watcher_facts import await_watcher, read_watcher
from image_export.use_cases.ports import Stored

from .builders import an_image
from .fake_world import POLICY, FakeWorld
from .fakes import START, Counting, refused, unanswered, unreached

URL = "env:IMAGE_EXPORT_HEARTBEAT_URL"


def beating(every: str = "5m") -> FakeWorld:
    """A world whose policy has a heartbeat, after its first tick."""
    world = FakeWorld()
    world.policy = read_policy(f"{POLICY}heartbeat: {{url: {URL}, every: {every}}}\n".encode())
    world.tick()
    world.pinger.told.clear()
    return world


def noted(world: FakeWorld) -> datetime:
    return world.store.objects["watcher/succeeded"].modified_at


# The fact and the line


def test_a_tick_that_did_its_work_says_so_and_notes_it_after_five_minutes_at_the_earliest(world: FakeWorld) -> None:
    world.tick()
    first = noted(world)
    for _ in range(4):
        world.tick(minutes=1)
    assert noted(world) == first
    world.tick(minutes=1)
    assert timedelta(minutes=5) <= noted(world) - first < timedelta(minutes=6)
    assert world.log.events().count("watch.finished") == 6


def test_it_costs_one_listing_a_tick_and_one_write_in_five_minutes(world: FakeWorld) -> None:
    world.tick()
    world.store.faults = calls = Counting()
    for _ in range(5):
        world.tick(minutes=1)
    # the tick's own: running, due, waiting, sweeps; and the watcher's
    assert (calls.count("list"), calls.count("put watcher")) == (5 * 5, 1)


def test_without_a_policy_it_is_no_success(world: FakeWorld) -> None:
    world.policy = None
    world.tick()
    assert world.keys("watcher/succeeded") == []
    assert [line["code"] for line in world.log.lines if line["event"] == "watch.failed"] == ["PolicyInvalid"]


@pytest.mark.parametrize(
    ("remaining_s", "succeeds"),
    [(120.0, True), (114.0, False)],  # a look leaves 45 seconds for itself and 70 for what comes behind
)
def test_a_tick_that_has_no_time_for_a_look_whose_turn_it_is_is_no_success(
    world: FakeWorld, remaining_s: float, succeeds: bool
) -> None:
    world.tell()
    world.remaining_s = remaining_s
    world.tick(minutes=10)
    assert bool(world.keys("watcher/succeeded")) is succeeds
    assert ("watch.failed" in world.log.events()) is not succeeds


def test_a_tick_that_has_no_time_for_what_is_due_is_no_success(world: FakeWorld) -> None:
    world.show(an_image(status="Creating"))
    world.tell()
    world.remaining_s = 30.0
    world.tick(minutes=10)
    assert [line["code"] for line in world.log.lines if line["event"] == "watch.failed"] == ["OutOfTime"]


def test_a_tick_that_has_no_time_for_any_start_is_no_success(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 0
    world.tell()
    assert world.keys("waiting/")
    world.remaining_s = 50.0
    world.tick(minutes=1)
    assert [line["code"] for line in world.log.lines if line["event"] == "watch.failed"] == ["OutOfTime"]


def test_a_short_tick_that_has_nothing_to_do_is_a_success(world: FakeWorld) -> None:
    world.remaining_s = 5.0
    world.tick()
    assert world.keys("watcher/succeeded")


def test_a_ledger_that_takes_no_word_of_it_is_no_success(world: FakeWorld) -> None:
    world.tick()
    world.store.faults.before("put watcher", unanswered())
    with pytest.raises(LedgerFault):
        world.tick(minutes=5)
    assert world.log.events()[-1] == "watch.failed"


# The call


def test_the_heartbeat_is_called_around_a_tick_and_again_when_its_time_has_come() -> None:
    world = FakeWorld()
    world.policy = read_policy(f"{POLICY}heartbeat: {{url: {URL}}}\n".encode())
    for _ in range(6):
        world.tick(minutes=1)
    assert world.pinger.told == [(URL, "start", ""), (URL, "success", "")] * 2


@pytest.mark.parametrize(("every", "calls"), [("1m", 30), ("10m", 3), ("1h", 0)])
def test_it_is_called_as_often_as_the_policy_says(every: str, calls: int) -> None:
    world = beating(every)
    for _ in range(30):
        world.tick(minutes=1, seconds=1)
    assert world.pinger.moments.count("success") == calls


def busy(every: str) -> FakeWorld:
    """A world with a heartbeat whose last call is hours ago, and in which each tick has something to look at."""
    world = beating(every)
    world.tell()
    world.clock.advance(hours=2)
    return world


def tick(world: FakeWorld, times: int, *, remaining_s: float = 120.0) -> None:
    """So many ticks, a minute apart."""
    world.remaining_s = remaining_s
    for _ in range(times):
        world.tick(minutes=1)


def test_a_tick_that_could_not_is_told_with_its_cause_and_again_when_its_time_has_come() -> None:
    world = busy("10m")
    tick(world, 15, remaining_s=100.0)
    failed = (URL, "fail", "The watcher could not do its work: OutOfTime")
    assert world.pinger.told == [(URL, "start", ""), failed, (URL, "start", ""), failed]


def test_a_change_for_the_worse_or_the_better_is_told_at_once() -> None:
    world = busy("1h")
    tick(world, 1)
    world.pinger.told.clear()
    for _ in range(2):
        tick(world, 5, remaining_s=100.0)
        tick(world, 5)
    assert world.pinger.moments == ["fail", "success", "fail", "success"]


@pytest.mark.parametrize("call", ["versioned", "list"])
def test_with_a_ledger_that_cannot_be_used_the_failure_is_told(call: str) -> None:
    world = beating()
    world.store.faults.before(call, unreached())
    with pytest.raises(LedgerFault):
        world.tick(minutes=1)
    assert world.pinger.told == [(URL, "fail", "The watcher could not do its work: Unreached")]


def test_with_a_ledger_that_is_versioned_the_failure_is_told_and_nothing_is_written() -> None:
    world = beating()
    before, world.store.versioning = dict(world.store.objects), "Enabled"
    with pytest.raises(OurFault):
        world.tick(minutes=1)
    assert world.pinger.told == [(URL, "fail", "The watcher could not do its work: LedgerVersioned")]
    assert dict(world.store.objects) == before


def test_a_bug_that_ends_a_tick_is_told_by_its_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("with a secret")

    world = beating()
    monkeypatch.setattr("image_export.use_cases.watch.watch.sweep", broken)
    with pytest.raises(ZeroDivisionError):
        world.tick(minutes=1)
    assert world.pinger.told == [(URL, "fail", "The watcher could not do its work: ZeroDivisionError")]


def test_without_a_policy_the_last_valid_one_says_who_is_told() -> None:
    world = beating()
    world.policy = None
    world.tick(minutes=10)
    assert world.pinger.told == [(URL, "start", ""), (URL, "fail", "The watcher could not do its work: PolicyInvalid")]


def test_without_a_policy_and_without_one_before_it_nobody_is_known_to_be_told(world: FakeWorld) -> None:
    world.policy = None
    world.tick(minutes=10)
    assert world.pinger.told == []


# What is wrong with the call


@pytest.mark.parametrize("fault", [refused("HeartbeatRefused"), unanswered(), unreached(), ValueError("https://[key")])
def test_a_call_that_fails_stops_no_tick_and_is_logged_without_the_address(fault: Exception) -> None:
    world = beating()
    world.tell()
    world.cloud.finish(world.task_id)
    world.pinger.faults = [fault, fault]
    assert [one.status for one in world.tick(minutes=6).exports] == ["Completed"]
    said = [line for line in world.log.lines if line["event"] == "heartbeat.refused"]
    assert [line["moment"] for line in said] == ["start", "success"]
    assert "key" not in repr(said)
    assert noted(world) > START


@pytest.mark.parametrize(("fault", "again"), [(refused("HeartbeatRefused"), False), (unanswered(), True)])
def test_a_refusal_is_a_call_and_without_an_answer_the_next_tick_calls_again(fault: Exception, again: bool) -> None:
    world = beating()
    world.pinger.faults = [fault, fault]
    world.tick(minutes=6)
    world.tick(minutes=1)
    assert (world.pinger.moments == ["start", "success"]) is again


def test_a_ledger_that_does_not_keep_that_it_was_called_makes_no_failure_of_a_success() -> None:
    world = beating("1m")
    world.store.faults.before("put watcher", unanswered())
    world.tick(minutes=2)
    assert world.pinger.moments == ["start", "success"]
    assert "heartbeat.not_kept" in world.log.events()
    assert "watch.failed" not in world.log.events()


# Whether it stands still


@pytest.mark.parametrize(("minutes", "overdue"), [(0, False), (14.9, False), (15, True), (3000, True)])
def test_a_watcher_is_overdue_after_a_quarter_of_an_hour(minutes: float, overdue: bool) -> None:
    assert is_overdue(START, START + timedelta(minutes=minutes)) is overdue


def test_a_watcher_of_which_nothing_is_known_is_not_overdue() -> None:
    assert is_overdue(None, START) is False


def test_where_it_never_was_its_silence_counts_from_when_somebody_missed_it(world: FakeWorld) -> None:
    assert read_watcher(world.context().ledger).since is None
    missed = await_watcher(world.context().ledger).since
    world.clock.advance(minutes=15)
    later = world.context().ledger
    assert await_watcher(later).since == missed
    assert is_overdue(missed, later.now)
    world.tick()
    assert read_watcher(world.context().ledger).since == noted(world)


def test_a_strange_name_beside_its_facts_is_none_of_them(world: FakeWorld) -> None:
    world.store.objects["watcher/else"] = Stored(b"", START)
    assert read_watcher(world.context().ledger).since is None
