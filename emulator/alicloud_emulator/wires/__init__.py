"""How each wire protocol asks and is answered; whether the caller is believed is decided in `signatures`."""

from typing import Protocol

from aiohttp import web

from alicloud_emulator.calls import Asked, Call, Result
from alicloud_emulator.errors import ApiError


class Form(Protocol):
    """How calls are answered."""

    def answer(self, call: Call, result: Result) -> web.Response:
        """The answer to a call that had its effect."""

    def refuse(self, call: Call, error: ApiError) -> web.Response:
        """The answer to a call that was refused."""


class Wire(Form, Protocol):
    """One protocol. `name` is its row in `signatures.CHECKERS`."""

    name: str

    def recognises(self, request: web.Request) -> bool:
        """Whether a request is of this protocol."""

    def read(self, request: web.Request, body: bytes) -> Asked:
        """Which action of which service is meant; raises ApiError where that cannot be told."""
