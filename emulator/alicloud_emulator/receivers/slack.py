"""An incoming webhook of Slack.

Sources: Slack "Sending messages using incoming webhooks" and "Changes to errors for incoming webhooks" (plain words and
their statuses), "Rate limits" (one a second, Retry-After), "Blocks" (50 of them, 3,000 characters of a section, 150 of
a header). Slack lets short bursts pass and does not say how short; here none passes.
"""

import re
import secrets
import string
from collections.abc import Collection
from typing import Any

from aiohttp import web

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.forms import as_sent, in_text, read_object
from alicloud_emulator.receivers.kind import Kind, Limit, Receiver, Refusal

ALPHABET = string.ascii_letters + string.digits
MOST_BLOCKS = 50
BLOCKS = frozenset(
    {"actions", "context", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "video"}
)
LONGEST_TEXT = {"header": 150, "section": 3000}  # characters
STATUSES = {
    "invalid_token": 403,
    "action_prohibited": 403,
    "posting_to_general_channel_denied": 403,
    "channel_not_found": 404,
    "no_service": 404,
    "no_team": 404,
    "channel_is_archived": 410,
    "rate_limited": 429,
    "rollup_error": 500,
}
TOO_FAST = Refusal(429, "rate_limited", "one message a second")


def judge(_receiver: Receiver, call: Call) -> None:
    """Something to say, in a form that Slack can show. Raises ApiError."""
    content = read_object(call.body)
    if call.request.content_type != "application/json" or content is None:
        raise ApiError(400, "invalid_payload")
    text, blocks, attachments = (content.get(name) for name in ("text", "blocks", "attachments"))
    if not (text or blocks or attachments):
        raise ApiError(400, "no_text")
    if not isinstance(text, str | None):
        raise ApiError(400, "invalid_payload")
    if blocks and not (isinstance(blocks, list) and len(blocks) <= MOST_BLOCKS and all(map(is_block, blocks))):
        raise ApiError(400, "invalid_blocks")


def is_block(block: Any) -> bool:
    """Whether a block is of a type that there is, and its text has its length."""
    if not isinstance(block, dict) or block.get("type") not in BLOCKS:
        return False
    longest, text = LONGEST_TEXT.get(block["type"]), block.get("text")
    if longest is None or (text is None and block["type"] == "section" and block.get("fields")):
        return True
    said = text.get("text") if isinstance(text, dict) else None
    return isinstance(said, str) and 0 < len(said) <= longest


def unknown(token: str, known: Collection[str]) -> Refusal:
    """Another secret at the end of an address that there is, or no such address."""
    place = token.rpartition("/")[0]
    if place and any(one.rpartition("/")[0] == place for one in known):
        return Refusal(403, "invalid_token", "")
    return Refusal(404, "no_service", "")


def new_token() -> str:
    """Of a team, of a service, and its secret."""
    return f"T0EMULATOR/B0EMULATOR/{''.join(secrets.choice(ALPHABET) for _ in range(24))}"


SLACK = Kind(
    name="slack",
    address=re.compile(r"/services/.*", re.DOTALL),
    token_of=lambda request: request.path.removeprefix("/services/"),
    url="/services/{token}",
    token=re.compile(r"T[0-9A-Z]+/B[0-9A-Z]+/[0-9A-Za-z]+"),
    new_token=new_token,
    codes=re.compile(r"[a-z_]+"),
    status_of=lambda code: STATUSES.get(code, 400),
    wrong_method=Refusal(405, "method_not_allowed", ""),
    unknown=unknown,
    too_fast=TOO_FAST,
    limits=(Limit(1, 1, TOO_FAST),),
    tells_when=True,
    busy=Refusal(200, "rollup_error", ""),  # anything but "ok"
    judge=judge,
    message=lambda call: as_sent(call.body),
    answer=lambda: web.Response(text="ok"),
    refuse=lambda error: in_text(error, error.code),
)
