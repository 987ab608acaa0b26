"""FC's runtime API (2020-11-11) for one instance, on a port of its own: it hands out work and takes answers.

An instance cannot see or answer the work of another, since each has its own listener (docs/cloud-facts.md#fact-15).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from alicloud_emulator.fc.invocation import UNHANDLED, Outcome

PATH = "/2020-11-11/runtime/invocation"
LARGEST_ANSWER = 32 * 1024 * 1024
FOR_EVER_S = 1e7  # a frozen process cannot keep its connection alive
TOO_LARGE = Outcome.unhandled("failed", f"Response is larger than {LARGEST_ANSWER} bytes")


@dataclass(slots=True, kw_only=True)
class Work:
    """An invocation on its way to the process."""

    request_id: str
    payload: bytes
    headers: Mapping[str, str]
    outcome: asyncio.Future[Outcome]


class RuntimeApi:
    """The listener of one instance."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()  # the process has asked for work
        self._work: asyncio.Queue[Work | None] = asyncio.Queue()
        self._current: Work | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Bind to loopback; give host:port."""
        app = web.Application(client_max_size=LARGEST_ANSWER)
        app.router.add_get(f"{PATH}/next", self._next)
        app.router.add_post(f"{PATH}/{{request_id}}/{{kind:response|error}}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, keepalive_timeout=FOR_EVER_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        return f"{host}:{port}"

    async def stop(self) -> None:
        """Unbind."""
        self._work.put_nowait(None)
        if self._runner:
            await self._runner.cleanup()

    def hand_over(self, work: Work) -> None:
        """Give the process something to do; `work.outcome` is set when it has answered."""
        self._current = work
        self._work.put_nowait(work)

    async def _next(self, _request: web.Request) -> web.Response:
        self.ready.set()
        work = await self._work.get()
        if work is None:
            return web.Response(status=410)
        return web.Response(body=work.payload, headers=work.headers)

    async def _answer(self, request: web.Request) -> web.Response:
        work = self._current
        if work is None or request.match_info["request_id"] != work.request_id or work.outcome.done():
            return web.Response(status=404)
        work.outcome.set_result(await read_outcome(request))
        return web.Response(status=202)


async def read_outcome(request: web.Request) -> Outcome:
    """What the process answered to an invocation."""
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return TOO_LARGE
    if request.match_info["kind"] == "error":
        return Outcome(status="failed", body=body, error_type=UNHANDLED)
    return Outcome(status="succeeded", body=body)
