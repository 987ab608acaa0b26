"""One API call, the operation that answers it, and the log of all of them."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from aiohttp import web

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.identity import AccessKey

Service = TypeVar("Service")

# What a call carries for the protocol's sake, or to prove who it is: never in the log.
PROTOCOL_PARAMS = frozenset(
    {
        *("Action", "Version", "Format", "Timestamp", "AccessKeyId", "SecurityToken"),
        *("Signature", "SignatureMethod", "SignatureVersion", "SignatureType", "SignatureNonce"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a wire protocol reads off a request before anything is believed."""

    service: str
    action: str
    params: Mapping[str, str]
    access_key_id: str | None
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is more than a JSON object: status, headers and bytes as they go out."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Result = dict[str, Any] | Reply


@dataclass(slots=True, kw_only=True)
class Call:
    """An API call on its way. `key` is there once the signature has been found right."""

    clock: CloudClock
    request: web.Request
    body: bytes
    service: str
    action: str
    params: Mapping[str, str]
    access_key_id: str | None
    region: str
    now: datetime
    request_id: str
    caller: AccessKey | None = None
    fault: str | None = None  # the kind of fault that met it

    @property
    def key(self) -> AccessKey:
        """The key that signed the call."""
        if self.caller is None:
            raise RuntimeError(f"{self.service} {self.action} is used before it was authenticated")
        return self.caller


@dataclass(frozen=True, slots=True)
class Operation(Generic[Service]):
    """An action of a service and the parameters without which it is refused as MissingParameter."""

    run: Callable[[Service, Call], Awaitable[Result]]
    required: tuple[str, ...] = ()


class CallLog:
    """Every API call in the order of arrival; one that is still held or running has the status None."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def arrived(self, call: Call) -> dict[str, Any]:
        """Log the call; what becomes of it is filled in by `ended`."""
        entry = {
            "n": len(self.entries) + 1,
            "service": call.service,
            "action": call.action,
            "params": {name: value for name, value in call.params.items() if not is_secret(name)},
            "status": None,
            "code": None,
            "fault": None,
            "access_key_id": call.access_key_id,
            "request_id": call.request_id,
            "at": call.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        self.entries.append(entry)
        return entry


def ended(entry: dict[str, Any], call: Call, status: int | None, code: str | None = None) -> None:
    """Fill in what became of a call; a status that is known stays when the answer is lost."""
    entry.update(status=entry["status"] or status, code=code, fault=call.fault)


def is_secret(name: str) -> bool:
    """Whether a parameter is left out of the log."""
    return name in PROTOCOL_PARAMS or name.lower().startswith(("x-oss-security", "x-oss-signature", "x-oss-credential"))


def new_request_id() -> str:
    """A request id in the cloud's form, a UUID in capitals."""
    digits = secrets.token_hex(16).upper()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
