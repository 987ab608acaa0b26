"""Channels of people: what they hear of, a burst as one message, who takes nothing now, and who is named no more."""

import pytest

from image_export.decisions.results.undelivered import read_key
from image_export.errors import CloudFault, Refused, RefusedForGood
from image_export.use_cases.delivery.outbox import Came, record
from image_export.use_cases.delivery.outgoing import open_outgoing
from image_export.use_cases.watch import deliver as delivering
from image_export.values.cause import Cause
from image_export.values.notify_target import AnyChannel, ChannelAddress, DingTalk, NotifyTarget, Slack, Webhook

from .builders import an_image
from .fake_world import FakeWorld
from .fakes import Events

ADDRESS = ChannelAddress(url="env:IMAGE_EXPORT_X")
OPS = Webhook(channel="ops")
STARTS = DingTalk(channel="oncall", events=("Started",))
ENDS = Slack(channel="ends", events=("Failed", "Completed"))


def starting(world: FakeWorld, number: int, *channels: AnyChannel) -> None:
    """The policy names these alone, and so many exports are started by events."""
    world.change(notify=(), channels=channels, addresses={one.name: ADDRESS for one in channels})
    world.cloud.concurrent_exports = number
    for one in range(number):
        world.show(an_image(image_id=f"m-bp1burst{one:04d}", name=f"golden-{one}"))
        world.tell(f"m-bp1burst{one:04d}")


def answering(world: FakeWorld, *faults: CloudFault) -> list[int]:
    """The next messages are answered so, and later ones are taken; how many events each held."""
    sizes: list[int] = []
    takes, left = world.notifier.deliver, list(faults)

    def deliver(target: NotifyTarget, events: Events, address: ChannelAddress | None = None, /) -> None:
        sizes.append(len(events))
        if left:
            raise left.pop(0)
        takes(target, events, address)

    world.notifier.deliver = deliver  # type: ignore[method-assign]
    return sizes


def refused(code: str = "310000") -> Refused:
    return Refused(Cause(code=code, message="no"))


def test_a_channel_hears_of_what_it_wants_alone(world: FakeWorld) -> None:
    starting(world, 1, STARTS, ENDS)
    world.tick(minutes=1)
    assert world.notifier.kinds("dingtalk:oncall") == ["Started"]
    assert world.notifier.kinds("slack:ends") == []
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    world.tick(minutes=10)
    assert world.notifier.kinds("dingtalk:oncall") == ["Started"]
    assert world.notifier.kinds("slack:ends") == ["Completed"]
    assert not world.keys("open/")
    assert not [key for key in world.keys("due/") if "deliver" in key]


def test_a_chat_is_sent_a_burst_in_one_message_and_a_webhook_one_for_each_event(world: FakeWorld) -> None:
    starting(world, 12, STARTS, OPS)
    world.tick(minutes=1)
    assert sorted(world.notifier.messages) == [("dingtalk:oncall", 12)] + 12 * [("webhook:ops", 1)]


def test_what_is_more_than_one_message_holds_goes_out_with_the_next_tick(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "TOGETHER", 5)
    starting(world, 12, STARTS)
    for _ in range(4):
        world.tick(minutes=1)
    assert world.notifier.messages == [("dingtalk:oncall", 5), ("dingtalk:oncall", 5), ("dingtalk:oncall", 2)]
    assert len({event["id"] for _, event in world.notifier.delivered}) == 12


def test_a_message_is_gathered_for_no_longer_than_its_time(world: FakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "SECONDS_TO_GATHER", 0.0)
    starting(world, 3, STARTS)
    world.tick(minutes=1)
    assert world.notifier.messages == [("dingtalk:oncall", 1)]


def test_a_refused_message_is_owed_for_each_of_its_events_and_sent_again(world: FakeWorld) -> None:
    starting(world, 3, STARTS)
    sizes = answering(world, refused())
    world.tick(minutes=1)
    assert (sizes, len(world.keys("/refused-started-"))) == ([3], 3)
    world.tick(minutes=2)
    assert (sizes, world.notifier.messages) == ([3, 3], [("dingtalk:oncall", 3)])
    assert not [key for key in world.keys("due/") if "deliver" in key]


@pytest.mark.parametrize("channel", [STARTS, OPS])
def test_who_is_busy_is_left_alone_for_the_tick_and_nothing_is_held_against_it(
    world: FakeWorld, channel: AnyChannel
) -> None:
    starting(world, 3, channel)
    sizes = answering(world, refused("Throttling.Channel"))
    world.tick(minutes=1)
    assert (len(sizes), world.keys("/refused-"), world.notifier.delivered) == (1, [], [])
    world.tick(minutes=1)
    assert len({event["id"] for _, event in world.notifier.delivered}) == 3


@pytest.mark.parametrize("channel", [STARTS, OPS])
def test_who_asks_to_be_left_alone_is_called_by_no_tick_before_the_time(world: FakeWorld, channel: AnyChannel) -> None:
    starting(world, 3, channel)
    fault = refused("Throttling.Channel")
    fault.retry_after_s = 600
    sizes = answering(world, fault)
    for _ in range(9):
        world.tick(minutes=1)
    assert (len(sizes), world.keys("/refused-"), world.notifier.delivered) == (1, [], [])
    for _ in range(3):
        world.tick(minutes=1)
    assert len({event["id"] for _, event in world.notifier.delivered}) == 3


