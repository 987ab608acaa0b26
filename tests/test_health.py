"""What `GET /healthz` says of the deployment: 200 only where somebody may sleep (docs/http-api.md#health)."""

from typing import Any

import pytest

from image_export.use_cases.ports import Stored

from .entrance import Answer, Entrance
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import START, Counting, refused, unanswered, unreached


def health(entrance: Entrance, **query: str) -> Answer:
    return entrance.ask("GET", "/healthz", query=query)


def test_a_watcher_at_work_and_a_policy_that_can_be_read_are_ok(world: FakeWorld, entrance: Entrance) -> None:
    world.tick()
    answer = health(entrance)
    assert (answer.status, "retry-after" in answer.headers) == (200, False)
    assert answer.value == {
        "Status": "ok",
        "Versions": {"image-export": "1.2.3"},
        "Watcher": {"LastSucceeded": "2026-11-24T08:00:00Z", "Overdue": False},
        "Policy": {"Readable": True, "Code": None, "Message": None},
        "Paused": None,
        "Counts": {"Waiting": 0, "Running": 0, "Stalled": 0, "Undelivered": 0, "AtLeast": []},
    }


@pytest.mark.parametrize(("minutes", "status", "said"), [(14, 200, "ok"), (15, 503, "overdue"), (3000, 503, "overdue")])
def test_a_watcher_that_stands_still_is_503_after_a_quarter_of_an_hour(
    world: FakeWorld, entrance: Entrance, minutes: int, status: int, said: str
) -> None:
    world.tick()
    world.clock.advance(minutes=minutes)
    answer = health(entrance)
    assert (answer.status, answer.value["Status"]) == (status, said)
    assert answer.value["Watcher"] == {"LastSucceeded": "2026-11-24T08:00:00Z", "Overdue": status == 503}
    assert answer.headers.get("retry-after") == ("60" if status == 503 else None)


def test_a_watcher_that_always_runs_out_of_time_is_503(world: FakeWorld, entrance: Entrance) -> None:
    world.tick()
    world.tell()
    world.remaining_s, world.stands_still = 100.0, True
    for _ in range(15):
        world.tick(minutes=1)
    assert health(entrance).value["Status"] == "overdue"


def test_a_new_deployment_has_a_quarter_of_an_hour_and_no_more(world: FakeWorld, entrance: Entrance) -> None:
    for minutes, status in ((0, 200), (14, 200), (1, 503), (60, 503)):
        world.clock.advance(minutes=minutes)
        answer = health(entrance)
        assert (answer.status, answer.value["Watcher"]["LastSucceeded"]) == (status, None)
    world.tick()
    assert health(entrance).status == 200


def test_a_ledger_of_an_older_version_does_not_cry_before_the_first_tick(world: FakeWorld, entrance: Entrance) -> None:
    world.tell()
    for key in world.keys("watcher/"):
        del world.store.objects[key]
    world.clock.advance(days=100)
    assert health(entrance).status == 200


def test_a_policy_that_cannot_be_read_is_503_with_its_cause(world: FakeWorld, entrance: Entrance) -> None:
    world.tick()
    world.policy = None
    answer = health(entrance)
    assert (answer.status, answer.value["Status"]) == (503, "policy")
    assert answer.value["Policy"] == {
        "Readable": False,
        "Code": "PolicyInvalid",
        "Message": "The policy cannot be read; the log says why.",
    }


@pytest.mark.parametrize("call", ["list", "get", "create watcher"])
@pytest.mark.parametrize("fault", [unreached(), unanswered()])
def test_a_ledger_that_does_not_answer_is_503_with_its_cause(
    world: FakeWorld, entrance: Entrance, call: str, fault: Exception
) -> None:
    world.store.faults.before(call, fault)
    assert health(entrance).refusal[0] == 503
    assert "http.failed" in world.log.events()


def test_a_ledger_that_refuses_us_is_503_and_not_the_askers_fault(world: FakeWorld, entrance: Entrance) -> None:
    world.store.faults.before("list", refused("AccessDenied"))
    assert health(entrance).refusal == (503, "AccessDenied")


def test_what_waits_runs_stalls_and_was_given_up_is_counted(world: FakeWorld, entrance: Entrance) -> None:
    world.cloud.concurrent_exports = 1
    world.tell()
    world.ask("r-2", ImageId=world.cloud.inventory.popitem()[0], OSSPrefix="another")
    world.notifier.refusing |= {BUS, FUNCTION}
    world.tick(hours=6)
    counts: Any = health(entrance).value["Counts"]
    assert (counts["Running"], counts["Stalled"]) == (1, 1)
    for number in range(3):
        world.store.objects[f"untold/exp-aaaaaaaaaaaaaaaa-000{number}.Failed/told-failed-0123456789ab"] = Stored(
            b"", START
        )
        world.store.objects[f"waiting/1/cn-a/9999/2026/exp-aaaaaaaaaaaaaaaa-000{number}"] = Stored(b"", START)
    waiting = counts["Waiting"]
    counts = health(entrance).value["Counts"]
    assert (counts["Waiting"], counts["Undelivered"], counts["AtLeast"]) == (waiting + 3, 3, [])


def test_of_each_a_thousand_are_counted_and_that_there_are_more_is_said(world: FakeWorld, entrance: Entrance) -> None:
    for number in range(1001):
        world.store.objects[f"waiting/1/cn-a/9999/2026/exp-aaaaaaaaaaaaaaaa-{number:04d}"] = Stored(b"", START)
    world.store.faults = calls = Counting()
    assert health(entrance).value["Counts"] == {
        "Waiting": 1000,
        "Running": 0,
        "Stalled": 0,
        "Undelivered": 0,
        "AtLeast": ["Waiting"],
    }
    # the watcher's facts, and again once it is missed; the counts; the switch
    assert (calls.count("list"), calls.count("get"), calls.count("create watcher")) == (2 + 4, 1, 1)


def test_it_writes_once_that_somebody_has_missed_the_watcher_and_nothing_else(
    world: FakeWorld, entrance: Entrance
) -> None:
    for _ in range(3):
        health(entrance)
    assert list(world.store.objects) == ["watcher/awaited"]
    assert world.store.objects["watcher/awaited"].modified_at == START


@pytest.mark.parametrize("query", [{"Live": "true"}, {"Live": "true", "Paused": "true"}])
def test_a_live_check_reads_nothing(world: FakeWorld, entrance: Entrance, query: dict[str, str]) -> None:
    world.policy = None
    world.store.faults = calls = Counting()
    answer = health(entrance, **query)
    assert (answer.status, answer.value) == (200, {"Status": "ok", "Versions": {"image-export": "1.2.3"}})
    assert calls.calls == []


@pytest.mark.parametrize("query", [{"Live": "yes"}, {"Live": ""}, {"Paused": "1"}, {"Live": "TRUE"}])
def test_a_switch_is_true_or_false(entrance: Entrance, query: dict[str, str]) -> None:
    assert health(entrance, **query).refusal == (400, "InvalidParameter")
