"""Messages of MNS: a topic's in both of its formats, a queue's by way of EventBridge. Pure.

Sources: the trigger samples of devsapp/fc3 and awesome-fc/code-example; a text may be the base64 of the message.
"""

import base64
from collections.abc import Iterator
from typing import Any

from ..strict_json import read_json
from .parts import Found, Inside, Tree, id_of


def from_topic(message: Tree) -> Iterator[Found]:
    """Format JSON."""
    yield Inside(message["Message"], id_of(message.get("MessageId")))


def from_stream(message: Tree) -> Iterator[Found]:
    """Format STREAM."""
    yield Inside(message["body"])


def from_queue(message: Tree) -> Iterator[Found]:
    """The bare `data` of a queue's message (schema RawData)."""
    yield Inside(message["messageBody"], id_of(message.get("messageId")))


def content_of(text: Any) -> Any:
    """The object or array that a message holds, in JSON or in base64 of JSON; None where it holds neither."""
    if not isinstance(text, str):
        return text if isinstance(text, dict | list) else None
    for decode in (str, _from_base64):
        try:
            content = read_json(decode(text))
        except (ValueError, RecursionError):  # base64's own error is a ValueError
            continue
        if isinstance(content, dict | list):
            return content
    return None


def _from_base64(text: str) -> str:
    return base64.b64decode(text, validate=True).decode()
