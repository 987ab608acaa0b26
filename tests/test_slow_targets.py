"""Notify targets that are slow or silent: what that costs a tick, an asker and the other targets. Virtual time."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from image_export.use_cases.entrances.http import HttpApp, Outside
from image_export.use_cases.export.record import record
from image_export.values import ledger_keys as keys
from image_export.values.export import RequestedBy
from image_export.values.notify_target import ChannelAddress, Function, NotifyTarget
from image_export.values.settings import Settings

from .builders import BUCKET, IMAGE, REGION, a_request, an_image
from .builders import BUS as THE_BUS
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import START, Counting, no_restores, unanswered

CALL_S = 0.05
NIGHT = RequestedBy(trigger="nightly", id="night")
SETTINGS = Settings(ledger_bucket="ledger", ledger_prefix="ledger", http_auth="platform")


class TakesTime(Counting):
    """Each call takes its moment."""

    def __init__(self, world: "SlowWorld") -> None:
        super().__init__()
        self._world = world

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self._world.clock.advance(seconds=CALL_S)
        return super().run(call, effect)


class SlowWorld(FakeWorld):
    """A fake_world in which time passes with each call, and is what an invocation has left."""

    def __init__(self) -> None:
        self._deadline: datetime | None = None
        super().__init__()
        self.store.faults = self.cloud.faults = TakesTime(self)
        self.answers_s: dict[str, Callable[[], float]] = {}  # how long a target takes; 20 and more is no answer
        self.tried: list[tuple[str, str, datetime]] = []  # target, event, when
        self.takes, self.notifier.deliver = self.notifier.deliver, self._answer  # type: ignore[method-assign]

    @property
    def remaining_s(self) -> float:
        return (self._deadline - self.clock.now).total_seconds() if self._deadline else 120.0

    @remaining_s.setter
    def remaining_s(self, seconds: float) -> None:
        self._deadline = self.clock.now + timedelta(seconds=seconds)

    def _answer(
        self, target: NotifyTarget, events: Sequence[Mapping[str, Any]], _: ChannelAddress | None = None
    ) -> None:
        self.tried.extend((target.name, event["id"], self.clock.now) for event in events)
        takes_s = self.answers_s.get(target.name, lambda: CALL_S)()
        self.clock.advance(seconds=min(takes_s, 20))
        if takes_s >= 20:
            raise unanswered("Unanswered")
        self.takes(target, events)

    def run_ends(self, number: int) -> None:
        """So many exports run, and their tasks end at once; everybody has heard that they started."""
        for one in range(number):
            self._show(f"m-ends{one:03d}")
            record(self.context(), a_request(image_id=f"m-ends{one:03d}", requested_by=NIGHT))
        self.cloud.concurrent_exports = number
        while len(self.cloud.running) < number or len(self.notifier.delivered) < 2 * number:
            self.minute()
        for task_id in self.cloud.running:
            self.cloud.finish(task_id)
        self.notifier.delivered.clear()

    def wait_for_room(self, number: int) -> None:
        """So many wait for room, which there is as soon as others have ended."""
        for one in range(number):
            self._show(f"m-waits{one:03d}")
            record(self.context(), a_request(image_id=f"m-waits{one:03d}", requested_by=NIGHT))

    def _show(self, image_id: str) -> None:
        self.show(an_image(image_id=image_id))

    def minute(self) -> float:
        """The next tick, a minute after the last one began or when that is over; answers how many seconds it took."""
        self.clock.now = max(self.clock.now, self.next_at)
        began, self.next_at = self.clock.now, self.clock.now + timedelta(minutes=1)
        self.remaining_s = 300.0
        self.tick()
        return (self.clock.now - began).total_seconds()

    next_at = START

    def ends(self, target: str) -> set[str]:
        """The ends that a target has heard of."""
        return {event["id"] for name, event in self.notifier.delivered if name == target and "Completed" in event["id"]}


@pytest.fixture
def world() -> SlowWorld:
    return SlowWorld()


def ticks_until(world: SlowWorld, done: Callable[[], bool], most: int) -> int:
    """How many it takes."""
    for number in range(1, most + 1):
        world.minute()
        if done():
            return number
    raise AssertionError(f"not in {most} ticks")


def test_a_bus_that_takes_fifteen_seconds_holds_up_no_start_and_no_other_target(world: SlowWorld) -> None:
    world.run_ends(200)
    world.wait_for_room(20)
    world.answers_s[BUS] = lambda: 15.0
    began = world.clock.now
    assert ticks_until(world, lambda: len(world.cloud.exported) == 220, 2)
    ticks_until(world, lambda: len(world.ends(FUNCTION)) == 200, 10)
    assert world.clock.now - began < timedelta(minutes=10)


def test_where_each_fifth_call_is_not_answered_all_ends_are_delivered_within_an_hour_and_a_half(
    world: SlowWorld,
) -> None:
    world.run_ends(200)
    dice = Random(9)  # noqa: S311 - dice, not secrets
    for target in (BUS, FUNCTION):
        world.answers_s[target] = lambda: 20.0 if dice.random() < 0.2 else CALL_S
    began = world.clock.now
    ticks_until(world, lambda: len(world.ends(BUS)) == len(world.ends(FUNCTION)) == 200, 90)
    assert world.clock.now - began < timedelta(minutes=90)


def test_a_target_that_has_been_silent_for_weeks_has_been_tried_with_each_end(world: SlowWorld) -> None:
    world.answers_s[BUS] = lambda: 20.0
    world.cloud.concurrent_exports = 200
    for one in range(200):
        world.show(an_image(image_id=f"m-old{one:03d}"))
        record(world.context(), a_request(image_id=f"m-old{one:03d}", requested_by=NIGHT))
    ticks_until(world, lambda: len(world.cloud.running) == 200, 2)
    world.clock.advance(days=18)
    for task_id in world.cloud.running:
        world.cloud.finish(task_id)

    def tried() -> set[str]:
        return {event for target, event, _ in world.tried if target == BUS and "Completed" in event}

    ticks_until(world, lambda: len(tried()) == 200, 205)


def test_a_new_end_is_tried_before_the_debts_of_weeks(world: SlowWorld) -> None:
    world.answers_s[BUS] = lambda: 20.0
    for one in range(20):
        world.show(an_image(image_id=f"m-old{one:03d}"))
        record(world.context(), a_request(image_id=f"m-old{one:03d}", requested_by=NIGHT))
    for _ in range(25):
        world.minute()
    world.clock.advance(hours=3)  # all of them are due again
    world.cloud.finish(world.cloud.running.copy().popitem()[0])
    world.minute()
    assert "Completed" in [event for target, event, _ in world.tried if target == BUS][-1]


def test_two_targets_that_hang_cost_a_tick_one_wait_each(world: SlowWorld) -> None:
    world.run_ends(5)
    world.answers_s = {BUS: lambda: 20.0, FUNCTION: lambda: 20.0}
    world.minute()
    assert world.minute() < 45
    assert len([one for one in world.tried if one[2] > world.clock.now - timedelta(seconds=45)]) == 2


def test_a_prompt_target_has_its_own_time_beside_any_number_that_hang(world: SlowWorld) -> None:
    hanging = [Function(function=f"hangs-{number}") for number in range(4)]
    for one in range(30):
        world.show(an_image(image_id=f"m-new{one:03d}"))
        request = a_request(image_id=f"m-new{one:03d}", requested_by=NIGHT, notify=(THE_BUS, *hanging))
        record(world.context(), request)
    for target in hanging:
        world.answers_s[target.name] = lambda: 20.0
    world.minute()
    assert world.notifier.kinds(BUS) == ["Started"] * 30


def test_deliveries_leave_the_sweeps_and_the_night_their_minute(world: SlowWorld) -> None:
    world.run_ends(5)
    world.tick()
    before = len(world.tried)
    world.remaining_s = 80.0
    world.tick(minutes=1)
    assert len(world.tried) == before


def test_a_request_over_http_is_answered_while_both_targets_hang(world: SlowWorld) -> None:
    world.answers_s = {BUS: lambda: 20.0, FUNCTION: lambda: 20.0}
    began = world.clock.now
    context = world.context()
    outside = Outside(lambda _policy: context, lambda: context.ledger, dict, context.log, no_restores)
    answer = HttpApp(outside, SETTINGS, REGION).respond(_post(), "h-1")
    assert (answer["statusCode"], json.loads(answer["body"])["Status"]) == (202, "Exporting")
    assert world.clock.now - began < timedelta(seconds=5)
    assert world.tried == []


def _post() -> bytes:
    event = {
        "version": "v1",
        "rawPath": "/exports",
        "headers": {"Content-Type": "application/json"},
        "queryParameters": {},
        "body": json.dumps({"ImageId": IMAGE, "OSSBucket": BUCKET}),
        "isBase64Encoded": False,
        "requestContext": {"http": {"method": "POST", "path": "/exports"}},
    }
    return json.dumps(event).encode()


def verdicts(world: SlowWorld, since: int = 0) -> list[str]:
    """What the ticks said of themselves."""
    return [line["event"] for line in world.log.lines[since:] if line["event"] in ("watch.finished", "watch.failed")]


@pytest.mark.parametrize(("count", "said"), [(10, ["watch.finished"]), (12, ["watch.failed"])])
def test_a_tick_in_which_a_target_had_no_turn_is_no_success(world: SlowWorld, count: int, said: list[str]) -> None:
    """Eleven that hang take all the time that a tick has; of twelve one has no turn."""
    silent = tuple(Function(function=f"hangs-{number}") for number in range(count))
    world.change(notify=silent)
    world.answers_s = {target.name: lambda: 20.0 for target in silent}
    world.receive(json.dumps({"ImageId": IMAGE, "OSSBucket": "strangers"}).encode())
    world.minute()
    assert verdicts(world) == said


@pytest.mark.parametrize("hanging", [4, 8])
def test_who_has_refused_something_comes_after_those_who_take_what_they_get(world: SlowWorld, hanging: int) -> None:
    """It is asked first, and they take a minute of the tick together, and what one of them takes beyond it."""
    silent = tuple(Function(function=f"hangs-{number}") for number in range(hanging))
    world.change(notify=(*silent, THE_BUS))
    world.answers_s = {target.name: lambda: 20.0 for target in silent}
    world.receive(json.dumps({"ImageId": IMAGE, "OSSBucket": "strangers"}).encode())
    world.minute()  # from here on they have refused something
    since = len(world.tried)
    world.receive(json.dumps({"ImageId": IMAGE, "OSSBucket": "other-strangers"}).encode())
    took_s = world.minute()
    assert next(target for target, *_ in world.tried[since:]) == BUS
    assert took_s < 60 + 2 * 20


def test_a_tick_that_leaves_looks_ten_minutes_late_is_no_success(
    world: SlowWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images that are not there yet, a second a call: more looks are due than a tick has time for."""
    monkeypatch.setattr("tests.test_slow_targets.CALL_S", 1.0)
    for one in range(400):
        world.show(an_image(image_id=f"m-new{one:03d}", status="Creating"))
        record(world.context(), a_request(image_id=f"m-new{one:03d}", requested_by=NIGHT))
    said = dict[str, set[str]]()
    for _ in range(28):
        began, since = max(world.clock.now, world.next_at), len(world.log.lines)
        due = set(world.keys("due/"))
        world.minute()
        oldest = min(
            (key.split("/")[1] for key in due & set(world.keys("due/")) if "/deliver." not in key), default="3"
        )
        late = oldest < keys.stamp(began - timedelta(minutes=10))
        in_time = oldest > keys.stamp(began - timedelta(minutes=9))
        said.setdefault("late" if late else "in time" if in_time else "either", set()).update(verdicts(world, since))
    assert (said["in time"], said["late"]) == ({"watch.finished"}, {"watch.failed"})
