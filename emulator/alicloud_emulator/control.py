"""The control calls under `/_emulator/`: what a test may see, order and turn."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from alicloud_emulator import bodies
from alicloud_emulator.cloud import Cloud
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss import control as oss_control
from alicloud_emulator.oss.multipart import uploads_state
from alicloud_emulator.ram import control as ram_control
from alicloud_emulator.receivers import control as receivers_control
from alicloud_emulator.section import SettingsError

Answer = Any
Control = Callable[[Cloud, web.Request, Any], Awaitable[Answer]]


async def state(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """All there is: of ECS, objects, uploads, events, invocations, receptions; `?only=` one part."""
    parts: dict[str, Callable[[], Answer]] = {
        "images": cloud.ecs.images_state,
        "tasks": cloud.ecs.tasks_state,
        "snapshots": cloud.ecs.snapshots_state,
        "instances": cloud.ecs.instances_state,
        "objects": cloud.oss.state,
        "uploads": lambda: uploads_state(cloud.oss.buckets),
        "events": cloud.eventbridge.state,
        "invocations": cloud.fc.invocations_state,
        "received": lambda: [*cloud.fc.received_state(), *cloud.reception.received_state()],
    }
    only = request.query.get("only")
    if only is None:
        return {name: part() for name, part in parts.items()}
    if only not in parts:
        raise ApiError(400, "UnknownName", f"{only!r} is none of: {', '.join(parts)}")
    return {only: parts[only]()}


async def calls(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """Every API call in the order of arrival, from `?after=n` on, all or those of an `?action=`.

    `status` is null while a call is held or running.
    """
    after, action = request.query.get("after", "0"), request.query.get("action")
    if not after.isdecimal():
        raise ApiError(400, "InvalidValue", f"after is {after!r}; it is the n of a call")
    entries = cloud.calls.entries[int(after) :]
    return {"calls": [entry for entry in entries if action in (None, entry["action"])]}


async def count_calls(cloud: Cloud, _request: web.Request, _body: Any) -> Answer:
    """How many API calls there were, which is the n of the last one."""
    return {"count": len(cloud.calls.entries)}


async def logs(cloud: Cloud, _request: web.Request, _body: Any) -> Answer:
    """What the functions wrote to stdout and stderr."""
    return {"logs": cloud.fc.logs()}


async def keys(cloud: Cloud, _request: web.Request, _body: Any) -> Answer:
    """Every key that was ever issued, secrets included: what a test looks for where no secret may be."""
    return {
        "keys": [
            {"access_key_id": key.access_key_id, "secret": key.secret, "security_token": key.security_token}
            for key in cloud.identity.keys.values()
        ]
    }


async def create_image(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Create an image; answers it as DescribeImages would."""
    return cloud.ecs.create_image(body)


async def change_image(cloud: Cloud, request: web.Request, body: Any) -> Answer:
    """Change fields of an image, its Status first of all."""
    return cloud.ecs.change_image(request.match_info["image_id"], body)