def test_who_is_busy_for_a_fortnight_refuses_from_then_on(world: FakeWorld) -> None:
    starting(world, 1, STARTS)
    answering(world, *99 * [refused("Throttling.Channel")])
    for _ in range(13):
        world.tick(days=1)
    assert world.keys("/refused-started-") == []
    world.tick(days=1)
    assert len(world.keys("/refused-started-")) == 1
    for _ in range(15):
        world.tick(days=1)
    assert len(world.keys("untold/exp-")) == 1


def test_what_is_refused_for_good_is_given_up_at_once_and_kept(world: FakeWorld) -> None:
    starting(world, 1, OPS)
    answering(world, RefusedForGood(Cause(code="410", message="Gone.")))
    world.tick(minutes=1)
    (kept,) = world.keys("untold/")
    assert kept.startswith("untold/exp-")
    assert [line["target"] for line in world.log.lines if line["event"] == "event.given_up"] == ["webhook:ops"]
    world.tick(minutes=5)
    assert world.notifier.delivered == []


def takes_all_but(world: FakeWorld, image_id: str, fault: CloudFault) -> list[int]:
    """Messages that hold an event of this image are refused so; how many events each message held."""
    sizes: list[int] = []
    takes = world.notifier.deliver

    def deliver(target: NotifyTarget, events: Events, address: ChannelAddress | None = None, /) -> None:
        sizes.append(len(events))
        if any(event["data"]["ImageId"] == image_id for event in events):
            raise fault
        takes(target, events, address)

    world.notifier.deliver = deliver  # type: ignore[method-assign]
    return sizes


@pytest.mark.parametrize("number", range(7))
def test_of_a_digest_that_is_refused_for_good_the_one_event_that_nobody_takes_is_given_up_alone(
    world: FakeWorld, number: int
) -> None:
    starting(world, 7, STARTS)
    takes_all_but(world, f"m-bp1burst{number:04d}", RefusedForGood(Cause(code="460101", message="too long")))
    for _ in range(6):
        world.tick(minutes=1)
    assert len({event["id"] for _, event in world.notifier.delivered}) == len(world.notifier.delivered) == 6
    assert len(world.keys("untold/exp-")) == 1
    assert not [key for key in world.keys("due/") if "deliver" in key]


def test_a_chat_that_takes_nothing_any_more_is_sent_few_messages_a_tick_until_all_are_given_up(
    world: FakeWorld,
) -> None:
    starting(world, 40, STARTS)
    sizes = answering(world, *999 * [RefusedForGood(Cause(code="410", message="Gone."))])
    world.tick(minutes=1)
    assert len(sizes) == 16
    for _ in range(20):
        world.tick(minutes=1)
    assert len(world.keys("untold/exp-")) == 40


def test_who_is_named_no_more_is_not_delivered_to_and_the_log_says_so(world: FakeWorld) -> None:
    starting(world, 1, STARTS, OPS)
    world.change(channels=(OPS,))
    world.tick(minutes=1)
    assert [name for name, _ in world.notifier.delivered] == ["webhook:ops"]
    withdrawn = [(line["target"], line["kind"]) for line in world.log.lines if line["event"] == "event.withdrawn"]
    assert withdrawn == [("dingtalk:oncall", "Started")]
    assert not [key for key in world.keys("due/") if "deliver" in key]
    assert not world.keys("untold/")


def test_a_channel_waits_while_no_policy_says_where_it_is(world: FakeWorld) -> None:
    starting(world, 1, STARTS)
    policy, world.policy = world.policy, None
    world.tick(minutes=1)
    assert (world.notifier.delivered, world.keys("/refused-")) == ([], [])
    world.policy = policy
    world.tick(minutes=1)
    assert world.notifier.messages == [("dingtalk:oncall", 1)]


def test_a_bug_of_one_target_stops_no_other_and_is_a_refusal(world: FakeWorld) -> None:
    starting(world, 1, STARTS, OPS)
    takes = world.notifier.deliver

    def deliver(target: NotifyTarget, events: Events, address: ChannelAddress | None = None, /) -> None:
        if target == STARTS:
            raise ValueError("https://chat.example.com/with-a-key")
        takes(target, events, address)

    world.notifier.deliver = deliver  # type: ignore[method-assign]
    world.tick(minutes=1)
    assert [name for name, _ in world.notifier.delivered] == ["webhook:ops"]
    (line,) = [line for line in world.log.lines if line["event"] == "event.refused"]
    assert (line["target"], line["code"], line["error"]) == (
        STARTS.name,
        "ValueError",
        "The message could not be sent.",
    )
    assert len(world.keys("/refused-started-")) == 1


@pytest.mark.parametrize("came", [Came(for_good=True), Came(withdrawn=True)])
def test_what_was_kept_and_is_given_up_again_stays(world: FakeWorld, came: Came) -> None:
    starting(world, 1, OPS)
    answering(world, RefusedForGood(Cause(code="410", message="Gone.")))
    world.tick(minutes=1)
    (key,) = world.keys("untold/exp-")
    undelivered = read_key(key)
    assert undelivered is not None
    context = world.context()
    outgoing = open_outgoing(context.ledger, undelivered.name)
    assert outgoing is not None
    (pending,) = outgoing.pending
    assert record(context, outgoing, pending, came).pending == []
    assert world.keys("untold/exp-") == [key]
