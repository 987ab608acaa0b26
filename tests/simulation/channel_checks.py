"""The invariants of channels: who of them is sent what, how often, and that what they have answered is remembered.

That they are sent everything that they want is judged in `told.py`, as it is of buses and functions.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from .channels import CHAT_WANTS, GONE, IN, RULED, TAKES, TOO_FAST, WEBHOOK
from .scenario import Scenario
from .targets import TAKEN, Message

PARTS = 16
NAMED, WANTED = "nothing outside the policy", "a channel is sent what it wants alone"
FLOODED, REMEMBERED = "no channel is flooded", "a channel's answer is remembered"


def channels_are_those_of_today(scenario: Scenario) -> Iterator[str]:
    """Whoever sends to a channel has it from his policy, or from the last valid one, and its address, too."""
    for message in scenario.world.notifier.messages_to_channels:
        if message.target not in message.named:
            yield f"{message.worker.name} has sent {message.events} to {message.target}, which its policy does not name"
        if message.address != RULED.addresses[message.target]:
            yield f"{message.worker.name} has sent to {message.target} at {message.address}"


def a_channel_is_sent_what_it_wants(scenario: Scenario) -> Iterator[str]:
    """A chat hears of what it has asked for, and of nothing else."""
    for message in scenario.world.notifier.messages_to_channels:
        unwanted = message.kinds - CHAT_WANTS
        if message.is_to_chat and unwanted:
            yield f"{message.target} was sent {sorted(unwanted)} by {message.worker.name}"


def no_channel_is_flooded(scenario: Scenario) -> Iterator[str]:
    """One message a tick to a chat, one event a message to a webhook, and nothing more in a tick to who is busy.

    What a chat refuses for good it is sent in parts, a few of them a tick.
    """
    messages = scenario.world.notifier.messages_to_channels
    to_chats = [one for one in messages if one.is_to_chat]
    for most, some in ((PARTS, to_chats), (1, [one for one in to_chats if one.answer != GONE])):
        by_tick = Counter((one.worker.name, one.target) for one in some)
        for (tick, chat), many in by_tick.items():
            if many > most:
                yield f"{tick} has sent {many} messages to {chat}"
    busy, sent_at = set(), defaultdict[str, list[datetime]](list)
    for message in messages:
        who = message.worker.name, message.target
        if who in busy:
            yield f"{message.worker.name} has sent more to {message.target}, which was busy"
        if message.answer == TOO_FAST:
            busy.add(who)
        if message.target == WEBHOOK.name and len(message.events) != 1:
            yield f"{message.target} was sent {message.events} at once"
        if message.is_to_chat and message.answer != GONE:
            sent_at[message.target].append(message.at)
    for chat, times in sent_at.items():
        for first, last in zip(times, times[TAKES:], strict=False):
            if last - first < IN:
                yield f"{chat} was sent more than {TAKES} messages in the minute from {first}"


def an_answer_is_remembered(scenario: Scenario) -> Iterator[str]:
    """What a channel has taken, or has refused for good, is not sent again by ticks that begin when that is recorded.

    So each event of a digest is recorded.
    """
    settled: dict[tuple[str, str], Message] = {}
    for message in scenario.world.notifier.messages_to_channels:
        worker = message.worker
        for about in ((message.target, event) for event in message.events):
            first = settled.get(about)
            if first and first.worker.ended and worker.began > first.worker.ended:
                yield f"{worker.name} has sent {about}, and {first.worker.name} was answered: {first.answer}"
            if message.answer in (TAKEN, GONE) and worker.ended and not worker.hindered:
                settled.setdefault(about, message)
