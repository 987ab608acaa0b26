"""One message to a target, once, and what it means for its events. The watcher alone delivers; others leave hints.

Whatever owes events fits `Outgoing`; what there is stands in `outgoing.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from ...decisions.codes import advised, is_throttling
from ...decisions.results import delivery as outbox
from ...decisions.results.delivery import Pending
from ...decisions.state.backoff import DELIVERED_FOR
from ...errors import CloudFault, RefusedForGood
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.notify_target import Channel, NotifyTarget, is_named
from ..context import Context
from ..ledger.ledger import Ledger

SECONDS_FOR_PARTS = 15.0  # of a tick, after which no further part begins: half of what one target has
LEFT_ALONE = "Throttling.Channel"  # as the sender calls it, which has heard it
PARTS_MOST = 16  # messages to one chat in a tick: services take 20 a minute, and halving 500 takes ten


class Outgoing(Protocol):
    """What owes events, such as an export, and what of them is owed, in the order in which it is delivered."""

    @property
    def pending(self) -> list[Pending]: ...
    def about(self, context: Context) -> Context:
        """With a log that says what this is about."""
        ...

    def event(self, pending: Pending) -> Mapping[str, Any]: ...
    def accepted(self, ledger: Ledger, pending: Pending, *, given_up: bool = False) -> "Outgoing":
        """Record that the target has accepted it, or was given up."""
        ...

    def refused(self, ledger: Ledger, pending: Pending) -> "Outgoing":
        """Record since when the target refuses it."""
        ...

    def close(self, context: Context) -> None:
        """Nothing is owed any more."""
        ...


class Came(NamedTuple):
    """What came of one message. `cause`: of a refusal; `busy`: the target takes nothing just now, whatever it is."""

    accepted: bool = False
    cause: Cause | None = None
    busy: bool = False
    for_good: bool = False
    withdrawn: bool = False


def send(context: Context, target: NotifyTarget, events: Sequence[Mapping[str, Any]]) -> Came:
    """One message to one target, once. A target that the policy names no more is not delivered to."""
    audience = context.audience
    if audience and not is_named(audience, target):
        return Came(withdrawn=True)
    if audience is None and isinstance(target, Channel):
        return Came(cause=Cause(code="PolicyInvalid", message="No policy says where the channel is."), busy=True)
    until = (context.left_alone or {}).get(target.name)
    if until and context.ledger.now < until:
        words = f"It has asked not to be called before {until:%H:%M:%S} UTC."
        return Came(cause=Cause(code=LEFT_ALONE, message=words), busy=True)
    try:
        context.notifier.deliver(target, events, audience.addresses.get(target.name) if audience else None)
    except RefusedForGood as fault:
        return Came(cause=advised(fault.cause), for_good=True)
    except CloudFault as fault:
        if fault.retry_after_s and context.left_alone is not None:
            context.left_alone[target.name] = context.ledger.now + timedelta(seconds=fault.retry_after_s)
        return Came(cause=advised(fault.cause), busy=is_throttling(fault.code))
    except Exception as bug:  # noqa: BLE001 - of one target, whose words may hold its address, must not stop the others
        return Came(cause=Cause(code=type(bug).__name__, message="The message could not be sent."))
    return Came(accepted=True)


def send_parts(
    context: Context, target: NotifyTarget, events: Sequence[Mapping[str, Any]], has_time: Callable[[], bool]
) -> Iterator[tuple[slice, Came]]:
    """The same, and where a message of several events is refused for good, its halves, down to what is refused alone.

    Yields which events went, and what came of them; it ends with the first that is not refused for good. What is left
    is tried in the next tick, in which less is owed.
    """
    parts, began_s = [slice(0, len(events))], context.remaining_s()
    for number in range(PARTS_MOST):
        is_late = began_s - context.remaining_s() > SECONDS_FOR_PARTS or not has_time()
        if not parts or (number and is_late):
            return
        part = parts.pop()
        came = send(context, target, events[part])
        middle = (part.start + part.stop) // 2
        if came.for_good and middle > part.start:
            parts += [slice(middle, part.stop), slice(part.start, middle)]
            continue
        yield part, came
        if not came.for_good:
            return


def record(context: Context, outgoing: Outgoing, pending: Pending, came: Came) -> Outgoing:
    """What it means for one event of the message. Raises LedgerFault."""
    event, ledger = outgoing.event(pending), context.ledger
    log = outgoing.about(context).log.bind(target=pending.target.name, kind=pending.kind, event_id=event["id"])
    if came.accepted:
        log.info("event.told")
        return outgoing.accepted(ledger, pending)
    if came.withdrawn:
        log.warning("event.withdrawn")
        return outgoing.accepted(ledger, pending, given_up=True)
    if came.cause:
        said = {"code": came.cause.code, "error": came.cause.message, "cloud_request_id": came.cause.request_id}
        log.warning("event.refused", **said, recommend=came.cause.recommend)
    if came.busy and ledger.now - pending.happened_at < DELIVERED_FOR:
        return outgoing
    if pending.refused_since is None and not came.for_good:
        return outgoing.refused(ledger, pending)
    if not came.for_good and not outbox.is_given_up(pending, ledger.now):
        return outgoing
    ledger.put(keys.Undelivered(event["id"], pending.fact).key, event)
    log.error("event.given_up")
    return outgoing.accepted(ledger, pending, given_up=True)
