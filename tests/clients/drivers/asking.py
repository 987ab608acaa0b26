"""The loop of every Python driver: a JSON line in (which call, where, which key), a JSON line out (what came of it).

A driver knows its vendor's client and nothing of this project; it runs in an environment that holds the client alone.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

Asked = dict[str, Any]  # call, endpoint, key_id, secret, token, region, params, and what a driver understands beside


def serve(calls: dict[str, Callable[[Asked], dict[str, Any]]], code_of: Callable[[Exception], str]) -> None:
    """Answer until stdin ends: `{"fields": …}` as the client's own models read them, or `{"code": …}`."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"code": "", "fields": calls[asked["call"]](asked)}
        except Exception as fault:  # noqa: BLE001 - whatever the client raises is an outcome
            answer = {"code": code_of(fault), "fields": {}, "said": f"{type(fault).__name__}: {fault}"[:600]}
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()


def host(asked: Asked) -> str:
    """host:port of the endpoint."""
    return str(asked["endpoint"]).removeprefix("http://")


def body_of(asked: Asked) -> bytes:
    """What is to be sent."""
    return str(asked["params"].get("Body", "")).encode()