async def create_task(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Start someone else's export of an image."""
    return cloud.ecs.start_foreign_export(body)


async def order_imports(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Say how imports go whose image has a name like this."""
    return cloud.ecs.order_imports(body)


async def order_guests(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Say how instances go, and what their guests do, whose image has a name like this."""
    return cloud.ecs.order_guests(body)


async def network(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Make or replace a vSwitch with its VPC and security groups; answers it."""
    return cloud.ecs.networks.change(body)


async def stock(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Say which instance types are sold out, or not offered."""
    return cloud.ecs.set_stock(body)


async def quotas(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Set quotas."""
    for name, value in body.items():
        setattr(cloud.quotas, name, value)
    return asdict(cloud.quotas)


async def clock(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Let cloud time jump; answers the cloud's time."""
    cloud.clock.advance(body.get("advance_s", 0))
    return {"now": cloud.clock.now().isoformat()}


async def timers(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """Fire the timer of a function now; answers what the function answered."""
    return await cloud.fc.fire_timer(request.match_info["name"])


async def replace_code(cloud: Cloud, request: web.Request, body: Any) -> Answer:
    """Deploy other code of a function, a folder or a zip; answers where it lies then."""
    try:
        function = await cloud.fc.replace_code(request.match_info["name"], Path(body["code"]))
    except SettingsError as fault:
        raise ApiError(400, "InvalidValue", f"code: {fault}") from fault
    return {"functionName": function.name, "code": str(function.code)}


async def order_faults(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Order faults."""
    cloud.faults.order(body)
    return {"faults": len(cloud.faults.orders)}


async def clear_faults(cloud: Cloud, _request: web.Request, _body: Any) -> Answer:
    """Forget the faults that were ordered."""
    cloud.faults.clear()
    return {"faults": 0}


async def release(cloud: Cloud, _request: web.Request, _body: Any) -> Answer:
    """Let every held call go on."""
    cloud.faults.release()
    return {}


async def unsure(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Choose readings of what no document settles; answers the readings in force."""
    cloud.unsure.choose(body)
    return asdict(cloud.unsure)


async def bucket(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Make or change a bucket (`oss/control.py` says what may be changed); answers it."""
    return oss_control.change(cloud.oss, body)


async def receiver(cloud: Cloud, request: web.Request, body: Any) -> Answer:
    """Make a receiver of webhooks, chats or heartbeats (`receivers/control.py` says which); answers it with its URL."""
    made = receivers_control.change(cloud.reception, request.match_info["name"], body)
    return {"name": made["name"], "kind": made["kind"], "url": cloud.endpoint + made["path"]}


async def remove_receiver(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """Remove a receiver."""
    return {"receivers": cloud.reception.remove(request.match_info["name"])}


async def ram(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Change roles and policies; answers them as they are then (`ram/control.py` says what may be changed)."""
    return ram_control.change(cloud.identity, body)


async def decisions(cloud: Cloud, _request: web.Request, _body: Any) -> Answer:
    """What sessions of roles were allowed to do."""
    return {"decisions": cloud.rights.decisions.rows()}


async def invoke(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """Invoke a function of s.yaml with the body as payload; `?mode=async` queues it."""
    return await cloud.fc.control_invoke(request)


ROUTES: tuple[tuple[str, str, Control, bodies.Schema], ...] = (
    ("GET", "/state", state, bodies.ANY),
    ("GET", "/calls", calls, bodies.ANY),
    ("GET", "/calls/count", count_calls, bodies.ANY),
    ("GET", "/logs", logs, bodies.ANY),
    ("GET", "/keys", keys, bodies.ANY),
    ("POST", "/images", create_image, bodies.NEW_IMAGE),
    ("POST", "/images/{image_id}", change_image, bodies.CHANGED_IMAGE),
    ("POST", "/tasks", create_task, bodies.TASK),
    ("POST", "/imports", order_imports, bodies.IMPORTS),
    ("POST", "/guests", order_guests, bodies.GUESTS),
    ("POST", "/networks", network, bodies.NETWORK),
    ("POST", "/stock", stock, bodies.STOCK),
    ("POST", "/quotas", quotas, bodies.QUOTAS),
    ("GET", "/clock", clock, bodies.ANY),
    ("POST", "/clock", clock, bodies.CLOCK),
    ("POST", "/timers/{name}", timers, bodies.ANY),
    ("POST", "/functions/{name}", replace_code, bodies.CODE),
    ("POST", "/faults", order_faults, bodies.FAULTS),
    ("DELETE", "/faults", clear_faults, bodies.ANY),
    ("POST", "/release", release, bodies.ANY),
    ("GET", "/unsure", unsure, bodies.ANY),
    ("POST", "/unsure", unsure, bodies.OBJECT),
    ("POST", "/buckets", bucket, bodies.BUCKET),
    ("POST", "/receivers/{name}", receiver, bodies.RECEIVER),
    ("DELETE", "/receivers/{name}", remove_receiver, bodies.ANY),
    ("GET", "/ram", ram, bodies.ANY),
    ("POST", "/ram", ram, bodies.RAM),
    ("GET", "/decisions", decisions, bodies.ANY),
)


def add_routes(app: web.Application, cloud: Cloud) -> None:
    """Serve the control calls; nobody signs them, since only this machine reaches them."""
    for method, path, control, takes in ROUTES:
        app.router.add_route(method, f"/_emulator{path}", route(cloud, control, takes))
    app.router.add_route("POST", "/_emulator/invoke/{name}", route(cloud, invoke, None))
    app.router.add_route("*", "/_emulator/{path:(?s:.*)}", route(cloud, unknown, None))


async def unknown(_cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """A control call that is none."""
    known = ", ".join(f"{method} /_emulator{path}" for method, path, *_ in ROUTES)
    raise ApiError(404, "NotFound", f"{request.method} {request.path} is none of: {known}")


def route(
    cloud: Cloud, control: Control, takes: bodies.Schema | None
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make a web handler of a control call: what it takes in, JSON out, errors as {"Code", "Message"}.

    `takes`: the body's schema; None for what is not ours to read.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        cloud.clock.run_due()
        try:
            body = {} if takes is None else bodies.read(await request.read(), takes)
            answer = await control(cloud, request, body)
        except ApiError as error:
            return web.json_response({"Code": error.code, "Message": error.message}, status=error.status)
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    return handle
