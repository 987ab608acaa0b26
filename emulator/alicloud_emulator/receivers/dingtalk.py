"""A custom robot in a group of DingTalk.

Sources: DingTalk "Custom bot security settings" (signature, one hour, keywords) and "Custom robots send group messages"
(types, 20 a minute, then nothing for 10 minutes); codes as people have met them (timonwong/prometheus-webhook-dingtalk
#222, #226 and #30; jenkinsci/dingtalk-plugin#88, #116) and from tables of them: 40035, 43002, 43004, 400105. Which
comes first of several refusals is known of none.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.forms import as_sent, has_keyword, in_errcode, read_object
from alicloud_emulator.receivers.kind import Kind, Limit, Receiver, Refusal, by_status
from alicloud_emulator.receivers.signing import EXPIRED, INVALID, MISSING, NONE, VALID, hmac_sha256, is_fresh, is_one_of

HOUR_S = 60 * 60
LONGEST = 20_000  # bytes
# What each type of message cannot do without.
TYPES: Mapping[str, tuple[str, ...]] = {
    "text": ("content",),
    "markdown": ("title", "text"),
    "link": ("title", "text", "messageUrl"),
    "actionCard": ("title", "text"),
    "feedCard": ("links",),
}
SPOKEN = ("title", "text", "content")  # where a keyword counts
TOO_FAST = Refusal(200, "130101", "send too fast, exceed 20 times per minute")
PUNISHED = Refusal(200, "deny", "punished")  # of a caller's address, by the gateway; people have met it
UNSIGNED = {
    MISSING: Refusal(200, "310000", "sign not match"),
    EXPIRED: Refusal(200, "310000", "invalid timestamp"),
    INVALID: Refusal(200, "310000", "sign not match"),
}


def signature(receiver: Receiver, call: Call) -> str:
    """`timestamp`, in milliseconds, and `sign` in the query; NONE where the robot does not ask for them."""
    if not receiver.secrets:
        return NONE
    stamp, sent = (call.request.query.get(name, "") for name in ("timestamp", "sign"))
    if not stamp or not sent:
        return MISSING
    if not is_fresh(call, stamp, of_second=1000, within_s=HOUR_S):
        return EXPIRED
    right = [hmac_sha256(secret.encode(), f"{stamp}\n{secret}".encode()) for secret in receiver.secrets]
    return VALID if is_one_of(sent, right) else INVALID


def judge(receiver: Receiver, call: Call) -> None:
    """Signature, header, length, form, keyword. Raises ApiError."""
    said = signature(receiver, call)
    if said in UNSIGNED:
        raise ApiError(*UNSIGNED[said])
    if call.request.content_type != "application/json":
        raise ApiError(200, "43004", "无效的HTTP HEADER Content-Type")
    if len(call.body) > LONGEST:
        raise ApiError(200, "460101", "message too long, exceed 20000 bytes")
    content = read_object(call.body)
    if content is None:
        raise ApiError(200, "40035", "缺少参数 json")
    check_form(content)
    if not has_keyword(receiver, content, SPOKEN):
        raise ApiError(200, "310000", "keywords not in content")


def check_form(content: dict[str, Any]) -> None:
    """A type that there is, and what it needs. Raises ApiError."""
    kind = content.get("msgtype")
    needs = TYPES.get(kind) if isinstance(kind, str) else None
    if needs is None:
        raise ApiError(200, "400105", "unsupported msgtype")
    parts = content.get(str(kind))
    for name in needs:
        if not isinstance(parts, dict) or not parts.get(name):
            raise ApiError(200, "40035", f"缺少参数 {kind}.{name}")


def unknown(token: str) -> Refusal:
    """Without a token, or with one that no robot has."""
    return Refusal(200, "300005", "token is not exist") if token else Refusal(200, "40035", "缺少参数 access_token")


def refuse(error: ApiError) -> web.Response:
    """In an errcode; the gateway has none, and names no errcode at all."""
    if error.code != PUNISHED.code:
        return in_errcode(error)
    return web.json_response({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "made-up"})


DINGTALK = Kind(
    name="dingtalk",
    address=re.compile(r"/robot/send"),
    token_of=lambda request: request.query.get("access_token", ""),
    url="/robot/send?access_token={token}",
    token=re.compile(r"[0-9a-f]{64}"),
    new_token=lambda: secrets.token_hex(32),
    codes=re.compile(r"-?\d+"),
    status_of=by_status(200),
    wrong_method=Refusal(200, "43002", "需要POST请求"),
    unknown=lambda token, _known: unknown(token),
    too_fast=TOO_FAST,
    limits=(Limit(20, 60, TOO_FAST),),
    refused_for_s=600,
    busy=Refusal(200, "-1", "系统繁忙"),
    punished=PUNISHED,
    signature=signature,
    judge=judge,
    message=lambda call: as_sent(call.body),
    answer=lambda: web.json_response({"errcode": 0, "errmsg": "ok"}),
    refuse=refuse,
)
