"""A check that waits for heartbeats, as healthchecks.io and its open source have it.

Source: healthchecks "Pinging API", by UUID: success, start, fail, log and exit status; GET, HEAD and POST; 404; 400 for
an exit status that is none. The hosted service limits the rate in front of that, to 5 a minute by hearsay: with 429 by
slug, and inside of HTTP 200 by UUID (bdd/runitor#66), which is the fault `ok_with_error` here.
"""

import re
import uuid
from typing import Any, NamedTuple

from aiohttp import web

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.forms import in_text
from alicloud_emulator.receivers.kind import Kind, Limit, Receiver, Refusal

ADDRESS = re.compile(r"/ping/(?P<token>[^/]*)(?:/(?P<signal>.*))?", re.DOTALL)
SIGNALS = ("start", "fail", "log")
MOST_STATUS = 255
LONGEST_NOTE = 10_000  # bytes that are kept
TOO_FAST = Refusal(429, "429", "rate limited")


class Signal(NamedTuple):
    """What a ping says."""

    name: str
    exit_status: int | None = None


def signal_of(call: Call) -> Signal:
    """Success, or what stands behind the URL. Raises ApiError where that is nothing known."""
    found = ADDRESS.fullmatch(call.request.path)
    said = found["signal"] if found else None
    if said is None:
        return Signal("success")
    if said in SIGNALS:
        return Signal(said)
    if not re.fullmatch(r"[0-9]+", said):
        raise ApiError(404, "404", "not found")
    if len(said) > len(str(MOST_STATUS)) or int(said) > MOST_STATUS:
        raise ApiError(400, "400", "invalid url format")
    return Signal("fail" if int(said) else "success", int(said))


def judge(_receiver: Receiver, call: Call) -> None:
    """A signal that is known. Raises ApiError."""
    signal_of(call)


def message(call: Call) -> Any:
    """The signal and the note that came with it."""
    try:
        signal = signal_of(call)
    except ApiError:
        signal = Signal("unknown")
    note = call.body[:LONGEST_NOTE].decode(errors="replace")
    return {"signal": signal.name, "exit_status": signal.exit_status, "note": note}


def token_of(request: web.Request) -> str:
    """The UUID."""
    found = ADDRESS.fullmatch(request.path)
    return found["token"] if found else ""


HEARTBEAT = Kind(
    name="heartbeat",
    action="Ping",
    methods=("GET", "HEAD", "POST"),
    address=ADDRESS,
    token_of=token_of,
    url="/ping/{token}",
    token=re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    new_token=lambda: str(uuid.uuid4()),
    codes=re.compile(r"[45]\d\d"),  # HTTP statuses
    status_of=int,
    wrong_method=Refusal(405, "405", "method not allowed"),
    unknown=lambda _token, _known: Refusal(404, "404", "not found"),
    too_fast=TOO_FAST,
    limits=(Limit(5, 60, TOO_FAST),),
    busy=Refusal(200, "429", "OK (rate limited)"),
    judge=judge,
    message=message,
    answer=lambda: web.Response(text="OK", headers={"Ping-Body-Limit": str(LONGEST_NOTE)}),
    refuse=lambda error: in_text(error, error.message),
)
