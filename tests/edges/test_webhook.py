"""The sender of webhooks, received by the public library of Standard Webhooks and by servers that refuse."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Receiver
from standardwebhooks.webhooks import WebhookVerificationError

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.notify import webhook as module
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.errors import CloudFault, Refused, RefusedForGood, Unanswered
from image_export.values.notify_target import ChannelAddress, Webhook
from image_export.values.place import Place

from .listening import heard, http, listening

SECRET, NEWER = ("whsec_" + base64.b64encode(32 * one).decode() for one in (b"a", b"b"))
EVENT = {"id": "exp-4lq3q5vnd2qjyjxp-0001.Failed", "type": "imageexport:Export:Failed", "data": {"ImageName": "金 db"}}
OPS = Webhook(channel="ops")
ADDRESS = ChannelAddress(url="env:IMAGE_EXPORT_OPS", secrets=("env:IMAGE_EXPORT_OPS_SECRET",))


def deliver(host: str, *, address: ChannelAddress = ADDRESS, event: Any = EVENT, **variables: str) -> None:
    environ = {"IMAGE_EXPORT_OPS": f"http://{host}/hook", "IMAGE_EXPORT_OPS_SECRET": SECRET, **variables}
    endpoint = Addresses("http://127.0.0.1:1")
    home = Place("1234567890123456", "cn-hangzhou")
    notifier = AliyunNotifier(lambda: Credentials("id", "secret", None), endpoint, home, lambda: 60.0, environ)
    notifier.deliver(OPS, [event], address)


@pytest.fixture
def received() -> Iterator[tuple[str, list[bytes]]]:
    requests: list[bytes] = []
    with listening(http("204 No Content", b""), requests) as host:
        yield host, requests


def test_a_stranger_verifies_what_is_sent(received: tuple[str, list[bytes]]) -> None:
    deliver(received[0])
    request = heard(received[1][0])
    assert Receiver(SECRET).verify(request.body, request.headers) == EVENT
    assert request.headers["webhook-id"] == "exp-4lq3q5vnd2qjyjxp-0001.Failed"
    assert request.headers["content-type"] == "application/cloudevents+json"


def test_a_stranger_with_another_secret_does_not(received: tuple[str, list[bytes]]) -> None:
    deliver(received[0])
    request = heard(received[1][0])
    with pytest.raises(WebhookVerificationError):
        Receiver(NEWER).verify(request.body, request.headers)


def test_what_was_changed_on_its_way_is_not_verified(received: tuple[str, list[bytes]]) -> None:
    deliver(received[0])
    request = heard(received[1][0])
    with pytest.raises(WebhookVerificationError):
        Receiver(SECRET).verify(request.body.replace(b"Failed", b"Passed"), request.headers)


def test_what_is_received_ten_minutes_late_is_not_verified(
    received: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    then = datetime.now(tz=timezone.utc) - timedelta(minutes=10)
    monkeypatch.setattr("image_export.edges.notify.webhook.time.time", then.timestamp)
    deliver(received[0])
    request = heard(received[1][0])
    with pytest.raises(WebhookVerificationError, match="too old"):
        Receiver(SECRET).verify(request.body, request.headers)


@pytest.mark.parametrize("known", [SECRET, NEWER])
def test_while_a_secret_is_rotated_either_verifies(received: tuple[str, list[bytes]], known: str) -> None:
    both = ChannelAddress(url="env:IMAGE_EXPORT_OPS", secrets=("env:IMAGE_EXPORT_NEWER", "env:IMAGE_EXPORT_OPS_SECRET"))
    deliver(received[0], address=both, IMAGE_EXPORT_NEWER=NEWER)
    request = heard(received[1][0])
    assert Receiver(known).verify(request.body, request.headers) == EVENT


@pytest.mark.parametrize("missing", [{}, {"IMAGE_EXPORT_OLDER": " "}])
def test_an_old_secret_that_is_not_set_keeps_no_message_back(
    received: tuple[str, list[bytes]], missing: dict[str, str]
) -> None:
    both = ChannelAddress(url="env:IMAGE_EXPORT_OPS", secrets=("env:IMAGE_EXPORT_OPS_SECRET", "env:IMAGE_EXPORT_OLDER"))
    deliver(received[0], address=both, **missing)
    request = heard(received[1][0])
    assert Receiver(SECRET).verify(request.body, request.headers) == EVENT
    assert request.headers["webhook-signature"].count("v1,") == 1


def test_a_signature_of_a_known_key_is_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("image_export.edges.notify.webhook.time.time", lambda: 1614265330.9)
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = module.signed({"id": "msg_p5jXN8AQM9LWM0D4loKWxJek"}, b'{"test": 2432232314}', [key])
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("301 Moved Permanently", Refused, "RedirectRefused"),
        ("302 Found", Refused, "RedirectRefused"),
        ("400 Bad Request", Refused, "400"),
        ("401 Unauthorized", Refused, "401"),
        ("403 Forbidden", Refused, "403"),
        ("404 Not Found", Refused, "404"),
        ("410 Gone", RefusedForGood, "410"),
        ("413 Content Too Large", RefusedForGood, "413"),
        ("422 Unprocessable Content", Refused, "422"),
        ("429 Too Many Requests", Refused, "Throttling.Channel"),
        ("500 Internal Server Error", Unanswered, "500"),
        ("503 Service Unavailable", Unanswered, "503"),
    ],
)
def test_a_refusal_is_read_as_what_it_means(status: str, kind: type[CloudFault], code: str) -> None:
    with listening(http(status, b"no")) as host, pytest.raises(CloudFault) as fault:
        deliver(host)
    assert (type(fault.value), fault.value.code) == (kind, code)


def test_no_fault_says_the_address_or_the_secret() -> None:
    with listening(http("401 Unauthorized", b"no")) as host, pytest.raises(CloudFault) as fault:
        deliver(host, IMAGE_EXPORT_OPS=f"http://{host}/hook/KEY-IN-THE-PATH")
    assert "KEY-IN-THE-PATH" not in json.dumps(fault.value.cause.wire())


@pytest.mark.parametrize("secret", ["whsec_not base64!", "whsec_abc\u2013=", "whsec_"])
def test_a_secret_that_is_no_base64_is_named_without_being_said(secret: str) -> None:
    with listening(http("204 No Content", b"")) as host, pytest.raises(Refused) as fault:
        deliver(host, IMAGE_EXPORT_OPS_SECRET=secret)
    assert fault.value.code == "SecretUnusable"
    assert fault.value.cause.message == "The webhook's secret is no base64, with or without whsec_ before it."
