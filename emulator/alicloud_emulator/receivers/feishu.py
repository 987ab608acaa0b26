"""A custom bot in a group of Feishu, which is Lark elsewhere.

Sources: Feishu "Custom bot usage guide" (signature, one hour, keywords, 20 KB, 100 a minute and 5 a second, codes 9499,
11232, 19021 and 19024); 19001, 19002 and "too many request" as people have met them. Which of the two codes a rate has
is not documented: here 5 a second is 9499, in the old form with a StatusCode of 0, and 100 a minute is 11232.
"""

import re
import uuid
from typing import Any

from aiohttp import web

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.forms import as_number, as_sent, has_keyword, in_text, part, read_object
from alicloud_emulator.receivers.kind import Kind, Limit, Receiver, Refusal, by_status
from alicloud_emulator.receivers.signing import EXPIRED, INVALID, MISSING, NONE, VALID, hmac_sha256, is_fresh, is_one_of

HOUR_S = 60 * 60
LONGEST = 20 * 1024  # bytes
# Where the text of each type of message stands, and what it is.
TYPES: dict[str, tuple[tuple[str, ...], type]] = {
    "text": (("content", "text"), str),
    "post": (("content", "post"), dict),
    "image": (("content", "image_key"), str),
    "share_chat": (("content", "share_chat_id"), str),
    "interactive": (("card",), dict),
}
CARD = ("elements", "i18n_elements", "body", "data")  # one of them is what a card shows
SPOKEN = ("title", "text", "content")  # where a keyword counts
TOO_MANY = Refusal(200, "11232", "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]")
TOO_FAST = Refusal(200, "9499", "too many request")
NOT_SIGNED = Refusal(200, "19021", "sign match fail or timestamp is not within one hour from current time")
BAD_REQUEST = Refusal(200, "9499", "Bad Request")


def signature(receiver: Receiver, call: Call) -> str:
    """`timestamp`, in seconds, and `sign` in the body; NONE where the bot does not ask for them."""
    if not receiver.secrets:
        return NONE
    content = read_object(call.body) or {}
    stamp, sent = content.get("timestamp"), content.get("sign")
    if not stamp or not isinstance(sent, str):
        return MISSING
    if not is_fresh(call, str(stamp), of_second=1, within_s=HOUR_S):
        return EXPIRED
    right = [hmac_sha256(f"{stamp}\n{secret}".encode(), b"") for secret in receiver.secrets]
    return VALID if is_one_of(sent, right) else INVALID


def judge(receiver: Receiver, call: Call) -> None:
    """Header, length, form, signature, keyword. Raises ApiError."""
    content = read_object(call.body)
    if call.request.content_type != "application/json" or len(call.body) > LONGEST or content is None:
        raise ApiError(*BAD_REQUEST)
    if signature(receiver, call) in (MISSING, EXPIRED, INVALID):
        raise ApiError(*NOT_SIGNED)
    if not content.get("msg_type"):
        raise ApiError(200, "19002", "params error, msg_type need")
    if not is_formed(content):
        raise ApiError(*BAD_REQUEST)
    if not has_keyword(receiver, content, SPOKEN):
        raise ApiError(200, "19024", "Key Words Not Found")


def is_formed(content: dict[str, Any]) -> bool:
    """Whether the type is one that there is, and the message has what it shows."""
    kind = content["msg_type"]
    if not isinstance(kind, str) or kind not in TYPES:
        return False
    path, wanted = TYPES[kind]
    found = part(content, path)
    if not found or type(found) is not wanted:
        return False
    return kind != "interactive" or any(part(found, (name,)) for name in CARD)


def message(call: Call) -> Any:
    """The body; its signature is nobody's business."""
    content = as_sent(call.body)
    return {name: value for name, value in content.items() if name != "sign"} if isinstance(content, dict) else content


def refuse(error: ApiError) -> web.Response:
    """An error stands inside of HTTP 200; what is not of the bot itself has a status."""
    if error.status != 200:
        return in_text(error, error.message)
    if error.message == TOO_FAST.message:  # the old fields say that all is well
        return web.json_response({"StatusCode": 0, "StatusMessage": "", "code": 9499, "msg": error.message})
    return web.json_response({"code": as_number(error.code), "data": {}, "msg": error.message})


def answer() -> web.Response:
    """The old fields beside the new ones."""
    return web.json_response({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})


FEISHU = Kind(
    name="feishu",
    address=re.compile(r"/open-apis/bot/v2/hook/.*", re.DOTALL),
    token_of=lambda request: request.path.removeprefix("/open-apis/bot/v2/hook/"),
    url="/open-apis/bot/v2/hook/{token}",
    token=re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    new_token=lambda: str(uuid.uuid4()),
    codes=re.compile(r"\d+"),
    status_of=by_status(200),
    wrong_method=Refusal(405, "405", "405 method not allowed"),
    unknown=lambda _token, _known: Refusal(200, "19001", "param invalid: incoming webhook access token invalid"),
    too_fast=TOO_MANY,
    limits=(Limit(5, 1, TOO_FAST), Limit(100, 60, TOO_MANY)),
    busy=TOO_MANY,  # at full and half hours
    signature=signature,
    judge=judge,
    message=message,
    answer=answer,
    refuse=refuse,
)
