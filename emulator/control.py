"""The control calls under `/_emulator/`: what a test may see, order and turn."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

from aiohttp import web

from emulator.cloud import Cloud
from emulator.errors import ApiError
from emulator.oss import control as oss_control
from emulator.ram import control as ram_control

Answer = Any
Control = Callable[[Cloud, web.Request, Any], Awaitable[Answer]]


async def state(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """What there is: images, tasks, objects, events, invocations, and what targets received; `?only=` one of them."""
    parts: dict[str, Callable[[], Answer]] = {
        "images": cloud.ecs.images_state,
        "tasks": cloud.ecs.tasks_state,
        "objects": cloud.oss.state,
        "events": cloud.eventbridge.state,
        "invocations": cloud.fc.invocations_state,
        "received": cloud.fc.received_state,
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


async def quotas(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Set quotas."""
    names = {field.name for field in fields(cloud.quotas)}
    for name, value in body.items():
        if name not in names:
            raise ApiError(400, "UnknownName", f"{name!r} is none of: {', '.join(sorted(names))}")
        setattr(cloud.quotas, name, value)
    return {name: getattr(cloud.quotas, name) for name in names}


async def clock(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Let cloud time jump; answers the cloud's time."""
    cloud.clock.advance(body.get("advance_s", 0))
    return {"now": cloud.clock.now().isoformat()}


async def timers(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """Fire the timer of a function now; answers what the function answered."""
    return await cloud.fc.fire_timer(request.match_info["name"])


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
    return {field.name: getattr(cloud.unsure, field.name) for field in fields(cloud.unsure)}


async def bucket(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Make or change a bucket (`oss/control.py` says what may be changed); answers it."""
    return oss_control.change(cloud, body)


async def ram(cloud: Cloud, _request: web.Request, body: Any) -> Answer:
    """Change roles and policies; answers them as they are then (`ram/control.py` says what may be changed)."""
    return ram_control.change(cloud, body)


async def decisions(cloud: Cloud, _request: web.Request, _body: Any) -> Answer:
    """What sessions of roles were allowed to do."""
    return {"decisions": cloud.decisions.rows()}


async def invoke(cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """Invoke a function of s.yaml with the body as payload; `?mode=async` queues it."""
    return await cloud.fc.control_invoke(request)


ROUTES: tuple[tuple[str, str, Control], ...] = (
    ("GET", "/state", state),
    ("GET", "/calls", calls),
    ("GET", "/calls/count", count_calls),
    ("GET", "/logs", logs),
    ("GET", "/keys", keys),
    ("POST", "/images", create_image),
    ("POST", "/images/{image_id}", change_image),
    ("POST", "/tasks", create_task),
    ("POST", "/quotas", quotas),
    ("GET", "/clock", clock),
    ("POST", "/clock", clock),
    ("POST", "/timers/{name}", timers),
    ("POST", "/faults", order_faults),
    ("DELETE", "/faults", clear_faults),
    ("POST", "/release", release),
    ("GET", "/unsure", unsure),
    ("POST", "/unsure", unsure),
    ("POST", "/buckets", bucket),
    ("GET", "/ram", ram),
    ("POST", "/ram", ram),
    ("GET", "/decisions", decisions),
    ("POST", "/invoke/{name}", invoke),
)


def add_routes(app: web.Application, cloud: Cloud) -> None:
    """Serve the control calls; nobody signs them, since only this machine reaches them."""
    for method, path, control in ROUTES:
        app.router.add_route(method, f"/_emulator{path}", route(cloud, control))
    app.router.add_route("*", "/_emulator/{path:.*}", route(cloud, unknown))


async def unknown(_cloud: Cloud, request: web.Request, _body: Any) -> Answer:
    """A control call that is none."""
    known = ", ".join(f"{method} /_emulator{path}" for method, path, _ in ROUTES)
    raise ApiError(404, "NotFound", f"{request.method} {request.path} is none of: {known}")


def route(cloud: Cloud, control: Control) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make a web handler of a control call: JSON in, JSON out, errors as {"Code", "Message"}."""

    async def handle(request: web.Request) -> web.StreamResponse:
        cloud.clock.run_due()
        try:
            body = await _body(request, control)
            answer = await control(cloud, request, body)
        except ApiError as error:
            return web.json_response({"Code": error.code, "Message": error.message}, status=error.status)
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    return handle


async def _body(request: web.Request, control: Control) -> Any:
    """The JSON of the body; an invocation's payload is the function's own business."""
    text = await request.read()
    if not text or control is invoke:
        return {}
    try:
        return json.loads(text)
    except ValueError as cause:
        raise ApiError(400, "InvalidBody", f"the body is no JSON: {cause}") from cause
