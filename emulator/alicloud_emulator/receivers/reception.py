"""All receivers: who they are, what they think of a message, and what has arrived."""

from __future__ import annotations

from collections import deque
from typing import Any

from aiohttp import web

from alicloud_emulator.calls import Asked, Call, Reply, Result
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.kind import Kind, Receiver
from alicloud_emulator.receivers.kinds import KINDS
from alicloud_emulator.receivers.rate import Rate
from alicloud_emulator.receivers.signing import NONE

MOST_KEPT = 10_000  # messages, the newest ones
ACCEPTED = "accepted"


class Reception:
    """The receivers by name and by address. No secret and no token leaves it, but for the URL that `add` answers."""

    def __init__(self) -> None:
        self._receivers: dict[str, tuple[Receiver, Rate]] = {}
        self._gone: set[tuple[str, str]] = set()
        self._received: deque[dict[str, Any]] = deque(maxlen=MOST_KEPT)
        self._count = 0

    def add(self, receiver: Receiver, per_minute: int | None = None) -> str:
        """Make a receiver, in place of one of its name; answers what follows the endpoint in its URL."""
        kind, other = KINDS[receiver.kind], self._at(receiver.kind, receiver.token)
        if not kind.token.fullmatch(receiver.token):
            raise ApiError(400, "InvalidValue", f"token: a {kind.name} has one of the form {kind.token.pattern}")
        if other and other.name != receiver.name:
            raise ApiError(400, "InvalidValue", f"token: it is that of {other.name!r}")
        self._receivers[receiver.name] = receiver, Rate(kind, per_minute)
        return kind.url.format(token=receiver.token)

    def remove(self, name: str) -> int:
        """Remove a receiver; answers how many are left."""
        if name not in self._receivers:
            raise ApiError(404, "NotFound", f"there is no receiver {name!r}")
        receiver, _ = self._receivers.pop(name)
        self._gone.add((receiver.kind, receiver.token))
        return len(self._receivers)

    def asked(self, kind: Kind, request: web.Request) -> Asked:
        """The call that a request makes: to which receiver, if there is one at its address."""
        receiver = self._at(kind.name, kind.token_of(request))
        params = {"receiver": receiver.name} if receiver else {}
        return Asked(service=kind.name, action=kind.action, params=params, access_key_id=None, region="")

    async def take(self, call: Call) -> Result:
        """Judge a message. Raises ApiError with the service's own status and code."""
        kind, token = KINDS[call.service], KINDS[call.service].token_of(call.request)
        if call.request.method not in kind.methods:
            raise ApiError(*kind.wrong_method)
        receiver = self._at(kind.name, token)
        if receiver is None:
            gone = kind.gone if (kind.name, token) in self._gone else None
            known = [one.token for one, _ in self._receivers.values() if one.kind == kind.name]
            raise ApiError(*(gone or kind.unknown(token, known)))
        self._receivers[receiver.name][1].take(call.now)
        kind.judge(receiver, call)
        return Reply()

    def answer(self, call: Call, _result: Result) -> web.Response:
        """The service's own answer to what it took; the message is kept."""
        response = KINDS[call.service].answer()
        self._keep(call, ACCEPTED, response.status)
        return response

    def refuse(self, call: Call, error: ApiError) -> web.Response:
        """A refusal in the service's own form; the message is kept."""
        self._keep(call, error.code, error.status)
        return KINDS[call.service].refuse(error)

    def received_state(self) -> list[dict[str, Any]]:
        """What has arrived, of `GET /_emulator/state`; `n` counts on where the oldest rows are gone."""
        return list(self._received)

    def _keep(self, call: Call, verdict: str, status: int) -> None:
        kind = KINDS[call.service]
        receiver = self._at(kind.name, kind.token_of(call.request))
        self._count += 1
        row = {
            "n": self._count,
            "target": f"{kind.name}:{receiver.name}" if receiver else kind.name,
            "receiver": receiver.name if receiver else None,
            "kind": kind.name,
            "at": call.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "verdict": verdict,
            "status": status,
            "signature": kind.signature(receiver, call) if receiver else NONE,
            "id": call.request.headers.get("webhook-id"),
            "fault": call.fault,
            "message": kind.message(call),
        }
        self._received.append(row)

    def _at(self, kind: str, token: str) -> Receiver | None:
        """The receiver at an address."""
        found = (one for one, _ in self._receivers.values() if (one.kind, one.token) == (kind, token))
        return next(found, None)
