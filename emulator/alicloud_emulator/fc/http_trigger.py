"""HTTP triggers: a port for each function that has one, and the way of a request through FC.

Sources: FC pages "HTTP triggers overview", "Web functions" (limits), "HTTP trigger errors" (document 85445: 403 for a
method that the trigger does not list, 429, X-Fc-Error-Type), public captures of refusals ({"Code", "Message"}).
Invocations are synchronous; an asynchronous one over the trigger is refused as not emulated.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc.definition import Function, HttpTrigger
from alicloud_emulator.fc.http_answer import ADDED, JSON, HttpAnswer, answer_of
from alicloud_emulator.fc.http_event import Gateway, HttpRequest, make_event
from alicloud_emulator.fc.surroundings import Invoker, Surroundings
from alicloud_emulator.identity import text
from alicloud_emulator.signatures import acs3

LARGEST_TARGET, LARGEST_HEADERS, LARGEST_BODY = 4 * 1024, 8 * 1024, 32 * 1024 * 1024
BEYOND_LIMITS = 1024 * 1024  # what the listener reads, so that the refusal is FC's


class HttpTriggers:
    """The open ports of the account's functions."""

    def __init__(self, around: Surroundings, invoker: Invoker) -> None:
        self._around = around
        self._invoker = invoker
        self._runners: list[web.AppRunner] = []

    async def start(self, functions: Iterable[Function]) -> str | None:
        """Bind each HTTP trigger to loopback; give the base URL of the first."""
        urls = [
            await self._open(Door(self._around, self._invoker, function, trigger))
            for function in functions
            for trigger in function.triggers
            if isinstance(trigger, HttpTrigger)
        ]
        return urls[0] if urls else None

    async def stop(self) -> None:
        """Unbind."""
        runners, self._runners = self._runners, []
        for runner in runners:
            await runner.cleanup()

    async def _open(self, door: Door) -> str:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[door.handle])
        runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=1,
            auto_decompress=False,
            max_line_size=BEYOND_LIMITS,
            max_field_size=BEYOND_LIMITS,
        )
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"


class Door:
    """One HTTP trigger."""

    def __init__(self, around: Surroundings, invoker: Invoker, function: Function, trigger: HttpTrigger) -> None:
        self._around = around
        self._invoker = invoker
        self.function = function
        self.trigger = trigger
        self.domain_prefix = f"{function.name}-{text(10, string.ascii_lowercase)}"

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.Response:  # noqa: ARG002 - nothing is routed
        """Answer a request with what the function says, or with a refusal of FC."""
        self._around.clock.run_due()
        request_id = self._request_id()
        try:
            answer = await self._invoke(request, request_id)
        except ApiError as error:
            answer = refusal(error, request_id)
        headers = {**answer.headers, **ADDED, "X-Fc-Request-Id": request_id}
        return web.Response(status=answer.status, headers=headers, body=answer.body)

    async def _invoke(self, request: web.Request, request_id: str) -> HttpAnswer:
        self._check(request)
        body = await self._read(request)
        if self.trigger.auth_type == "function":
            acs3.check(self._call(request, body, request_id), self._around.keyring)
        event = make_event(as_received(request, body), self._gateway(request_id), self._around.unsure)
        invocation = self._invoker.record(self.function, json.dumps(event).encode(), request_id)
        return answer_of(await self._invoker.run(self.function, invocation))

    def _check(self, request: web.Request) -> None:
        size = sum(len(name) + len(value) for name, value in request.raw_headers)
        if len(request.raw_path) > LARGEST_TARGET:
            raise ApiError(400, "InvalidArgument", f"path and query exceed {LARGEST_TARGET} bytes")
        if size > LARGEST_HEADERS:
            raise ApiError(400, "InvalidArgument", f"the headers exceed {LARGEST_HEADERS} bytes")
        if request.method not in self.trigger.methods:
            raise ApiError(403, "AccessDenied", f"the trigger does not allow the method {request.method}")
        if request.headers.get("x-fc-invocation-type", "Sync") != "Sync":
            raise ApiError(400, "InvalidArgument", "x-fc-invocation-type: this emulator's trigger knows Sync only")

    async def _read(self, request: web.Request) -> bytes:
        try:
            return await request.read()
        except web.HTTPRequestEntityTooLarge as cause:
            status = self._around.unsure.http_body_too_large
            code = "EntityTooLarge" if status == 413 else "InvalidArgument"
            raise ApiError(status, code, f"payload size exceeds maximum allowed size ({LARGEST_BODY} bytes)") from cause

    def _gateway(self, request_id: str) -> Gateway:
        return Gateway(
            account_id=self._around.account_id,
            region=self.function.region,
            domain_prefix=self.domain_prefix,
            request_id=request_id,
            at=self._around.clock.now(),
        )

    def _call(self, request: web.Request, body: bytes, request_id: str) -> Call:
        return Call(
            clock=self._around.clock,
            request=request,
            body=body,
            service="fc",
            action="HttpTrigger",
            params={},
            access_key_id=None,
            region=self.function.region,
            now=self._around.clock.now(),
            request_id=request_id,
        )

    def _request_id(self) -> str:
        at = int(self._around.clock.now().timestamp())
        return f"1-{at:x}-{secrets.token_hex(4)}-{secrets.token_hex(6)}"


def as_received(request: web.Request, body: bytes) -> HttpRequest:
    """The request as a value."""
    return HttpRequest(
        method=request.method,
        raw_path=request.rel_url.raw_path,
        query=request.rel_url.raw_query_string,
        headers=tuple(request.headers.items()),
        body=body,
        protocol=f"HTTP/{request.version.major}.{request.version.minor}",
        source_ip=request.remote or "",
    )


def refusal(error: ApiError, request_id: str) -> HttpAnswer:
    """FC's own error body, and whose fault it says it is."""
    body = {"RequestId": request_id, "Code": error.code, "Message": error.message}
    fault = "UnhandledInvocationError" if error.status == 502 else "FCCommonError"
    headers = {"Content-Type": JSON, "X-Fc-Error-Type": fault}
    return HttpAnswer(status=error.status, headers=headers, body=json.dumps(body).encode())
