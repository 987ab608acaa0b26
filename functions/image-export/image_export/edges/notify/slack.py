"""Messages to an incoming webhook of Slack: blocks; the address is the secret; answers in plain words.

Pages "Sending messages using incoming webhooks" and "Block Kit" of Slack; docs/cloud-facts.md#fact-17-5.
"""

from html import escape
from typing import Any

from ...decisions.cards.card import Card
from ..outward.client import Answer
from .answers import Says
from .chat import Service, lines

HEADER = 150  # characters of a header, and of a section
SECTION = 3000
WRONG = frozenset({"invalid_payload", "no_text", "invalid_blocks", "too_many_attachments"})


def render(card: Card) -> dict[str, Any]:
    """Blocks of plain text, so that no name in it mentions anybody; `text` is what notifications show."""
    rows = "\n".join(lines(card))
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(card.title[:HEADER])}]
    return {
        "text": escape(card.title, quote=False),
        "blocks": blocks + ([{"type": "section", "text": _plain(rows)}] if rows else []),
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def said(answer: Answer) -> Says:
    """`ok`, or a word that says what is wrong."""
    word = answer.body.decode(errors="replace").strip()
    return Says() if word == "ok" else Says(word or answer.status, "")


# in bytes, which are never fewer than characters; the title stands twice
sender = Service(render, limit=SECTION, said=said, for_good=WRONG | {410}).sender
