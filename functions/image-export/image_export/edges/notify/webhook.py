"""Events to a webhook, by Standard Webhooks: three headers, of which the last signs the body and the other two.

Specification: github.com/standard-webhooks/standard-webhooks. An event's id is the same each time that it is sent.
"""

import base64
import hmac
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from ...errors import Refused
from ...values.cause import Cause
from ...values.notify_target import ChannelAddress, Webhook
from ..outward.client import Answer, Outward
from ..outward.variables import is_set, variable
from .answers import Says, judge
from .origin import Origin, Sender

SECRET = "whsec_"  # noqa: S105 - how they begin
FOR_GOOD = frozenset({410, 413})  # nobody is there any more, or the event is too long; all else can be mended there


def sender(origin: Origin) -> Sender:
    """Posts CloudEvents in structured JSON, one at a time."""

    def send(_: Webhook, events: Any, address: ChannelAddress) -> None:
        url = variable(origin.environ, address.url)
        keys = [_key(variable(origin.environ, secret)) for secret in _there(origin.environ, *address.secrets)]
        (event,) = events
        body = msgspec.json.encode(event)
        answer = Outward(origin.addresses.endpoint, origin.remaining_s).send(
            url, body, headers=signed(event, body, keys)
        )
        judge(answer, _said, for_good=FOR_GOOD)

    return send


def signed(event: Mapping[str, Any], body: bytes, keys: list[bytes]) -> dict[str, str]:
    """The headers. Each key signs, so that a receiver that knows one of them is content."""
    stamp = str(int(time.time()))
    text = b".".join((str(event["id"]).encode(), stamp.encode(), body))
    signatures = (base64.b64encode(hmac.digest(key, text, "sha256")).decode() for key in keys)
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": event["id"],
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def _there(environ: Mapping[str, str], first: str, *others: str) -> list[str]:
    """The secret that signs, and of those that are rotated what is set: the doctor names one that is missing."""
    return [first, *(one for one in others if is_set(environ, one))]


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET), validate=True)
    except ValueError:  # binascii.Error is one
        key = b""
    if not key:
        message = f"The webhook's secret is no base64, with or without {SECRET} before it."
        raise Refused(Cause(code="SecretUnusable", message=message))
    return key


def _said(_: Answer) -> Says:
    """Nothing within: the status says it all."""
    return Says()
