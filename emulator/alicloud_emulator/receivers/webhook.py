"""A receiver of webhooks, by the specification Standard Webhooks 1.0.0.

Its codes are this emulator's own, since the specification names none: only 2xx, 410 and 429 have a meaning there.
"""

import base64
import binascii
import re
import secrets

from aiohttp import web

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.forms import as_sent, read_object
from alicloud_emulator.receivers.kind import Kind, Receiver, Refusal
from alicloud_emulator.receivers.signing import EXPIRED, INVALID, MISSING, VALID, hmac_sha256, is_fresh, is_one_of

TOLERANCE_S = 5 * 60  # of the reference libraries
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
KEY_BYTES = (24, 64)
PREFIX = "whsec_"
UNSIGNED = {
    MISSING: Refusal(401, "MissingHeader", "a webhook has the headers webhook-id, -timestamp and -signature"),
    EXPIRED: Refusal(401, "Expired", "webhook-timestamp is not within 5 minutes of our clock"),
    INVALID: Refusal(401, "NoMatchingSignature", "no signature in webhook-signature is one of ours"),
}


def check_secret(secret: str) -> None:
    """A secret is `whsec_` and 24 to 64 bytes in base64. Raises ApiError otherwise."""
    try:
        size = len(base64.b64decode(secret.removeprefix(PREFIX), validate=True))
    except binascii.Error:
        size = 0
    if not (secret.startswith(PREFIX) and KEY_BYTES[0] <= size <= KEY_BYTES[1]):
        raise ApiError(400, "InvalidValue", "secret: want whsec_ and 24 to 64 bytes in base64")


def signature(receiver: Receiver, call: Call) -> str:
    """Whether one of the signatures is that of one of the receiver's secrets."""
    values = [call.request.headers.get(name, "") for name in HEADERS]
    if not all(values):
        return MISSING
    message_id, stamp, sent = values
    if not is_fresh(call, stamp, of_second=1, within_s=TOLERANCE_S):
        return EXPIRED
    signed = f"{message_id}.{stamp}.".encode(errors="surrogateescape") + call.body
    keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in receiver.secrets]
    right = [f"v1,{hmac_sha256(key, signed)}" for key in keys]
    return VALID if any(is_one_of(one, right) for one in sent.split(" ")) else INVALID


def judge(receiver: Receiver, call: Call) -> None:
    """The signature, then the body, which is JSON. Raises ApiError."""
    said = signature(receiver, call)
    if said in UNSIGNED:
        raise ApiError(*UNSIGNED[said])
    if read_object(call.body) is None:
        raise ApiError(400, "InvalidBody", "the body is no JSON object")


def refuse(error: ApiError) -> web.Response:
    """JSON, for people alone: a sender goes by the status."""
    body = {"code": error.code, "message": error.message}
    return web.json_response(body, status=error.status, headers=error.headers)


WEBHOOK = Kind(
    name="webhook",
    address=re.compile(r"/webhooks/.*", re.DOTALL),
    token_of=lambda request: request.path.removeprefix("/webhooks/"),
    url="/webhooks/{token}",
    token=re.compile(r"[A-Za-z0-9_-]+"),
    new_token=lambda: secrets.token_hex(16),
    codes=re.compile(r"[45]\d\d"),  # HTTP statuses
    status_of=int,
    wrong_method=Refusal(405, "MethodNotAllowed", "a webhook is a POST"),
    unknown=lambda _token, _known: Refusal(404, "NotFound", "there is no such receiver"),
    gone=Refusal(410, "Gone", "this receiver wants no more webhooks"),
    too_fast=Refusal(429, "TooManyRequests", "too many webhooks"),
    tells_when=True,
    busy=None,  # by the specification 2xx is success, whatever the body says
    signature=signature,
    judge=judge,
    message=lambda call: as_sent(call.body),
    answer=lambda: web.Response(status=204),
    refuse=refuse,
)
