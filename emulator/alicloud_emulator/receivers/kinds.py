"""Every kind of receiver; its name is what faults call its service."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from alicloud_emulator.receivers.dingtalk import DINGTALK
from alicloud_emulator.receivers.feishu import FEISHU
from alicloud_emulator.receivers.heartbeat import HEARTBEAT
from alicloud_emulator.receivers.kind import Kind
from alicloud_emulator.receivers.slack import SLACK
from alicloud_emulator.receivers.webhook import WEBHOOK
from alicloud_emulator.receivers.wecom import WECOM

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (WEBHOOK, DINGTALK, FEISHU, WECOM, SLACK, HEARTBEAT)}


def kind_of(request: web.Request) -> Kind | None:
    """The kind whose address a request goes to; None for what is of the cloud, and for a key of OSS that looks so."""
    if request.headers.get("Authorization", "").startswith("OSS"):
        return None
    return next((kind for kind in KINDS.values() if kind.address.fullmatch(request.path)), None)
