"""A robot in a group of WeCom.

Sources: WeCom "Group robot configuration" (document 91770: types, 2,048 and 4,096 bytes, 20 a minute) and "Global error
codes" (-1, 40008, 44004, 45009); 40058 and 93000 as people have met them (dromara/domain-admin#82). It signs nothing:
the key in the URL is the secret.
"""

import re
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.forms import as_sent, in_errcode, read_object
from alicloud_emulator.receivers.kind import Kind, Limit, Receiver, Refusal, by_status

# How long the content of each type may be, in bytes of UTF-8; None: it is no text.
TYPES: Mapping[str, int | None] = {
    "text": 2048,
    "markdown": 4096,
    "markdown_v2": 4096,
    **dict.fromkeys(("image", "news", "file", "voice", "template_card")),
}


def refusal(code: str, words: str) -> Refusal:
    """In the words of WeCom, which has a hint for each refusal."""
    hint = f"hint: [{secrets.randbelow(10**15)}], from ip: 127.0.0.1"
    return Refusal(200, code, f"{words}, {hint}, more info at https://open.work.weixin.qq.com/devtool/query?e={code}")


def judge(_receiver: Receiver, call: Call) -> None:
    """Form, then length. Raises ApiError."""
    content = read_object(call.body)
    if content is None:
        raise ApiError(*refusal("40008", "Warning: wrong json format. invalid message type"))
    kind = content.get("msgtype")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ApiError(*refusal("40008", "invalid message type"))
    check_content(kind, content.get(kind), TYPES[kind])


def check_content(kind: str, part: Any, longest: int | None) -> None:
    """What a type shows is there, and not too long. Raises ApiError."""
    text = part.get("content") if isinstance(part, dict) else None
    if not (isinstance(text, str) and text if longest else isinstance(part, dict) and part):
        raise ApiError(*refusal("44004", "empty content"))
    if longest and len(str(text).encode(errors="replace")) > longest:
        raise ApiError(*refusal("40058", f"{kind}.content exceed max length {longest}. invalid Request Parameter"))


TOO_FAST = refusal("45009", "api freq out of limit")

WECOM = Kind(
    name="wecom",
    address=re.compile(r"/cgi-bin/webhook/send"),
    token_of=lambda request: request.query.get("key", ""),
    url="/cgi-bin/webhook/send?key={token}",
    token=re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    new_token=lambda: str(uuid.uuid4()),
    codes=re.compile(r"-?\d+"),
    status_of=by_status(200),
    wrong_method=refusal("43002", "require POST method"),
    unknown=lambda _token, _known: refusal("93000", "invalid webhook url"),
    too_fast=TOO_FAST,
    limits=(Limit(20, 60, TOO_FAST),),
    busy=Refusal(200, "-1", "system busy"),
    judge=judge,
    message=lambda call: as_sent(call.body),
    answer=lambda: web.json_response({"errcode": 0, "errmsg": "ok"}),
    refuse=in_errcode,
)
