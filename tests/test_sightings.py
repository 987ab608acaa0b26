"""Images that an event named and nobody can see yet: looked for, given up, never forgotten, over fakes."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from image_export.decisions import ledger_keys as hints
from image_export.decisions.policy.file import read_policy
from image_export.decisions.results.export_view import export_of
from image_export.use_cases.entrances.sighting import Seen
from image_export.use_cases.export.record import Recorded
from image_export.values.cause import Cause

from .builders import IMAGE, REGION, a_record, an_image
from .fakes import Clock, Died, Faults, refused, unanswered
from .workshop import BUS, POLICY, Workshop

LATER = "m-bp1later"


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


@pytest.mark.parametrize(
    ("seen", "ignored"),
    [
        (Seen(), True),
        (Seen(because="No rule wants it.", fault="Throttling"), True),
        (Seen(export=export_of(a_record())), False),
        (Seen(rejected=Cause(code="NotFound", message="no")), False),
        (Seen(undecided=True), False),
        (Seen(recorded=Recorded("exp-1", created=True)), False),
    ],
)
def test_what_made_nothing_and_is_not_looked_at_again_is_ignored(seen: Seen, ignored: bool) -> None:
    assert seen.ignored is ignored


class SlowWrites(Faults):
    """A ledger that takes its time for a hint."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        result = super().run(call, effect)
        if call == "put due":
            self._clock.advance(seconds=77)
        return result


def tell_again(shop: Workshop, event_id: str, region: str = REGION) -> None:
    """Another event about the same image."""
    event = {
        "id": event_id,
        "product": "ECS",
        "name": "Image:StateChange",
        "regionId": region,
        "content": {"imageId": LATER, "currentState": "Available"},
    }
    shop.receive(json.dumps(event).encode())


def test_an_image_that_is_seen_later_is_exported_and_its_marker_goes(shop: Workshop) -> None:
    assert shop.tell(LATER).exports == ()
    shop.tick(minutes=2)
    shop.show(an_image(image_id=LATER))
    (export,) = shop.tick(minutes=2).exports
    assert export.status == "Exporting"
    assert (shop.keys("sighted/"), len(shop.keys("/requested"))) == ([], 1)
    shop.tick(minutes=11)  # by then nobody is on his way who named it in the same second
    assert shop.keys("sighted") == []


def test_an_image_that_is_never_seen_is_rejected_after_a_quarter_of_an_hour(shop: Workshop) -> None:
    shop.tell(LATER)
    for _ in range(14):
        shop.tick(minutes=1)
    assert shop.notifier.told == []
    for _ in range(3):
        shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS) == ["Rejected"]
    assert shop.keys("sighted/") == []
    shop.tick(minutes=11)  # by then nobody is on his way who named it in the same second
    assert shop.keys("sighted") == []


def test_events_about_one_image_are_one_sighting_whatever_their_ids(shop: Workshop) -> None:
    for event_id in ("e-1", "e-2"):
        tell_again(shop, event_id)
    assert len(shop.keys("sighted/")) == 1


def test_one_id_in_two_regions_is_two_sightings(shop: Workshop) -> None:
    two = f"destinations: {{cn-beijing: {{bucket: acme-images-beijing}}, {REGION}:"
    shop.policy = read_policy(POLICY.replace(f"destinations: {{{REGION}:", two).encode())
    for region in (REGION, "cn-beijing"):
        tell_again(shop, "e-1", region)
    assert len(shop.keys("sighted/")) == 2


@pytest.mark.parametrize("fault", [unanswered(), refused("Throttling.User"), refused("NoPermission")])
def test_an_image_that_cannot_be_looked_at_is_looked_at_again(shop: Workshop, fault: Exception) -> None:
    shop.cloud.faults.before("image", fault)
    assert shop.tell().exports == ()
    (export,) = shop.tick(minutes=2).exports
    assert (export.image_id, export.status) == (IMAGE, "Exporting")


def test_a_sighted_image_is_neither_given_up_nor_exported_while_the_policy_cannot_be_read(shop: Workshop) -> None:
    shop.tell(LATER)
    policy, shop.policy = shop.policy, None
    shop.show(an_image(image_id=LATER))
    for _ in range(5):
        shop.tick(hours=12)
    assert (shop.cloud.exported, shop.notifier.told, len(shop.keys("sighted/"))) == ([], [], 1)
    shop.policy = policy
    (export,) = shop.tick(hours=1).exports
    assert (export.image_id, export.status) == (LATER, "Exporting")


def test_the_next_hint_is_there_before_the_last_one_goes(shop: Workshop) -> None:
    shop.tell(LATER)
    shop.store.faults.before("put due", Died())
    assert not shop.surviving(lambda: shop.tick(minutes=2))
    assert len(shop.keys("due/")) == 1


def test_a_hint_that_comes_due_in_the_tick_that_left_it_stays(shop: Workshop) -> None:
    shop.tell(LATER)
    (hint,) = shop.keys("due/")
    what = hint.split("/")[2]
    shop.clock.advance(minutes=2)
    for seconds in range(50, 70):  # one of them is the hint that the look will leave: another worker was first
        shop.outside().ledger.put(hints.due(shop.clock.now + timedelta(seconds=seconds), what))
    shop.store.faults = SlowWrites(shop.clock)
    shop.tick()
    shop.store.faults = Faults()
    shop.show(an_image(image_id=LATER))
    (export,) = shop.tick(minutes=2).exports
    assert (export.image_id, shop.keys("sighted/")) == (LATER, [])
    for _ in range(3):
        shop.tick(minutes=10)
    assert shop.keys("sighted") == []


def test_a_look_that_fails_does_not_forget_the_image(shop: Workshop) -> None:
    shop.tell(LATER)
    shop.store.faults.before("get", unanswered())
    shop.cloud.faults.before("image", unanswered(), unanswered())
    for _ in range(3):
        shop.tick(minutes=2)
    shop.show(an_image(image_id=LATER))
    for _ in range(5):
        shop.tick(minutes=2)
    assert len(shop.cloud.running) == 1


def test_a_last_look_that_fails_does_not_forget_the_image_either(shop: Workshop) -> None:
    shop.tell(LATER)
    for _ in range(14):
        shop.tick(minutes=1)
    shop.cloud.faults.before("image", unanswered())
    shop.tick(minutes=2)
    for _ in range(5):
        shop.tick(minutes=2)
    assert shop.notifier.kinds(BUS) == ["Rejected"]


def test_the_marker_of_an_image_that_is_not_wanted_goes_too(shop: Workshop) -> None:
    shop.tell(LATER)
    shop.show(an_image(image_id=LATER, name="scratch"))
    for _ in range(40):
        shop.tick(minutes=1)
    assert shop.keys("sighted") == []
