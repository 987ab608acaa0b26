"""What is owed to notify targets: its order, when it is tried again, its hints, and the debts that 0.1.0 left."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from image_export.decisions.results.delivery import Pending, hints_for, is_given_up, next_try
from image_export.values import ledger_keys as keys
from image_export.values.facts import Ended
from image_export.values.notify_target import NotifyTarget, target_slug

from .builders import BUS as THE_BUS
from .builders import FUNCTION as THE_FUNCTION
from .builders import an_image, minutes
from .fakes import START, Counting, Died, refused, unanswered
from .workshop import BUS, FUNCTION, Workshop

EXPORT = "exp-aaaaaaaaaaaaaaaa-0001"
FORBIDDEN = b'{"ImageId": "m-bp1any", "OSSBucket": "strangers-bucket"}'


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


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


def test_a_hint_names_who_is_owed_and_how_urgently_and_one_leads_to_all_that_is_due_together() -> None:
    pending_events = [
        pending(kind, target=target) for kind in ("Started", "Failed") for target in (THE_BUS, THE_FUNCTION)
    ]
    (key,) = hints_for(EXPORT, pending_events, START)
    slugs = tuple(sorted(target_slug(target) for target in (THE_BUS, THE_FUNCTION)))
    assert keys.read_delivery(key) == keys.Delivery("20261124T080000Z", "00", slugs, EXPORT)
    assert keys.export_in(key) == EXPORT


def test_the_hint_of_a_rejection_is_one_to_0_1_0_too(shop: Workshop) -> None:
    """Its watcher takes what stands behind the first dash for the rejection's hash, and would remove any other hint."""
    shop.receive(FORBIDDEN)
    (key,) = shop.keys("due/")
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


def test_an_end_that_was_owed_under_a_hint_of_0_1_0_is_delivered(shop: Workshop) -> None:
    (export,) = shop.tell().exports
    shop.cloud.finish(shop.task_id)
    shop.context().ledger.create(f"exports/{export.export_id}/ended", Ended(status="Failed", reason="Inferred"))
    for key in shop.keys("due/") + shop.keys("running/"):
        del shop.store.objects[key]
    shop.store.put(f"due/20261124T080000Z/{export.export_id}", b"")
    shop.tick(minutes=1)
    assert (shop.notifier.kinds(BUS), shop.keys("due/"), shop.keys("open/")) == (["Failed", "Started"], [], [])


def test_a_rejection_that_was_owed_under_a_hint_of_0_1_0_is_delivered_to_whom_it_is_owed_still(shop: Workshop) -> None:
    shop.receive(FORBIDDEN)
    (key,) = shop.keys("due/")
    digest = key.rsplit("-", 1)[1]
    del shop.store.objects[key]
    shop.store.put(f"rejected/{digest}/told-{target_slug(THE_BUS)}", b"")
    shop.store.put(f"due/20261124T080000Z/rejected-{digest}", b"")
    shop.tick(minutes=1)
    assert (shop.notifier.kinds(BUS), shop.notifier.kinds(FUNCTION)) == ([], ["Rejected"])
    assert shop.keys("due/") == []


# Deliveries and their facts


def test_a_refused_delivery_is_logged_with_the_clouds_request_id(shop: Workshop) -> None:
    shop.tell()
    shop.notifier.faults.before("tell", refused("AccessDenied"))
    shop.tick(minutes=1)
    (line,) = [line for line in shop.log.lines if line["event"] == "event.refused"]
    assert line["cloud_request_id"] == "C8B26B44-0189-443E-9816-D951F59623A9"


def test_a_failure_that_nobody_has_heard_of_yet_is_known_to_the_night(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", refused("ImageNotSupported"))
    shop.tell()
    assert (len(shop.keys("failed/")), shop.notifier.told) == (1, [])


def test_a_delivery_to_two_targets_costs_two_facts_and_the_end_of_its_hint(shop: Workshop) -> None:
    shop.tick()
    shop.tell()
    shop.store.faults = faults = Counting()
    shop.tick(minutes=1)
    writes = [call for call in faults.calls if not call.startswith(("get", "list", "versioned"))]
    assert writes == ["create told", "create told", "delete due"]


def test_what_was_delivered_before_a_worker_died_needs_no_other_look(shop: Workshop) -> None:
    for number in range(2):
        shop.show(an_image(image_id=f"m-{number}"))
        shop.tell(f"m-{number}")
    hints_before = [key for key in shop.keys("due/") if "deliver" in key]
    tell = shop.notifier.deliver

    def dies(target: NotifyTarget, event: Mapping[str, Any]) -> None:
        if len(shop.notifier.told) == 3:
            raise Died
        tell(target, event)

    shop.notifier.deliver = dies  # type: ignore[method-assign]
    assert not shop.surviving(lambda: shop.tick(minutes=1))
    assert (len(hints_before), len([key for key in shop.keys("due/") if "deliver" in key])) == (2, 1)


def test_an_export_that_cannot_be_read_to_be_delivered_is_delivered_by_the_next_tick(shop: Workshop) -> None:
    shop.tell()
    read = shop.store.get

    def away(key: str) -> Any:
        if key.endswith("/requested"):
            raise unanswered()
        return read(key)

    shop.store.get = away  # type: ignore[method-assign]
    shop.tick(minutes=1)
    assert shop.notifier.told == []
    shop.store.get = read  # type: ignore[method-assign]
    shop.tick(minutes=1)
    assert (shop.notifier.kinds(BUS), shop.notifier.kinds(FUNCTION)) == (["Started"], ["Started"])


def test_a_ledger_that_does_not_take_one_fact_of_a_delivery_stops_no_other(shop: Workshop) -> None:
    shop.tell()
    shop.store.faults.before("create told", refused("AccessDenied"))
    shop.tick(minutes=1)
    shop.tick(minutes=1)
    assert (set(shop.notifier.kinds(BUS)), set(shop.notifier.kinds(FUNCTION))) == ({"Started"}, {"Started"})
    assert not [key for key in shop.keys("due/") if "deliver" in key]


def test_an_export_of_which_only_deliveries_are_owed_is_not_looked_at_by_the_sweep(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=10)
    assert (len(shop.keys("open/")), shop.tick(hours=2).exports) == (1, ())
