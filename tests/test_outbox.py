"""What is owed to notify targets: its order, when it is tried again, its hints, and the debts that 0.1.0 left."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from image_export.decisions.results.delivery import Pending, hints_for, is_given_up, next_try
from image_export.values import ledger_keys as keys
from image_export.values.facts import Ended
from image_export.values.notify_target import ChannelAddress, NotifyTarget, Webhook, target_slug

from .builders import BUS as THE_BUS
from .builders import FUNCTION as THE_FUNCTION
from .builders import an_image, minutes
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import START, Counting, Died, Events, refused, unanswered

EXPORT = "exp-aaaaaaaaaaaaaaaa-0001"
FORBIDDEN = b'{"ImageId": "m-bp1any", "OSSBucket": "strangers-bucket"}'


def pending(kind: str = "Completed", since: datetime | None = None, target: NotifyTarget = THE_BUS) -> Pending:
    return Pending(kind=kind, happened_at=START, refused_since=since, target=target, fact=f"{kind.lower()}-x")


def test_what_was_never_refused_goes_first_and_of_that_the_newest_state() -> None:
    pending_events = [pending(kind, since) for since in (START, None) for kind in ("Started", "Stalled", "Failed")]
    ordered = [(one.kind, one.refused_since is None) for one in sorted(pending_events, key=lambda one: one.order)]
    assert ordered == [(kind, new) for new in (True, False) for kind in ("Failed", "Stalled", "Started")]


def test_a_refused_event_is_tried_again_after_a_minute_and_then_less_and_less_often_up_to_an_hour() -> None:
    assert next_try(pending(since=START), START) == START + minutes(1)
    assert next_try(pending(since=START), START + minutes(1)) == START + minutes(2)
    assert next_try(pending(since=START), START + minutes(10)) - START < minutes(16)
    late = START + timedelta(days=5)
    assert timedelta(0) < next_try(pending(since=START), late) - late <= minutes(60)


def test_workers_that_look_a_moment_apart_mean_the_same_next_try() -> None:
    times = {next_try(pending(since=START), START + minutes(100 + part / 10)) for part in range(10)}
    assert len(times) == 1


def test_a_target_is_given_up_where_it_has_refused_for_a_fortnight_and_not_before() -> None:
    assert is_given_up(pending(since=START), START + timedelta(days=14))
    assert not is_given_up(pending(since=START), START + timedelta(days=13, hours=23))
    assert not is_given_up(pending(), START + timedelta(days=300))


def test_more_targets_than_one_name_of_an_object_holds_have_several_hints_and_all_hear_of_it(world: FakeWorld) -> None:
    channels = tuple(Webhook(channel=f"c{number}") for number in range(120))
    address = ChannelAddress(url="env:IMAGE_EXPORT_X")
    world.change(notify=(), channels=channels, addresses={one.name: address for one in channels})
    world.receive(FORBIDDEN)
    hints = world.keys("due/")
    assert len(hints) == 3
    assert max(len(key.encode()) for key in hints) < 900
    for _ in range(5):
        world.tick(minutes=1)
    assert {name for name, _ in world.notifier.delivered} == {one.name for one in channels}
    assert len(world.notifier.delivered) == 120
    assert world.keys("due/") == []


def test_a_hint_names_who_is_owed_and_how_urgently_and_one_leads_to_all_that_is_due_together() -> None:
    pending_events = [
        pending(kind, target=target) for kind in ("Started", "Failed") for target in (THE_BUS, THE_FUNCTION)
    ]
    (key,) = hints_for(EXPORT, pending_events, START)
    slugs = tuple(sorted(target_slug(target) for target in (THE_BUS, THE_FUNCTION)))
    assert keys.read_delivery(key) == keys.Delivery("20261124T080000Z", "00", slugs, EXPORT)
    assert keys.export_in(key) == EXPORT


def test_the_hint_of_a_rejection_is_one_to_0_1_0_too(world: FakeWorld) -> None:
    """Its watcher takes what stands behind the first dash for the rejection's hash, and would remove any other hint."""
    world.receive(FORBIDDEN)
    (key,) = world.keys("due/")
    digest = hashlib.sha256(FORBIDDEN).hexdigest()
    assert key.rpartition("/")[2].partition("-")[2] == digest
    slugs = tuple(sorted(target_slug(target) for target in (THE_BUS, THE_FUNCTION)))
    assert keys.read_delivery(key) == keys.Delivery("20261124T080000Z", "01", slugs, f"rejected-{digest}")


def test_a_target_that_refuses_has_a_hint_of_its_own_at_its_own_time() -> None:
    pending_events = [pending(), pending(since=START, target=THE_FUNCTION)]
    names = sorted(hints_for(EXPORT, pending_events, START))
    assert [name.split("/")[1] for name in names] == ["20261124T080000Z", "20261124T080100Z"]


@pytest.mark.parametrize("key", ["due/20261124T080000Z/exp-a-0001", "due/20261124T080000Z/sighted-aa", "due/x"])
def test_a_hint_to_look_is_none_to_deliver(key: str) -> None:
    assert keys.read_delivery(key) is None


