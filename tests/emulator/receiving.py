"""Receivers of an emulated cloud, and senders of a few lines: each signs by its service's documented formula."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import requests

from tests.emulator.world import World
from tests.patience import HANGS_S

SECRET = "SEC8d2f0c1e5b7a49d6"  # of DingTalk and Feishu
KEY = bytes(range(32))
WHSEC = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # the same in base64
TEXT = {"msgtype": "text", "text": {"content": "export failed"}}
FEISHU_TEXT = {"msg_type": "text", "content": {"text": "export failed"}}


def made(world: World, kind: str, name: str = "oncall", **settings: Any) -> str:
    """Make a receiver; its URL."""
    return str(world.post(f"receivers/{name}", {"kind": kind, **settings})["url"])


def send(url: str, content: Any, **headers: str) -> requests.Response:
    """POST JSON, or bytes as they are."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"Content-Type": "application/json", **headers}
    return requests.post(url, data=body, headers=sent, timeout=HANGS_S, allow_redirects=False)


def hmac_base64(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def dingtalk_query(secret: str = SECRET, *, ago_s: float = 0) -> dict[str, str]:
    """The parameters `timestamp` and `sign`."""
    stamp = str(round((time.time() - ago_s) * 1000))
    return {"timestamp": stamp, "sign": hmac_base64(secret.encode(), f"{stamp}\n{secret}".encode())}


def feishu_signed(content: dict[str, Any], secret: str = SECRET, *, ago_s: float = 0) -> dict[str, Any]:
    """The message with `timestamp` and `sign` in it."""
    stamp = str(round(time.time() - ago_s))
    return {"timestamp": stamp, "sign": hmac_base64(f"{stamp}\n{secret}".encode(), b""), **content}


def webhook_headers(body: bytes, key: bytes = KEY, *, ago_s: float = 0, event: str = "evt-1") -> dict[str, str]:
    """The three headers of a webhook."""
    stamp = str(round(time.time() - ago_s))
    signature = "v1," + hmac_base64(key, f"{event}.{stamp}.".encode() + body)
    return {"webhook-id": event, "webhook-timestamp": stamp, "webhook-signature": signature}


def received(world: World) -> list[dict[str, Any]]:
    """What has arrived."""
    rows: list[dict[str, Any]] = world.get("state?only=received")["received"]
    return rows


def verdicts(world: World) -> list[tuple[str, str]]:
    """What was thought of each message, and of its signature."""
    return [(row["verdict"], row["signature"]) for row in received(world)]
