"""Messages to a robot of a WeCom group: Markdown; the key in the address is the secret; an errcode within 200.

Page "Group robot configuration" of WeCom's developer centre; docs/cloud-facts.md#fact-17-4.
"""

from typing import Any

from ...decisions.cards.card import Card
from .chat import Service, lines
from .dingtalk import said

CONTENT_BYTES = 4096
AROUND = 256  # bytes of JSON around the content, and of what JSON escapes in it
COLOURS = {"bad": "warning", "warning": "warning", "good": "info", "plain": "comment"}


def render(card: Card) -> dict[str, Any]:
    """The title has a colour."""
    title = f'<font color="{COLOURS[card.mood]}">{plain(card.title)}</font>'
    return {"msgtype": "markdown", "markdown": {"content": "\n".join([title, *lines(card, plain)])}}


def plain(text: str) -> str:
    """The text, so that none of it is read as a mention, a link or a colour."""
    return text.translate(str.maketrans("<>[]`", "＜＞［］'"))  # noqa: RUF001 - that is the point


sender = Service(
    render, limit=CONTENT_BYTES - AROUND, said=said, too_fast=(45009,), for_good=(40008, 40058, 44004)
).sender
