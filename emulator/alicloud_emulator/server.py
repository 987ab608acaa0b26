"""The one door: tells the wire protocols apart and takes each API call through the same steps."""

import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from aiohttp import web

from alicloud_emulator import control, ground
from alicloud_emulator.calls import Asked, Call, Operation, Result, ended, new_request_id
from alicloud_emulator.cloud import Cloud
from alicloud_emulator.ecs.api import OPERATIONS as ECS
from alicloud_emulator.errors import ApiError, Dropped, missing_parameter
from alicloud_emulator.eventbridge.api import OPERATIONS as EVENTBRIDGE
from alicloud_emulator.fc.api import OPERATIONS as FC
from alicloud_emulator.fc.wire import FcWire
from alicloud_emulator.fc.wire3 import Fc3Wire
from alicloud_emulator.oss.api import OPERATIONS as OSS
from alicloud_emulator.ram.api import OPERATIONS as RAM
from alicloud_emulator.ram.permissions import check_mapped, needed
from alicloud_emulator.receivers.kinds import kind_of
from alicloud_emulator.signatures.checkers import CHECKERS
from alicloud_emulator.sts.api import OPERATIONS as STS
from alicloud_emulator.wires import Form, Wire
from alicloud_emulator.wires.eventbridge import EventBridgeWire
from alicloud_emulator.wires.oss import OssWire
from alicloud_emulator.wires.rpc import RpcWire

# The first that recognises a request has it; OSS takes what is left.
WIRES: tuple[Wire, ...] = (FcWire(), Fc3Wire(), EventBridgeWire(), RpcWire(), OssWire())
SERVICES: Mapping[str, Mapping[str, Operation[Any]]] = {
    "ecs": ECS,
    "sts": STS,
    "oss": OSS,
    "eventbridge": EVENTBRIDGE,
    "fc": FC,
    "ram": RAM,
}
OSS_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")
LARGEST_BODY = 100 * 1024 * 1024
LONGEST_LINE = 64 * 1024  # older SDKs send a whole command in the query


def application(cloud: Cloud) -> web.Application:
    """The web application of one emulated world."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(cloud, request)

    check_mapped(SERVICES)
    app = web.Application(client_max_size=LARGEST_BODY)
    control.add_routes(app, cloud)
    app.router.add_route("*", "/{path:(?s:.*)}", handle)  # a key may have a line feed
    return app


async def answer(cloud: Cloud, request: web.Request) -> web.StreamResponse:
    """Read a request by its protocol and let it happen."""
    body = await request.read()
    receiving = kind_of(request)
    if receiving:
        cloud.clock.run_due()
        asked = cloud.reception.asked(receiving, request)
        return await happen(cloud, cloud.reception, called(cloud, request, body, asked), cloud.reception.take)
    wire = next(wire for wire in WIRES if wire.recognises(request))
    cloud.clock.run_due()
    try:
        asked = wire.read(request, body)
    except ApiError as error:
        nothing = Asked(service="", action="", params={}, access_key_id=None, region="")
        return wire.refuse(called(cloud, request, body, nothing), error)
    return await happen(cloud, wire, called(cloud, request, body, asked), partial(operate, cloud, wire))


def called(cloud: Cloud, request: web.Request, body: bytes, asked: Asked) -> Call:
    """The call that a request makes, at the cloud's time of its arrival."""
    return Call(
        clock=cloud.clock,
        request=request,
        body=body,
        service=asked.service,
        action=asked.action,
        params=asked.params,
        access_key_id=asked.access_key_id,
        region=asked.region,
        now=cloud.clock.now(),
        request_id=new_request_id(),
    )


async def happen(cloud: Cloud, form: Form, call: Call, work: Callable[[Call], Awaitable[Result]]) -> web.StreamResponse:
    """Fault, do the work, log, fault again, answer."""
    entry = cloud.calls.arrived(call)
    try:
        await cloud.faults.before(call)
        call.now = cloud.clock.now()
        response = form.answer(call, await work(call))
        ended(entry, call, response.status)
        cloud.faults.after(call)
    except ApiError as error:
        ended(entry, call, error.status, error.code)
        return form.refuse(call, error)
    except Dropped:
        ended(entry, call, 0)
        return reset(call.request)
    return unreadable() if call.fault == "garbage" else response


async def operate(cloud: Cloud, wire: Wire, call: Call) -> Result:
    """Believe the call, see that it is allowed, then do what it asks."""
    call.caller = CHECKERS[wire.name](call, cloud.keyring)
    operation = SERVICES.get(call.service, {}).get(call.action)
    if operation is None:
        raise unknown_action(call)
    cloud.throttle.check(call)
    for name in operation.required:
        if not call.params.get(name):
            raise missing_parameter(name)
    cloud.rights.authorize(call, needed(call, cloud.known))
    return await operation.run(service_of(cloud, call), call)


def service_of(cloud: Cloud, call: Call) -> Any:
    """What the operations of a service work on; STS and RAM have the keys and roles in common."""
    services = {"ecs": cloud.ecs, "oss": cloud.oss, "eventbridge": cloud.eventbridge, "fc": cloud.fc}
    return services.get(call.service, cloud.identity)


def unknown_action(call: Call) -> ApiError:
    """The refusal of what a service does not have, or not here."""
    if call.service != "oss":
        return ApiError(404, "InvalidAction.NotFound", f"{call.service} has no action {call.action!r} here.")
    if call.request.method not in OSS_METHODS:
        return ApiError(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    return ApiError(501, "NotImplemented", f"{call.action} is not emulated.")


def reset(request: web.Request) -> web.Response:
    """Break the connection with a RST, so that the caller knows nothing of its call."""
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)


def unreadable() -> web.Response:
    """An answer that nothing can be read from."""
    return web.Response(body=b"\x00\xff<garbage", content_type="application/octet-stream")


async def serve(cloud: Cloud, port: int = 0) -> web.AppRunner:
    """Bind to loopback, set the cloud's endpoint and start it; `cleanup()` of what is returned unbinds."""
    runner = web.AppRunner(application(cloud), access_log=None, shutdown_timeout=1, max_line_size=LONGEST_LINE)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    host, bound = runner.addresses[0][:2]
    cloud.endpoint = f"http://{host}:{bound}"
    await ground.start(cloud)
    return runner
