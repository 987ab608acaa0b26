"""What a kind of receiver is, and one receiver of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from aiohttp import web

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.signing import NONE


class Refusal(NamedTuple):
    """How a service says no: HTTP status, its own code, and its words."""

    status: int
    code: str
    message: str


class Limit(NamedTuple):
    """So many messages in so many seconds, and how one more is refused."""

    messages: int
    seconds: float
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Somebody's receiver; the token is what makes its URL its own."""

    name: str
    kind: str
    token: str
    secrets: tuple[str, ...] = ()  # any of them signs
    keywords: tuple[str, ...] = ()  # one of them must stand in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A row of `kinds.KINDS`."""

    name: str
    action: str = "Send"  # how faults and the log of calls name it
    methods: Collection[str] = ("POST",)
    address: re.Pattern[str]  # the paths that are of this kind
    token_of: Callable[[web.Request], str]
    url: str  # what follows the endpoint, with {token}
    token: re.Pattern[str]  # the form of its tokens
    new_token: Callable[[], str]
    codes: re.Pattern[str]  # the form of its codes
    status_of: Callable[[str], int]
    wrong_method: Refusal
    unknown: Callable[[str, Collection[str]], Refusal]  # by the token, and those that there are
    gone: Refusal | None = None  # of a receiver that was removed; None: as one that never was
    too_fast: Refusal
    limits: tuple[Limit, ...] = ()
    refused_for_s: float = 0  # everything, once a limit was broken
    tells_when: bool = False  # Retry-After
    busy: Refusal | None  # an error inside of HTTP 200; None where the service has no such thing
    punished: Refusal | None = None  # of the gateway before the service, for all that an address sends; in its own form
    signature: Callable[[Receiver, Call], str] = lambda _receiver, _call: NONE
    judge: Callable[[Receiver, Call], None]
    message: Callable[[Call], Any]
    answer: Callable[[], web.Response]
    refuse: Callable[[ApiError], web.Response]


def by_status(status: int) -> Callable[[str], int]:
    """The HTTP status of every code, where a service has one for all."""
    return lambda _code: status
