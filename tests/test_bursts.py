"""Ten thousand events at a time: no channel misses one, and none is sent more than its service takes. Virtual time."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from image_export.errors import Refused
from image_export.values.cause import Cause
from image_export.values.notify_target import AnyChannel, ChannelAddress, DingTalk, NotifyTarget, Webhook

from .test_slow_targets import SlowWorld

MANY = 10_000
ADDRESS = ChannelAddress(url="env:IMAGE_EXPORT_X")
CHAT, OPS = DingTalk(channel="oncall"), Webhook(channel="ops")
MINUTE = timedelta(minutes=1)
CALL = timedelta(milliseconds=20)


class Service:
    """What is behind a channel: it takes `per_minute` messages, and refuses each `nth` for its rate all the same."""

    def __init__(self, world: SlowWorld, per_minute: int = MANY, nth: int = MANY + 1) -> None:
        self._world, self._per_minute, self._nth = world, per_minute, nth
        self.asked: list[datetime] = []
        self.taken: list[datetime] = []
        self.events = Counter[str]()
        world.notifier.deliver = self._deliver  # type: ignore[method-assign]

    def _deliver(
        self, _: NotifyTarget, events: Sequence[Mapping[str, Any]], __: ChannelAddress | None = None, /
    ) -> None:
        self._world.clock.advance(seconds=CALL.total_seconds())
        now = self._world.clock.now
        self.asked.append(now)
        lately = [at for at in self.taken[-self._per_minute :] if now - at < MINUTE]
        if len(lately) >= self._per_minute or len(self.asked) % self._nth == 0:
            raise Refused(Cause(code="Throttling.Channel", message="Too many messages."))
        self.taken.append(now)
        self.events.update(str(event["id"]) for event in events)

    def most_in_a_minute(self) -> int:
        """How many messages it was sent, taken or not."""
        return max(
            sum(first <= at < first + MINUTE for at in self.asked[number:][:200])
            for number, first in enumerate(self.asked)
        )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SlowWorld:
    monkeypatch.setattr("tests.test_slow_targets.CALL_S", CALL.total_seconds())
    return SlowWorld()


def burst(world: SlowWorld, channel: AnyChannel, events: int = MANY) -> None:
    """So many requests are rejected, which the channel alone is to hear of."""
    world.change(notify=(), channels=(channel,), addresses={channel.name: ADDRESS})
    for number in range(events):
        asked = {"ImageId": "m-bp1any", "OSSBucket": "strangers-bucket", "ClientToken": f"t-{number}"}
        world.receive(json.dumps(asked).encode(), f"r-{number}")


def minutes_until_all_is_told(world: SlowWorld) -> int:
    """How many ticks it takes."""
    minutes = 0
    while [key for key in world.store.objects.below("due/") if "/deliver." in key]:
        world.minute()
        minutes += 1
        assert minutes < 300
    return minutes


def assert_none_is_lost(world: SlowWorld, service: Service, events: int = MANY) -> None:
    assert (len(service.events), set(service.events.values())) == (events, {1})
    assert (len(world.keys("rejected/")), len(world.keys("/told-"))) == (2 * events, events)
    assert (world.keys("/refused-"), world.keys("untold/")) == ([], [])


@pytest.mark.parametrize("events", [1_000, pytest.param(MANY, marks=pytest.mark.prove)])
def test_a_chat_of_twenty_messages_a_minute_hears_of_all_events_and_is_never_sent_to_too_fast(
    world: SlowWorld, events: int
) -> None:
    service = Service(world, per_minute=20)
    burst(world, CHAT, events)
    assert minutes_until_all_is_told(world) < 100
    assert_none_is_lost(world, service, events)
    assert service.most_in_a_minute() <= 20
    assert service.asked == service.taken
    assert len(service.taken) < 100


@pytest.mark.prove
def test_a_webhook_that_answers_429_now_and_then_is_sent_each_of_ten_thousand_events(world: SlowWorld) -> None:
    service = Service(world, nth=250)
    burst(world, OPS)
    assert minutes_until_all_is_told(world) < 150
    assert_none_is_lost(world, service)
    assert (len(service.taken), len(service.asked) - len(service.taken)) == (MANY, 40)


@pytest.mark.prove
def test_a_webhook_of_two_hundred_a_minute_is_asked_at_most_once_too_often_in_a_tick(world: SlowWorld) -> None:
    service = Service(world, per_minute=200)
    burst(world, OPS)
    minutes = minutes_until_all_is_told(world)
    assert_none_is_lost(world, service)
    assert (minutes < 150, 1 <= len(service.asked) - len(service.taken) <= minutes) == (True, True)
