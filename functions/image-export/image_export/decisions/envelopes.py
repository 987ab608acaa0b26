"""What arrived? Bytes to sightings and requests, by shape alone (DESIGN §4.1, §7; facts §6). Pure, and never raises.

An envelope is opened until something inside is known: arrays, MNS messages, plain or base64. Each event source has one
small translator below; what claims to be ours and cannot be read is Malformed, everything else Ignored with a reason.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import AskerFault
from ..values.arrival import Arrival, Ignored, Malformed, Sighting
from ..values.cause import Cause
from ..values.policy import REGION
from .direct_request import IMAGE_ID, read_direct

DEPTH_MAX = 5  # an array of MNS messages that hold an array is three
MAKES_IMAGES = frozenset({"CreateImage", "CopyImage", "ImportImage"})
MAY_BE_EXPORTED = frozenset({"Available", "Creating", "Waiting"})
IMAGE_RESOURCE = "ACS::ECS::Image"

Tree = Mapping[str, Any]


class _Repeated(dict[str, Any]):
    """An object in which a key stood twice: no request is read from it."""


class _UnreadableError(Exception):
    """It claims to be ours, and this is wrong with it."""


def read_event(body: bytes) -> tuple[Arrival, ...]:
    """Everything that the event holds, in its order."""
    try:
        tree = _json(body.decode())
    except (ValueError, RecursionError) as cause:
        return (_malformed(f"The event is not JSON: {cause}", body),)
    return tuple(_read(tree, 0))


def _json(text: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        return found if len(found) == len(items) else _Repeated(found)

    def constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)


def _read(tree: Any, depth: int) -> Iterator[Arrival]:
    if depth > DEPTH_MAX:
        yield Ignored(reason="envelopes are nested too deep")
    elif isinstance(tree, list):
        for item in tree:
            yield from _read(item, depth + 1)
    elif isinstance(tree, dict):
        try:
            yield from _open(tree, depth)
        except _UnreadableError as fault:
            yield _malformed(str(fault), _bytes(tree))
        except AskerFault as fault:
            yield Malformed(cause=fault.cause, digest=hashlib.sha256(_bytes(tree)).hexdigest())
    else:
        yield Ignored(reason="not an object")


def _open(tree: Tree, depth: int) -> Iterator[Arrival]:
    for is_it, translate in SHAPES:
        if is_it(tree):
            yield from translate(tree, depth)
            return
    yield Ignored(reason="no known shape", event_id=_text(tree.get("id")))


# CloudEvents of EventBridge


def _cloud_event(event: Tree, depth: int) -> Iterator[Arrival]:
    kind, data = str(event.get("type")), _object(event.get("data"))
    if kind == "ecs:Image:StateChange":
        yield from _image_state(_object(data.get("content")) or data, event, _event_id(event))
    elif kind == "ecs:ActionTrail:ApiCall":
        yield from _api_call(data, event, _event_id(event))
    elif isinstance(data.get("messageBody"), str):
        yield from _message(data["messageBody"], depth, _event_id(event))
    else:
        yield Ignored(reason=f"event type {kind[:80]} is not about an image", event_id=_event_id(event))


def _event_id(event: Tree) -> str:
    """CloudEvents: source and id together name an event."""
    return f"{event.get('source', '')}/{event.get('id', '')}"[:256]


# ActionTrail: the call that makes an image, told when it is called


def _raw_api_call(record: Tree, _depth: int) -> Iterator[Arrival]:
    return _api_call(record, {}, str(record.get("eventId", "")))


def _api_call(record: Tree, event: Tree, event_id: str) -> Iterator[Arrival]:
    name = str(record.get("eventName"))
    if name not in MAKES_IMAGES:
        yield Ignored(reason=f"API call {name[:80]} makes no image", event_id=event_id)
    elif record.get("errorCode"):
        yield Ignored(reason=f"{name} failed: {str(record['errorCode'])[:80]}", event_id=event_id)
    else:
        asked = _object(record.get("requestParameters"))
        region = asked.get("DestinationRegionId") if name == "CopyImage" else None
        region = region or record.get("acsRegion") or asked.get("RegionId") or event.get("aliyunregionid")
        account = _account(event) or _object(record.get("userIdentity")).get("accountId")
        for image in _images_made(record, asked):
            yield _sighting(event_id, account, region, image, None)


def _images_made(record: Tree, asked: Tree) -> list[Any]:
    """The new image's id: in the answer, else among the resources less the one copied (facts §6.3, UNSURE)."""
    made = _object(record.get("responseElements")).get("ImageId")
    if made:
        return [made]
    named = _object(record.get("referencedResources")).get(IMAGE_RESOURCE)
    found = [image for image in named if image != asked.get("ImageId")] if isinstance(named, list) else []
    if not found:
        raise _UnreadableError(f"{record.get('eventName')} names no image, neither in responseElements nor resources.")
    return found


