"""Messages to a custom bot of Feishu or Lark: cards, signed in the body, answers of 200 with a code within.

Page "Use custom bots in groups" of Feishu's open platform; docs/cloud-facts.md#fact-17-3.
"""

import base64
import hmac
from typing import Any

from ...decisions.cards.card import Card
from ..outward.client import Answer
from .answers import Says, code_in, document
from .chat import Service, Signed, lines

COLOURS = {"bad": "red", "warning": "orange", "good": "green", "plain": "blue"}


def render(card: Card) -> dict[str, Any]:
    """All of it is plain text, so that no name in it mentions anybody."""
    text = {"tag": "div", "text": {"tag": "plain_text", "content": "\n".join(lines(card))}}
    header = {"title": {"tag": "plain_text", "content": card.title}, "template": COLOURS[card.mood]}
    body = {"config": {"wide_screen_mode": True}, "header": header, "elements": [text]}
    return {"msg_type": "interactive", "card": body}


def sign(url: str, secret: str, now: float) -> Signed:
    """The time is in seconds. The key is what DingTalk signs, and nothing is signed with it."""
    if not secret:
        return Signed(url)
    stamp = str(int(now))
    digest = hmac.digest(f"{stamp}\n{secret}".encode(), b"", "sha256")
    return Signed(url, {"timestamp": stamp, "sign": base64.b64encode(digest).decode()})


def said(answer: Answer) -> Says:
    """A code of 0 is well; older answers call it StatusCode."""
    body = document(answer)
    code = code_in(answer, body, "code", "StatusCode")
    return Says(code, body.get("msg") or body.get("StatusMessage")) if code else Says()


sender = Service(
    render,
    limit=20_000,
    said=said,
    sign=sign,
    too_fast=(9499, 11232),  # 9499 is a wrong form, too: what stays too fast for a fortnight is given up
    for_good=(19002,),
).sender
