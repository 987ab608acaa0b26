"""The switch that keeps everything from starting: what is recorded waits, what runs is watched, cancels work."""

from typing import Any

import pytest

from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import StartExport, Stored

from .entrance import TOKEN, Entrance
from .fake_world import FakeWorld
from .fakes import START, Counting, FakeStore, refused
from .test_nightly import run, stock, two_regions


def operators(world: FakeWorld) -> Ledger:
    """The ledger with an operator's rights, who alone may take the switch away."""
    store = FakeStore(world.clock, objects=world.store.objects)
    store.by_an_operator = True
    return Ledger(store, lambda: "nonce-of-an-operator")


def pause(world: FakeWorld) -> None:
    operators(world).pause("ops", "a migration")


def test_nothing_starts_while_it_stands_and_the_export_says_so_and_keeps_its_place(world: FakeWorld) -> None:
    pause(world)
    (export,) = world.tell().exports
    assert (export.status, export.reason) == ("Requested", "Paused")
    before = world.keys("waiting/")
    for _ in range(3):
        world.tick(minutes=5)
    assert world.cloud.running == {}
    assert world.keys("waiting/") == before
    assert len(before) == 1
    assert world.keys("/claim-") == []


def test_what_waits_starts_when_it_is_taken_away(world: FakeWorld) -> None:
    pause(world)
    world.tell()
    stood = operators(world).resume()
    assert stood is not None
    assert (stood.fact.by, stood.fact.reason) == ("ops", "a migration")
    world.tick(minutes=1)
    assert len(world.cloud.running) == 1


def test_what_runs_is_watched_to_its_end(world: FakeWorld) -> None:
    world.tell()
    pause(world)
    world.cloud.finish(world.task_id)
    (export,) = world.tick(minutes=5).exports
    assert export.status == "Completed"


def test_what_waits_can_be_cancelled(world: FakeWorld) -> None:
    pause(world)
    (export,) = world.tell().exports
    assert Entrance(world, TOKEN).cancel(export.export_id).value["Status"] == "Cancelled"


def test_a_look_at_it_and_a_list_say_that_it_is_paused(world: FakeWorld) -> None:
    pause(world)
    (export,) = world.tell().exports
    entrance = Entrance(world, TOKEN)
    assert entrance.get(export.export_id).value["Reason"] == "Paused"
    assert [one["Reason"] for one in entrance.page().value["Exports"]] == ["Paused"]


def test_a_night_records_and_warns_of_it() -> None:
    night = two_regions()
    stock(night, 2)
    pause(night)
    answer = run(night)
    assert len(night.requested()) == 2
    assert answer.warnings == ("nothing starts: ops has paused it since 2026-11-24T08:00:00Z: a migration",)
    night.tick(minutes=1)
    assert night.cloud.running == {}


def test_who_was_first_to_pause_stands(world: FakeWorld) -> None:
    assert operators(world).pause("first").ours
    world.clock.advance(hours=1)
    second = operators(world).pause("second", "me too")
    assert (second.fact.by, second.at) == ("first", START)
    assert operators(world).resume() is not None
    assert operators(world).resume() is None


@pytest.mark.parametrize("body", [b"{", b'{"Nonce": "n", "Fact": {}}'])
def test_a_switch_that_cannot_be_read_is_on(world: FakeWorld, body: bytes) -> None:
    world.store.objects["switches/paused"] = Stored(body, START)
    (export,) = world.tell().exports
    assert (export.reason, world.cloud.running) == ("Paused", {})
    world.tick(minutes=5)
    assert world.cloud.running == {}


def test_a_switch_that_oss_refuses_is_on(world: FakeWorld) -> None:
    whole = world.store.get

    def get(key: str) -> Any:
        if key == "switches/paused":
            raise refused("AccessDenied")
        return whole(key)

    world.store.get = get  # type: ignore[method-assign]
    (export,) = world.tell().exports
    assert (export.reason, world.cloud.running) == ("Paused", {})


@pytest.mark.parametrize("waiting", [0, 1, 12])
def test_a_tick_reads_the_switch_before_it_starts_and_after_each_start(waiting: int) -> None:
    night = two_regions()
    stock(night, waiting)
    run(night)
    reads: list[str] = []
    whole = night.store.get
    night.store.get = lambda key: (reads.append(key), whole(key))[1]  # type: ignore[method-assign, func-returns-value]
    night.tick(minutes=1)
    assert len(night.cloud.running) == waiting
    assert reads.count("switches/paused") == min(waiting, 1) + waiting


def test_a_pause_in_the_middle_of_a_tick_keeps_the_next_one_from_starting() -> None:
    night = two_regions()
    stock(night, 5)
    run(night)
    starts, whole = night.cloud.exported, night.cloud.export_image

    def pausing(start: StartExport) -> str:
        if len(starts) == 1:
            pause(night)
        return whole(start)

    night.cloud.export_image = pausing  # type: ignore[method-assign]
    night.tick(minutes=1)
    assert len(night.cloud.exported) == 2
    assert len(night.keys("waiting/")) == 3


def test_a_full_queue_that_is_paused_costs_a_listing_and_a_read() -> None:
    night = two_regions()
    stock(night, 12)
    run(night)
    pause(night)
    night.tick(minutes=1)
    night.store.faults = counting = Counting()
    night.tick(minutes=1)
    assert counting.count("get") <= 4


def test_the_health_check_says_it_to_those_who_ask(world: FakeWorld) -> None:
    entrance = Entrance(world, TOKEN)

    def health(**query: str) -> Any:
        return entrance.ask("GET", "/healthz", query=query)

    assert health(Paused="true").value["Paused"] is None
    pause(world)
    assert health(Paused="true").value["Paused"] == {
        "By": "ops",
        "Since": "2026-11-24T08:00:00Z",
        "Reason": "a migration",
    }
    assert health().value["Paused"]["By"] == health(Paused="false").value["Paused"]["By"] == "ops"
    assert (health(Paused="yes").status, health(Paused="yes").value["Code"]) == (400, "InvalidParameter")