# Image:StateChange, by EventBridge or as CloudMonitor's notification


def _notification(notice: Tree, _depth: int) -> Iterator[Arrival]:
    if str(notice.get("name")).split(":")[:2] != ["Image", "StateChange"]:
        reason = f"notification {str(notice.get('name'))[:80]} is not about an image"
        yield Ignored(reason=reason, event_id=_text(notice.get("id")))
        return
    content = _object(notice.get("content"))
    event = {"aliyunregionid": notice.get("regionId"), "aliyunaccountid": notice.get("userId")}
    yield from _image_state(content, event, str(notice.get("id", ""))[:256])


def _image_state(content: Tree, event: Tree, event_id: str) -> Iterator[Arrival]:
    state = content.get("currentState")
    if isinstance(state, str) and state not in MAY_BE_EXPORTED:
        yield Ignored(reason=f"the image is {state[:80]}", event_id=event_id)
        return
    region = event.get("aliyunregionid") or content.get("regionId")
    yield _sighting(event_id, _account(event), region, content.get("imageId"), state)


def _sighting(event_id: str, account: Any, region: Any, image: Any, state: Any) -> Sighting:
    for name, value, like in (("image id", image, IMAGE_ID), ("region", region, REGION)):
        if not isinstance(value, str) or not re.fullmatch(like, value):
            raise _UnreadableError(f"The event's {name} is {str(value)[:80]!r}.")
    if account is not None and not re.fullmatch(r"\d{5,20}", str(account)):
        raise _UnreadableError(f"The event's account is {str(account)[:80]!r}.")
    return Sighting(
        event_id=event_id,
        account_id=None if account is None else str(account),
        region_id=region,
        image_id=image,
        state=state if isinstance(state, str) else None,
        named_by_creation=True,
    )


def _account(event: Tree) -> Any:
    return event.get("aliyunoriginalaccountid") or event.get("aliyunaccountid")


# Messages of MNS, and requests


def _topic(message: Tree, depth: int) -> Iterator[Arrival]:
    return _message(message.get("Message"), depth, _text(message.get("MessageId")))


def _stream(message: Tree, depth: int) -> Iterator[Arrival]:
    return _message(message.get("body"), depth, None)


def _message(text: Any, depth: int, event_id: str | None) -> Iterator[Arrival]:
    """What a message's text holds: JSON, plain or base64."""
    if isinstance(text, str):
        text = _inside(text)
    if isinstance(text, dict | list):
        return _read(text, depth + 1)
    return iter((Ignored(reason="the message holds no JSON", event_id=event_id),))


def _inside(text: str) -> Any:
    """The JSON of a text, or of the text that its base64 holds; None where there is none."""
    try:
        return _json(text)
    except (ValueError, RecursionError):
        pass
    try:
        return _json(base64.b64decode(text, validate=True).decode())
    except (ValueError, RecursionError):  # binascii's error is a ValueError
        return None


def _direct(fields: Tree, _depth: int) -> Iterator[Arrival]:
    if isinstance(fields, _Repeated):
        raise AskerFault(Cause(code="InvalidParameter", message="A parameter is given twice."))
    yield read_direct(fields)


def _other(reason: str) -> Callable[[Tree, int], Iterator[Arrival]]:
    return lambda tree, _depth: iter((Ignored(reason=reason, event_id=_text(tree.get("id"))),))


def _has(*names: str) -> Callable[[Tree], bool]:
    return lambda tree: all(name in tree for name in names)


# The first that fits: what an event looks like, and who reads it.
SHAPES: tuple[tuple[Callable[[Tree], bool], Callable[[Tree, int], Iterator[Arrival]]], ...] = (
    (_has("specversion", "type"), _cloud_event),
    (_has("product", "name", "content"), _notification),
    (_has("TopicName", "Message"), _topic),
    (_has("body", "attrs"), _stream),
    (_has("eventName", "eventType", "acsRegion"), _raw_api_call),
    (_has("triggerTime", "triggerName"), _other("a timer's event")),
    (_has("requestContext"), _other("an HTTP request or the outcome of an invocation")),
    (_has("RequestId"), _other("an answer of an API")),
    (_has("imageId", "currentState"), lambda tree, _: _image_state(tree, {}, "")),
    (lambda tree: not {"ImageId", "OSSBucket", "OssBucket"}.isdisjoint(tree), _direct),
)


def _object(value: Any) -> Tree:
    """The value if it is an object, or JSON text of one; else an empty one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value[:256] if isinstance(value, str) else None


def _bytes(tree: Tree) -> bytes:
    return json.dumps(tree, sort_keys=True).encode(errors="surrogatepass")


def _malformed(message: str, body: bytes) -> Malformed:
    cause = Cause(
        code="InvalidEvent",
        message=message[:500],
        recommend="Look at the rule or the sender: the event is not of a shape that README lists.",
    )
    return Malformed(cause=cause, digest=hashlib.sha256(body).hexdigest())
