"""`POST /_emulator/receivers/{name}`: a receiver as somebody has made it in a chat, or on a page of a service.

`{"kind", "token", "per_minute"}`, and `secret` of webhook, dingtalk and feishu, `keyword` of dingtalk and feishu, each
one or a list; only the kind is needed, and of a webhook the secret. The token is what the receiver's URL ends with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alicloud_emulator import bodies
from alicloud_emulator.receivers.kind import Receiver
from alicloud_emulator.receivers.kinds import KINDS
from alicloud_emulator.receivers.reception import Reception
from alicloud_emulator.receivers.webhook import check_secret


def change(reception: Reception, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make a receiver, in place of one of its name; answers it with the path of its URL."""
    kind = KINDS[body["kind"]]
    bodies.check(dict(body), bodies.RECEIVERS[kind.name])
    secrets = several(body.get("secret", []))
    if kind.name == "webhook":
        for secret in secrets:
            check_secret(secret)
    receiver = Receiver(
        name=name,
        kind=kind.name,
        token=body.get("token") or kind.new_token(),
        secrets=secrets,
        keywords=several(body.get("keyword", [])),
    )
    return {"name": name, "kind": kind.name, "path": reception.add(receiver, body.get("per_minute"))}


def several(value: str | list[str]) -> tuple[str, ...]:
    """One of them, or a list."""
    return (value,) if isinstance(value, str) else tuple(value)
