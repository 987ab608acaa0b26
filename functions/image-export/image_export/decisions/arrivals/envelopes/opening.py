"""Opens what arrived, envelope by envelope, until a shape is known; the table at the end says who reads which. Pure.

What claims to be ours and cannot be read is Malformed, everything else Ignored with a reason.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace

from ....errors import AskerFault
from ....values.arrival import Arrival, DirectRequest, Malformed
from ....values.cause import Cause
from ...strict_json import NotJsonError, RepeatedKeys, read_bytes
from ..direct import names_a_bucket, names_an_image, read_direct
from .action_trail import from_record
from .cloud_event import from_cloud_event
from .image_state import from_content, from_notification
from .messages import from_queue, from_stream, from_topic
from .parts import Found, Inside, UnreadableError, id_of, ignored
from .texts import Tree, content_of

DEPTH_MAX = 5  # an array of MNS messages that hold an array is three
MESSAGE_LONGEST = 500
ADVICE = "Look at the rule or the sender: docs/http-api.md lists the shapes that are understood."


def read_event(body: bytes) -> tuple[Arrival, ...]:
    """Everything that the event holds, in its order.

    `digest` of what is malformed is that of the body; of an array's item, that of the item, so that two stay two.
    """
    try:
        return tuple(_read(read_bytes(body), _Envelope(body)))
    except NotJsonError as cause:
        return (_unreadable(f"The event {cause}.", _digest(body)),)
    except RecursionError:  # it could be read, and is too deep to be written
        return (_unreadable("The event is nested too deep.", _digest(body)),)


class _Envelope(NamedTuple):
    """Where we are: the bytes that a digest stands for (None inside an array), and how deep."""

    body: bytes | None
    depth: int = 0
    event_id: str | None = None

    def inside(self, event_id: str | None) -> "_Envelope":
        return self._replace(depth=self.depth + 1, event_id=event_id)


def _read(tree: Any, envelope: _Envelope) -> Iterator[Arrival]:
    if envelope.depth > DEPTH_MAX:
        yield ignored("envelopes are nested too deep", envelope.event_id)
    elif isinstance(tree, list):
        for place, item in enumerate(tree):
            yield from _read(item, envelope.inside(_placed(envelope.event_id, place))._replace(body=None))
    elif isinstance(tree, dict):
        yield from _opened(tree, envelope)
    else:
        content = content_of(tree)
        if content is None:
            yield ignored("neither an object nor text that holds one", envelope.event_id)
        else:
            yield from _read(content, envelope)


def _placed(event_id: str | None, place: int) -> str | None:
    """Of a message that holds several, the id of each but the first says which it is."""
    return f"{event_id}-{place}" if event_id and place else event_id


def _opened(tree: Tree, envelope: _Envelope) -> Iterator[Arrival]:
    try:
        for found in _translated(tree):
            if isinstance(found, Inside):
                yield from _read(found.content, envelope.inside(found.event_id))
            elif isinstance(found, DirectRequest):
                yield replace(found, event_id=envelope.event_id)
            else:
                yield found
    except UnreadableError as fault:
        yield _unreadable(str(fault), _digest(envelope.body, tree))
    except AskerFault as fault:
        yield Malformed(cause=fault.cause, digest=_digest(envelope.body, tree))


def _translated(tree: Tree) -> Iterator[Found]:
    for fits, translate in SHAPES:
        if fits(tree):
            return translate(tree)
    return iter((ignored("no known shape", id_of(tree.get("id"))),))


def _request(fields: Tree) -> Iterator[Found]:
    if isinstance(fields, RepeatedKeys):
        names = ", ".join(map(ascii, fields.repeated))[:MESSAGE_LONGEST]
        raise AskerFault(Cause(code="InvalidParameter", message=f"Given twice: {names}.", recommend="Give it once."))
    yield read_direct(fields)


def _none_of_ours(reason: str) -> Callable[[Tree], Iterator[Found]]:
    return lambda tree: iter((ignored(reason, id_of(tree.get("id"))),))


def _has(*names: str) -> Callable[[Tree], bool]:
    return lambda tree: all(name in tree for name in names)


# The first that fits. A body is a request only if it has no other shape.
SHAPES: tuple[tuple[Callable[[Tree], bool], Callable[[Tree], Iterator[Found]]], ...] = (
    (_has("specversion", "type"), from_cloud_event),
    (_has("requestContext"), _none_of_ours("an HTTP request or the outcome of an invocation")),
    (_has("triggerTime", "triggerName"), _none_of_ours("a timer's event")),
    (_has("eventName", "eventType"), from_record),
    (_has("product", "name"), from_notification),
    (_has("TopicName", "Message"), from_topic),
    (_has("body", "attrs"), from_stream),
    (_has("messageBody"), from_queue),
    (_has("imageId", "currentState"), from_content),
    (names_a_bucket, _request),
    (_has("RequestId"), _none_of_ours("an answer of an API")),
    (names_an_image, _request),
)


def _digest(body: bytes | None, tree: Tree | None = None) -> str:
    text = json.dumps(tree, sort_keys=True).encode() if body is None else body
    return hashlib.sha256(text).hexdigest()


def _unreadable(message: str, digest: str) -> Malformed:
    cause = Cause(code="InvalidEvent", message=message[:MESSAGE_LONGEST], recommend=ADVICE)
    return Malformed(cause=cause, digest=digest)
