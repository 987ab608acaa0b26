"""Images that an event named and nobody can see yet: looked for, given up, never forgotten, over fakes."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from image_export.decisions.policy.file import read_policy
from image_export.decisions.results.export_view import export_of
from image_export.use_cases.entrances.sighting import Outcome, consider
from image_export.use_cases.export.record import Recorded
from image_export.use_cases.ledger.fact_store import Found
from image_export.values import ledger_keys as keys
from image_export.values.arrival import Sighted, Sighting
from image_export.values.cause import Cause

from .builders import IMAGE, REGION, a_record, an_image
from .fake_world import BUS, POLICY, FakeWorld
from .fakes import START, Clock, Died, Faults, refused, unanswered

LATER = "m-bp1later"


@pytest.mark.parametrize(
    ("seen", "ignored"),
    [
        (Outcome(), True),
        (Outcome(because="No rule wants it.", fault="Throttling"), True),
        (Outcome(export=export_of(a_record())), False),
        (Outcome(rejected=Cause(code="NotFound", message="no")), False),
        (Outcome(undecided=True), False),
        (Outcome(recorded=Recorded("exp-1", created=True)), False),
    ],
)
def test_what_made_nothing_and_is_not_looked_at_again_is_ignored(seen: Outcome, ignored: bool) -> None:
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


CREATION = Sighting(event_id="e-1", region_id=REGION, image_id=LATER, named_by_creation=True)
MOMENT = timedelta(seconds=1)


def looked_again(
    world: FakeWorld, marked: timedelta, *, seen: bool = False, available: bool = False, **changes: Any
) -> Outcome:
    """What a look finds so long after the marker was written."""
    at = world.clock.now
    fields = {name: getattr(CREATION, name) for name in Sighting.__struct_fields__}
    fact = Sighted(**{**fields, **changes}, named_at=at if seen else None, available=available)
    world.clock.now = at + marked
    return consider(world.context(), fact, marker=Found(fact, at, "n-1"))


@pytest.mark.parametrize(
    ("after", "undecided"), [(timedelta(minutes=15), True), (timedelta(minutes=15, seconds=1), False)]
)
def test_an_image_that_was_created_is_looked_for_during_a_quarter_of_an_hour(
    world: FakeWorld, after: timedelta, undecided: bool
) -> None:
    seen = looked_again(world, after)
    assert (seen.undecided, seen.rejected is not None) == (undecided, not undecided)


def test_an_image_that_no_creation_named_is_not_looked_for_again(world: FakeWorld) -> None:
    assert looked_again(world, timedelta(minutes=1), named_by_creation=False).rejected is not None


@pytest.mark.parametrize(("after", "undecided"), [(timedelta(hours=1), True), (timedelta(hours=1) + MOMENT, False)])
def test_an_image_that_was_seen_and_is_gone_is_looked_for_during_an_hour(
    world: FakeWorld, after: timedelta, undecided: bool
) -> None:
    seen = looked_again(world, after, seen=True)
    assert (seen.undecided, seen.rejected) == (undecided, None)
    assert seen.because == (None if undecided else "The image was there, and is gone.")


@pytest.mark.parametrize(
    ("after", "undecided"), [(timedelta(minutes=15) - MOMENT, True), (timedelta(minutes=15), False)]
)
def test_an_image_that_no_rule_wants_is_decided_a_quarter_of_an_hour_after_it_was_available(
    world: FakeWorld, after: timedelta, undecided: bool
) -> None:
    world.show(an_image(image_id=LATER, name="scratch"))
    assert looked_again(world, after, seen=True, available=True).undecided is undecided


@pytest.mark.parametrize(
    ("seen", "after", "undecided"),
    [
        (False, timedelta(days=1), True),
        (False, timedelta(days=1) + MOMENT, False),
        (True, timedelta(days=4), True),
        (True, timedelta(days=4) + MOMENT, False),
    ],
)
def test_looks_that_fail_for_a_day_are_the_end_and_for_four_where_the_image_was_seen(
    world: FakeWorld, seen: bool, after: timedelta, undecided: bool
) -> None:
    world.cloud.faults.before("image", refused("Forbidden.RAM"))
    found = looked_again(world, after, seen=seen)
    assert (found.undecided, found.fault) == (undecided, "Forbidden.RAM")
    assert (found.rejected is None) is undecided


@pytest.mark.parametrize(
    ("after", "next_s"), [(timedelta(0), 60), (timedelta(minutes=15), 60), (timedelta(minutes=16), 480)]
)
def test_an_image_that_cannot_be_judged_is_looked_at_each_minute_for_a_quarter_of_an_hour_then_less_often(
    world: FakeWorld, after: timedelta, next_s: int
) -> None:
    world.cloud.faults.before("image", refused("Throttling"))
    looked_again(world, after)
    (hint,) = world.keys("due/")
    assert hint.split("/")[1] == keys.stamp(START + after + timedelta(seconds=next_s))


def tell_again(world: FakeWorld, event_id: str, region: str = REGION) -> None:
    """Another event about the same image."""
    event = {
        "id": event_id,
        "product": "ECS",
        "name": "Image:StateChange",
        "regionId": region,
        "content": {"imageId": LATER, "currentState": "Available"},
    }
    world.receive(json.dumps(event).encode())


def test_an_image_that_is_seen_later_is_exported_and_its_marker_goes(world: FakeWorld) -> None:
    assert world.tell(LATER).exports == ()
    world.tick(minutes=2)
    world.show(an_image(image_id=LATER))
    (export,) = world.tick(minutes=2).exports
    assert export.status == "Exporting"
    assert (world.keys("sighted/"), len(world.keys("/requested"))) == ([], 1)
    world.tick(minutes=11)  # by then nobody is on his way who named it in the same second
    assert world.keys("sighted") == []


def test_an_image_that_is_never_seen_is_rejected_after_a_quarter_of_an_hour(world: FakeWorld) -> None:
    world.tell(LATER)
    for _ in range(14):
        world.tick(minutes=1)
    assert world.notifier.delivered == []
    for _ in range(3):
        world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == ["Rejected"]
    assert world.keys("sighted/") == []
    world.tick(minutes=11)  # by then nobody is on his way who named it in the same second
    assert world.keys("sighted") == []


def test_events_about_one_image_are_one_sighting_whatever_their_ids(world: FakeWorld) -> None:
    for event_id in ("e-1", "e-2"):
        tell_again(world, event_id)
    assert len(world.keys("sighted/")) == 1


def test_one_id_in_two_regions_is_two_sightings(world: FakeWorld) -> None:
    two = f"destinations: {{cn-beijing: {{bucket: acme-images-beijing}}, {REGION}:"
    world.policy = read_policy(POLICY.replace(f"destinations: {{{REGION}:", two).encode())
    for region in (REGION, "cn-beijing"):
        tell_again(world, "e-1", region)
    assert len(world.keys("sighted/")) == 2


@pytest.mark.parametrize("fault", [unanswered(), refused("Throttling.User"), refused("NoPermission")])
def test_an_image_that_cannot_be_looked_at_is_looked_at_again(world: FakeWorld, fault: Exception) -> None:
    world.cloud.faults.before("image", fault)
    assert world.tell().exports == ()
    (export,) = world.tick(minutes=2).exports
    assert (export.image_id, export.status) == (IMAGE, "Exporting")


def test_a_sighted_image_is_neither_given_up_nor_exported_while_the_policy_cannot_be_read(world: FakeWorld) -> None:
    world.tell(LATER)
    policy, world.policy = world.policy, None
    world.show(an_image(image_id=LATER))
    for _ in range(5):
        world.tick(hours=12)
    assert (world.cloud.exported, world.notifier.delivered, len(world.keys("sighted/"))) == ([], [], 1)
    world.policy = policy
    (export,) = world.tick(hours=1).exports
    assert (export.image_id, export.status) == (LATER, "Exporting")


def test_an_image_whose_look_has_ended_in_a_bug_is_looked_at_ten_minutes_later(world: FakeWorld) -> None:
    world.cloud.faults.before("image", refused("Throttling"), ZeroDivisionError("division"))
    world.tell()
    world.tick(minutes=2)
    (hint,) = world.keys("due/")
    assert hint.split("/")[1] == keys.stamp(START + timedelta(minutes=12))


def test_the_next_hint_is_there_before_the_last_one_goes(world: FakeWorld) -> None:
    world.tell(LATER)
    world.store.faults.before("put due", Died())
    assert not world.surviving(lambda: world.tick(minutes=2))
    assert len(world.keys("due/")) == 1


def test_a_hint_that_comes_due_in_the_tick_that_left_it_stays(world: FakeWorld) -> None:
    world.tell(LATER)
    (hint,) = world.keys("due/")
    what = hint.split("/")[2]
    world.clock.advance(minutes=2)
    for seconds in range(50, 70):  # one of them is the hint that the look will leave: another worker was first
        world.context().ledger.put(keys.due(world.clock.now + timedelta(seconds=seconds), what))
    world.store.faults = SlowWrites(world.clock)
    world.tick()
    world.store.faults = Faults()
    world.show(an_image(image_id=LATER))
    (export,) = world.tick(minutes=2).exports
    assert (export.image_id, world.keys("sighted/")) == (LATER, [])
    for _ in range(3):
        world.tick(minutes=10)
    assert world.keys("sighted") == []


def test_a_look_that_fails_does_not_forget_the_image(world: FakeWorld) -> None:
    world.tell(LATER)
    world.store.faults.before("get", unanswered())
    world.cloud.faults.before("image", unanswered(), unanswered())
    for _ in range(3):
        world.tick(minutes=2)
    world.show(an_image(image_id=LATER))
    for _ in range(5):
        world.tick(minutes=2)
    assert len(world.cloud.running) == 1


def test_a_last_look_that_fails_does_not_forget_the_image_either(world: FakeWorld) -> None:
    world.tell(LATER)
    for _ in range(14):
        world.tick(minutes=1)
    world.cloud.faults.before("image", unanswered())
    world.tick(minutes=2)
    for _ in range(5):
        world.tick(minutes=2)
    assert world.notifier.kinds(BUS) == ["Rejected"]


def test_the_marker_of_an_image_that_is_not_wanted_goes_too(world: FakeWorld) -> None:
    world.tell(LATER)
    world.show(an_image(image_id=LATER, name="scratch"))
    for _ in range(40):
        world.tick(minutes=1)
    assert world.keys("sighted") == []
