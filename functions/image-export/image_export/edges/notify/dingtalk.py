"""Messages to a custom robot of DingTalk: Markdown, signed in the address, answers of 200 with an errcode within.

Pages "Custom robot access" and "Security settings of robots" of DingTalk's open platform
(docs/cloud-facts.md#fact-17-2).
"""

import base64
import hmac
import re
from typing import Any
from urllib.parse import quote_plus

from ...decisions.cards.card import Card
from ..outward.client import Answer
from .answers import Says, code_in, document
from .chat import Service, Signed, lines

PUNISHED = "punish"  # the field that says so
MARKUP = re.compile(r"([\\*\[\]<>`])")


def render(card: Card) -> dict[str, Any]:
    """The title is what the list of chats shows; the text repeats it."""
    text = "  \n".join([f"### {plain(card.title)}", *lines(card, plain)])
    return {"msgtype": "markdown", "markdown": {"title": card.title, "text": text}}


def plain(text: str) -> str:
    """The text, so that none of it is read as a link or markup."""
    return MARKUP.sub(r"\\\1", text)


def sign(url: str, secret: str, now: float) -> Signed:
    """The time is in milliseconds. A robot without a secret asks for an IP range, or for a word in the text."""
    if not secret:
        return Signed(url)
    stamp = str(int(now * 1000))
    digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")
    return Signed(f"{url}&timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}")


def said(answer: Answer) -> Says:
    """An errcode of 0 is well. The gateway has none where it lets nothing of a caller's address pass."""
    body = document(answer)
    if "errcode" not in body and body.get("punish"):
        return Says(PUNISHED, "The gateway of the service takes nothing from this address for now.")
    code = code_in(answer, body, "errcode")
    return Says(code, body.get("errmsg")) if code else Says()


sender = Service(
    render,
    limit=20_000,
    said=said,
    sign=sign,
    too_fast=(130101, PUNISHED),
    for_good=(460101, 101002, 43004, 400105),  # 40035 is a missing access_token, too: the variable can be mended
).sender