# What version 0.1.0 left


def test_an_end_that_was_owed_under_a_hint_of_0_1_0_is_delivered(world: FakeWorld) -> None:
    (export,) = world.tell().exports
    world.cloud.finish(world.task_id)
    world.context().ledger.create(f"exports/{export.export_id}/ended", Ended(status="Failed", reason="Inferred"))
    for key in world.keys("due/") + world.keys("running/"):
        del world.store.objects[key]
    world.store.put(f"due/20261124T080000Z/{export.export_id}", b"")
    world.tick(minutes=1)
    assert (world.notifier.kinds(BUS), world.keys("due/"), world.keys("open/")) == (["Failed", "Started"], [], [])


def test_a_rejection_that_was_owed_under_a_hint_of_0_1_0_is_delivered_to_whom_it_is_owed_still(
    world: FakeWorld,
) -> None:
    world.receive(FORBIDDEN)
    (key,) = world.keys("due/")
    digest = key.rsplit("-", 1)[1]
    del world.store.objects[key]
    world.store.put(f"rejected/{digest}/told-{target_slug(THE_BUS)}", b"")
    world.store.put(f"due/20261124T080000Z/rejected-{digest}", b"")
    world.tick(minutes=1)
    assert (world.notifier.kinds(BUS), world.notifier.kinds(FUNCTION)) == ([], ["Rejected"])
    assert world.keys("due/") == []


# Deliveries and their facts


def test_a_refused_delivery_is_logged_with_the_clouds_request_id(world: FakeWorld) -> None:
    world.tell()
    world.notifier.faults.before("tell", refused("AccessDenied"))
    world.tick(minutes=1)
    (line,) = [line for line in world.log.lines if line["event"] == "event.refused"]
    assert line["cloud_request_id"] == "C8B26B44-0189-443E-9816-D951F59623A9"


def test_a_failure_that_nobody_has_heard_of_yet_is_known_to_the_night(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", refused("ImageNotSupported"))
    world.tell()
    assert (len(world.keys("failed/")), world.notifier.delivered) == (1, [])


def test_a_delivery_to_two_targets_costs_two_facts_and_the_end_of_its_hint(world: FakeWorld) -> None:
    world.tick()
    world.tell()
    world.store.faults = faults = Counting()
    world.tick(minutes=1)
    writes = [call for call in faults.calls if not call.startswith(("get", "list", "versioned"))]
    assert writes == ["create told", "create told", "delete due"]


def test_what_was_delivered_before_a_worker_died_needs_no_other_look(world: FakeWorld) -> None:
    for number in range(2):
        world.show(an_image(image_id=f"m-{number}"))
        world.tell(f"m-{number}")
    hints_before = [key for key in world.keys("due/") if "deliver" in key]
    tell = world.notifier.deliver

    def dies(target: NotifyTarget, events: Events, _: ChannelAddress | None = None, /) -> None:
        if len(world.notifier.delivered) == 3:
            raise Died
        tell(target, events)

    world.notifier.deliver = dies  # type: ignore[method-assign]
    assert not world.surviving(lambda: world.tick(minutes=1))
    assert (len(hints_before), len([key for key in world.keys("due/") if "deliver" in key])) == (2, 1)


def test_an_export_that_cannot_be_read_to_be_delivered_is_delivered_by_the_next_tick(world: FakeWorld) -> None:
    world.tell()
    read = world.store.get

    def away(key: str) -> Any:
        if key.endswith("/requested"):
            raise unanswered()
        return read(key)

    world.store.get = away  # type: ignore[method-assign]
    world.tick(minutes=1)
    assert world.notifier.delivered == []
    world.store.get = read  # type: ignore[method-assign]
    world.tick(minutes=1)
    assert (world.notifier.kinds(BUS), world.notifier.kinds(FUNCTION)) == (["Started"], ["Started"])


def test_a_ledger_that_does_not_take_one_fact_of_a_delivery_stops_no_other(world: FakeWorld) -> None:
    world.tell()
    world.store.faults.before("create told", refused("AccessDenied"))
    world.tick(minutes=1)
    world.tick(minutes=1)
    assert (set(world.notifier.kinds(BUS)), set(world.notifier.kinds(FUNCTION))) == ({"Started"}, {"Started"})
    assert not [key for key in world.keys("due/") if "deliver" in key]


def test_a_hint_stays_where_the_ledger_does_not_take_its_successor(world: FakeWorld) -> None:
    """Of a rejection nothing else leads to what is owed."""
    world.notifier.refusing.add(BUS)
    world.receive(FORBIDDEN)
    world.store.faults.before("put due", refused("AccessDenied"))
    world.tick(minutes=1)
    world.notifier.refusing.clear()
    world.tick(minutes=5)
    assert (world.notifier.kinds(BUS), world.notifier.kinds(FUNCTION)) == (["Rejected"], ["Rejected"])
    assert not world.keys("due/")


def test_an_export_of_which_only_deliveries_are_owed_is_not_looked_at_by_the_sweep(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    assert (len(world.keys("open/")), world.tick(hours=2).exports) == (1, ())
