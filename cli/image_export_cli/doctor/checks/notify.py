"""Whether targets would be reached: a bus takes a test event, a function is there.

Of a channel and of the heartbeat: the function that delivers has their variables, and may call their address.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from image_export.decisions.codes import recommendation
from image_export.edges.outward.variables import SCHEME
from image_export.errors import CloudFault, Refused
from image_export.values.notify_target import (
    CHANNELS,
    AnyChannel,
    Channel,
    EventBus,
    Function,
    NotifyTarget,
    targets_of,
)
from image_export.values.policy import HeartbeatEntry

from ...cloud.account import TEST_EVENT
from ...cloud.functions import Deployed
from ...deployment.finding import Finding, looking, note, ok, wrong
from ..examined import Examined
from .deploying import DEPLOY

WATCHER = "index.on_watch"
HEARTBEAT = "heartbeat"
NO_BUS, NO_FUNCTION = "EventBusNotExist", "FunctionNotFound"


class Look(NamedTuple):
    """How a target of a kind is called in findings, and what is looked at."""

    subject: Callable[[Any], str]
    check: Callable[[Examined, Any], Iterator[Finding]]


def targets(examined: Examined) -> Iterator[Finding]:
    """One test event to each bus of the policy, unless that is not wanted; nobody else is notified."""
    for target in targets_of(examined.deployment.policy):
        look = LOOKS[type(target)]
        yield from looking(look.subject(target), look.check, examined, target)
    if examined.deployment.policy.heartbeat:
        yield from looking(HEARTBEAT, _heartbeat, examined, examined.deployment.policy.heartbeat)


def tried(examined: Examined) -> Iterator[Finding]:
    """One message to each channel that was named."""
    channels = examined.deployment.policy.channels
    for name in examined.evidence.tried:
        named = [one for one in channels if name in (one.channel, one.name)]
        for channel in named:
            yield from looking(channel.name, _try, examined, channel)
        if not named:
            known = ", ".join(one.name for one in channels) or "none"
            yield wrong(name, f"The policy has no channel of that name; it has: {known}.", "Name one of these.")


def _try(examined: Examined, channel: AnyChannel) -> Iterator[Finding]:
    """By the variables of the function, which delivers by them too."""
    found = _watcher(examined)
    if found is None:
        yield note(channel.name, "The function that delivers to it is not deployed.", DEPLOY)
        return
    try:
        examined.cloud.test_message(channel, examined.deployment.policy.addresses[channel.name], found.environment)
    except Refused as fault:
        advice = fault.cause.recommend or recommendation(fault.code) or "Compare address and secret with the service's."
        yield wrong(channel.name, f"Did not take the message: {fault.code}: {fault.cause.message}", advice)
    else:
        yield ok(channel.name, "Took a test message. See that it has arrived.")


def _bus(examined: Examined, bus: EventBus) -> Iterator[Finding]:
    subject = _bus_name(bus)
    if not examined.evidence.test_event:
        yield note(subject, "No test event was sent.", "Leave out --no-test-event.")
        return
    try:
        examined.cloud.test_event(bus)
    except CloudFault as fault:
        if fault.code != NO_BUS:
            raise
        made = f"aliyun eventbridge CreateEventBus --region {bus.region} --EventBusName {bus.bus}"
        yield wrong(subject, f"There is no such bus in {bus.region}.", recommendation(NO_BUS), made)
    else:
        yield ok(subject, f"Took a test event of type {TEST_EVENT} in {bus.region}.")


def _bus_name(bus: EventBus) -> str:
    return f"bus {bus.bus}"


def _function(examined: Examined, function: Function) -> Iterator[Finding]:
    if function.service is not None:
        message = "Is a function of FC 2.0, which API 2023-03-30 does not show; it is told by API 2016-08-15."
        yield note(function.name, message, "Look for event.refused in the log after the first export.")
    elif examined.cloud.functions(examined.deployment.account_id).function(function.function) is None:
        yield wrong(
            function.name, f"There is no such function in {examined.deployment.region}.", recommendation(NO_FUNCTION)
        )
    else:
        yield ok(function.name, f"Is there, in {examined.deployment.region}.")


def _channel(examined: Examined, channel: Channel) -> Iterator[Finding]:
    address = examined.deployment.policy.addresses[channel.name]
    tried = f"image-export doctor --test {channel.name} sends it a message."
    yield from _variables(examined, channel.name, address.url, *address.secrets, then=tried)


def _heartbeat(examined: Examined, entry: HeartbeatEntry) -> Iterator[Finding]:
    """Not called: a success that the watcher did not have would be told."""
    yield from _variables(examined, HEARTBEAT, entry.url, then="The watcher calls it within five minutes.")


def _variables(examined: Examined, subject: str, url: str, *secrets: str, then: str) -> Iterator[Finding]:
    """Whether the function that delivers has what the policy names, and may call the address."""
    found = _watcher(examined)
    if found is None:
        yield note(subject, "The function that delivers to it is not deployed.", DEPLOY)
        return
    watcher = _watcher_name(examined)
    names = [one.removeprefix(SCHEME) for one in (url, *secrets)]
    missing = [name for name in names if not found.environment.get(name, "").strip()]
    for name in missing:
        advice = f"Set {name} in the shell, name it in environmentVariables of {watcher} in s.yaml, and deploy."
        yield wrong(subject, f"The function {watcher} has no variable {name}.", advice, DEPLOY)
    if missing:
        return
    try:
        examined.cloud.may_be_called(found.environment[names[0]].strip())
    except CloudFault as fault:
        yield wrong(subject, f"{names[0]} of {watcher} is not called: {fault.cause.message}", f"Correct {names[0]}.")
    else:
        yield ok(subject, f"{watcher} has {' and '.join(names)}. {then}")


def _watcher(examined: Examined) -> Deployed | None:
    """The function that delivers, as it is deployed."""
    return examined.cloud.functions(examined.deployment.account_id).function(_watcher_name(examined))


def _watcher_name(examined: Examined) -> str:
    return next(str(one.name) for one in examined.deployment.functions if one.handler == WATCHER)


def _name(target: NotifyTarget) -> str:
    return str(target.name)


LOOK_AT_A_CHANNEL = Look(_name, _channel)
LOOKS: dict[type[NotifyTarget], Look] = {
    EventBus: Look(_bus_name, _bus),
    Function: Look(_name, _function),
    **dict.fromkeys(CHANNELS, LOOK_AT_A_CHANNEL),
}
