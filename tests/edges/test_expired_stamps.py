"""A sender whose clock is wrong: receivers as strict as the real ones refuse its messages, and it is no final no."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.errors import Refused, RefusedForGood
from image_export.values.notify_target import AnyChannel, ChannelAddress, DingTalk, Feishu, Webhook
from image_export.values.place import Place
from tests.contract.worlds import administrator

EVENT = {"id": "exp-4lq3q5vnd2qjyjxp-0001.Failed", "type": "imageexport:Export:Failed", "data": {"ImageName": "web"}}
HOUR_S = 60 * 60
# For each kind: its secret, how far a clock may be off, and the code of the refusal beyond that.
SIGNED: dict[str, tuple[AnyChannel, str, int, str]] = {
    "webhook": (Webhook(channel="oncall"), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 5 * 60, "401"),
    "dingtalk": (DingTalk(channel="oncall"), "SEC8d2f0c1e5b7a49d6", HOUR_S, "310000"),
    "feishu": (Feishu(channel="oncall"), "8d2f0c1e5b7a49d6", HOUR_S, "19021"),
}
Deliver = Callable[[], None]


@pytest.fixture(params=SIGNED)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def deliver(emulator: RunningEmulator, kind: str) -> Deliver:
    """Sends the event to a new receiver of the kind."""
    channel, secret, _, _ = SIGNED[kind]
    url = emulator.post(f"receivers/{kind}", {"kind": kind, "secret": secret})["url"]
    environ = {"IMAGE_EXPORT_URL": url, "IMAGE_EXPORT_SECRET": secret}
    home, addresses = Place("1234567890123456", "cn-hangzhou"), Addresses(emulator.endpoint)
    notifier = AliyunNotifier(lambda: administrator(emulator), addresses, home, lambda: 60.0, environ)
    address = ChannelAddress(url="env:IMAGE_EXPORT_URL", secrets=("env:IMAGE_EXPORT_SECRET",))
    return lambda: notifier.deliver(channel, [EVENT], address)


def newest(emulator: RunningEmulator, kind: str) -> dict[str, Any]:
    return [row for row in emulator.state("received") if row.get("receiver") == kind][-1]


@pytest.mark.parametrize("way", [-1, 1], ids=["slow", "fast"])
def test_a_stamp_beyond_what_the_service_allows_is_refused_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, emulator: RunningEmulator, kind: str, deliver: Deliver, way: int
) -> None:
    off_s, code = SIGNED[kind][2:]
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + way * (off_s + 60))
    with pytest.raises(Refused) as fault:
        deliver()
    assert (fault.value.code, isinstance(fault.value, RefusedForGood)) == (code, False)
    assert newest(emulator, kind)["signature"] == "expired"


@pytest.mark.parametrize("way", [-1, 1], ids=["slow", "fast"])
def test_a_stamp_within_it_is_taken(
    monkeypatch: pytest.MonkeyPatch, emulator: RunningEmulator, kind: str, deliver: Deliver, way: int
) -> None:
    off_s = SIGNED[kind][2]
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + way * (off_s - 60))
    deliver()
    assert (newest(emulator, kind)["verdict"], newest(emulator, kind)["signature"]) == ("accepted", "valid")
