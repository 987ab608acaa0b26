"""Faults to order: what goes wrong with the next calls of an action, before or after their effect."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Any
from urllib.parse import quote

from alicloud_emulator.calls import Call
from alicloud_emulator.codes import status_of
from alicloud_emulator.errors import ApiError, Dropped
from alicloud_emulator.identity import Identity
from alicloud_emulator.ram.permissions import NEEDS
from alicloud_emulator.receivers.kind import Kind as Receiver
from alicloud_emulator.receivers.kinds import KINDS as RECEIVERS

KINDS = frozenset(
    {
        *("throttle", "http_500", "http_503", "reset_before", "kill_before", "hold", "slow"),
        *("reset_after", "kill_after", "garbage"),
        *("http_410", "http_429", "ok_with_error", "ok_punished", "redirect"),
    }
)
OF_RECEIVERS = frozenset(
    {"http_410", "http_429", "ok_with_error", "ok_punished", "redirect"}
)  # the cloud has no such answers
PAUSES = frozenset({"hold", "slow"})
# What each service answers when it is asked too often; receivers have words of their own.
THROTTLING = {"oss": (503, "QpsLimitExceeded"), "fc": (429, "ResourceExhausted")}
REFUSALS = {
    "http_500": (500, "InternalError", "The request processing has failed due to some unknown error."),
    "http_503": (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
    "http_410": (410, "Gone", "There is nothing here any more."),
    "http_429": (429, "TooManyRequests", "Too many requests."),
    "redirect": (302, "Found", "It is elsewhere."),
}
INSIDE = "http://10.0.0.1/"  # where a redirect leads to: a private address, which nothing from outside may reach
HEADERS = {"http_429": {"Retry-After": "30"}, "redirect": {"Location": INSIDE}}
ACTIONS = (*NEEDS, *((kind.name, kind.action) for kind in RECEIVERS.values()))


@dataclass(slots=True, kw_only=True)
class Fault:
    """An order; `skip` calls that match go unharmed, the next `times` do not; of a `share`, only that part."""

    service: str
    action: str
    kind: str
    times: int = 1
    skip: int = 0
    key: str = "*"
    params: dict[str, str] = field(default_factory=dict)
    delay_s: float = 3.0
    says: str = ""  # of a `code:…` its message, where <secret>, <token>, <quoted token> are the caller's; a Location
    share: float = 1.0  # of the calls that match, by chance that is the same in each run

    def __post_init__(self) -> None:
        """Refuse an order that no call can ever meet."""
        services = list(dict.fromkeys(service for service, _ in ACTIONS))
        meant = [service for service in services if fnmatchcase(service, self.service)]
        if not meant:
            raise ApiError(400, "InvalidFault", f"service {self.service!r} is none of {', '.join(services)}, *")
        actions = sorted({action for service, action in ACTIONS if service in meant})
        if not any(fnmatchcase(action, self.action) for action in actions):
            raise ApiError(400, "InvalidFault", f"action {self.action!r} is none of {', '.join(actions)}, *")
        self._check_of_receivers([RECEIVERS.get(service) for service in meant])

    def _check_of_receivers(self, meant: list[Receiver | None]) -> None:
        """Refuse what is of receivers where others are meant too, and what one of them does not say."""
        kinds = [kind for kind in meant if kind]
        if self.kind in OF_RECEIVERS and len(kinds) < len(meant):
            raise ApiError(400, "InvalidFault", f"kind {self.kind!r} is of {', '.join(RECEIVERS)} alone")
        if self.kind == "ok_with_error" and any(kind.busy is None for kind in kinds):
            raise ApiError(400, "InvalidFault", f"{self.service!r} has no errors inside of HTTP 200")
        if self.kind == "ok_punished" and any(kind.punished is None for kind in kinds):
            raise ApiError(400, "InvalidFault", f"{self.service!r} has no gateway that punishes")
        code = self.kind.removeprefix("code:")
        if code != self.kind and len(kinds) == len(meant) and not all(kind.codes.fullmatch(code) for kind in kinds):
            raise ApiError(400, "InvalidFault", f"{code!r} is no code of {self.service!r}")

    def matches(self, call: Call) -> bool:
        """Whether the call is of this action (`*` for any), object key and parameters."""
        return (
            self.times > 0
            and fnmatchcase(call.service, self.service)
            and fnmatchcase(call.action, self.action)
            and fnmatchcase(call.params.get("key", ""), self.key)
            and all(call.params.get(name) == value for name, value in self.params.items())
        )


class Faults:
    """The orders that stand, in the order of their arrival. `kill` ends the process of a function's instance."""

    def __init__(self, identity: Identity, kill: Callable[[str], None]) -> None:
        self._identity = identity
        self._kill = kill
        self.orders: list[Fault] = []
        self._chance = Random(0)  # noqa: S311 - reproducible
        self._release = asyncio.Event()

    def order(self, orders: list[dict[str, Any]]) -> None:
        """Add orders as they came over the control call; nothing is added if one can never be met."""
        self.orders.extend([Fault(**order) for order in orders])

    def clear(self) -> None:
        """Forget every order."""
        self.orders.clear()

    def release(self) -> None:
        """Let all calls go on that are being held."""
        self._release.set()
        self._release = asyncio.Event()

    async def before(self, call: Call) -> None:
        """Pause or break the call before its effect; `call.fault` says what is to be done after it."""
        for order in self._take(call):
            call.fault = order.kind
            if order.kind == "hold":
                await self._release.wait()
            elif order.kind == "slow":
                await asyncio.sleep(order.delay_s)
            else:
                self._break(call, order.kind, order.says)

    def _take(self, call: Call) -> list[Fault]:
        """The orders that this call uses up: pauses, and at most one that breaks."""
        taken = []
        for order in self.orders:
            if not order.matches(call) or (order.share < 1 and self._chance.random() >= order.share):
                continue
            if order.skip:
                order.skip -= 1
                continue
            order.times -= 1
            taken.append(order)
            if order.kind not in PAUSES:
                break
        return taken

    def after(self, call: Call) -> None:
        """Lose the answer to a call that had its effect, if the kind is one of those."""
        if call.fault == "kill_after":
            self._kill_caller(call)
        if call.fault == "reset_after":
            raise Dropped

    def _break(self, call: Call, kind: str, says: str) -> None:
        """Raise what keeps the call from having an effect, if the kind is one of those."""
        if kind in REFUSALS:
            headers = {"Location": says} if kind == "redirect" and says else HEADERS.get(kind)
            raise ApiError(*REFUSALS[kind], headers=headers)
        if kind in ("throttle", "ok_with_error", "ok_punished"):
            raise ApiError(*own_words(call.service, kind))
        if kind.startswith("code:"):
            code = kind.removeprefix("code:")
            says = self._quoting(says, call) or f"The request is refused with {code}."
            raise ApiError(status_for(call.service, code), code, says)
        if kind == "kill_before":
            self._kill_caller(call)
        if kind == "reset_before":
            raise Dropped

    def _quoting(self, says: str, call: Call) -> str:
        """What a careless service would say, with the keys of whoever called in it."""
        key = self._identity.keys.get(call.access_key_id or "")
        secret, token = (key.secret, key.security_token or "") if key else ("", "")
        words = {"<secret>": secret, "<token>": token, "<quoted token>": quote(token, safe="")}
        for name, value in words.items():
            says = says.replace(name, value)
        return says

    def _kill_caller(self, call: Call) -> None:
        """Kill the function process that made the call; it gets no answer."""
        origin = self._identity.origin_of(call.access_key_id)
        if origin:
            self._kill(origin)
        raise Dropped


def own_words(service: str, kind: str) -> tuple[int, str, str]:
    """How a service refuses what comes too fast, or with an error inside of HTTP 200."""
    receiver = RECEIVERS.get(service)
    if receiver and kind == "ok_punished" and receiver.punished:
        return receiver.punished
    if receiver:
        return receiver.busy if kind == "ok_with_error" and receiver.busy else receiver.too_fast
    return (*THROTTLING.get(service, (400, "Throttling")), "Request was denied due to request throttling.")


def status_for(service: str, code: str) -> int:
    """The HTTP status that a code has with a service."""
    receiver = RECEIVERS.get(service)
    return receiver.status_of(code) if receiver and receiver.codes.fullmatch(code) else status_of(code)
