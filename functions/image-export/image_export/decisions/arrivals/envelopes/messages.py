"""Messages of MNS: a topic's in both of its formats, a queue's by way of EventBridge. Pure.

Sources: the trigger samples of devsapp/fc3 and awesome-fc/code-example. What a message's text may be: `texts.py`.
"""

from collections.abc import Iterator

from .parts import Found, Inside, id_of
from .texts import Tree


def from_topic(message: Tree) -> Iterator[Found]:
    """Format JSON."""
    yield Inside(message["Message"], id_of(message.get("MessageId")))


def from_stream(message: Tree) -> Iterator[Found]:
    """Format STREAM."""
    yield Inside(message["body"])


def from_queue(message: Tree) -> Iterator[Found]:
    """The bare `data` of a queue's message (schema RawData)."""
    yield Inside(message["messageBody"], id_of(message.get("messageId")))
