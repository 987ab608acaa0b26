"""Which SDKs the functions have really loaded, against the layer's pins: FC preinstalls older ones.

Only a function can tell: by its log line `instance.started`, or by its answer to `/healthz`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from image_export.edges.runtime.versions import SHIPPED
from image_export.errors import Refused

from ...cloud.functions import Functions
from ...deployment.finding import Finding, looking, note, ok, unknown, wrong
from ..examined import Examined

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", re.MULTILINE)
HELP = (
    "Give its log: --log FILE, with the lines of the event instance.started; or set IMAGE_EXPORT_HTTP_TOKEN to "
    "an accepted token, and /healthz is asked."
)
ACCEPTED = (
    "Set IMAGE_EXPORT_HTTP_TOKEN to an accepted token: the token itself, whose SHA-256 stands in the deployed "
    "IMAGE_EXPORT_HTTP_TOKENS."
)
ADVICE = "Publish the layer again, name its version in `layers` of s.yaml (first, if there are several), and deploy."


def versions(examined: Examined) -> Iterator[Finding]:
    """Each function that has told; one finding where none has."""
    pins = read_pins(examined.evidence.requirements)
    started_with = dict(started(examined.evidence.log))
    if examined.evidence.token:
        yield from looking("image-export-http", _asked, examined, pins)
    for function, loads in started_with.items():
        yield compared(function, loads, pins)
    if not started_with and not examined.evidence.token:
        yield note("SDK versions", "Nothing tells which ones the functions have loaded.", HELP)


def _asked(examined: Examined, pins: Mapping[str, str]) -> Iterator[Finding]:
    functions = examined.cloud.functions(examined.deployment.account_id)
    for function in examined.deployment.functions:
        for trigger in function.triggers:
            found = functions.trigger(function.name, trigger.name) if trigger.kind == "http" else None
            if found and found.url:
                yield _loaded_by(function.name, functions, found.url, examined.evidence.token, pins)


def _loaded_by(name: str, functions: Functions, url: str, token: str, pins: Mapping[str, str]) -> Finding:
    try:
        return compared(name, functions.health(url, token)["Versions"], pins)
    except Refused as fault:
        if fault.code != "Unauthorized":
            raise
        return unknown(name, f"/healthz does not take the token: {fault.code}: {fault.cause.message}", ACCEPTED)


def compared(function: str, loads: Mapping[str, str], pins: Mapping[str, str]) -> Finding:
    """Whether these are the versions that the layer pins."""
    other = [
        f"{name} {loads[name]} (the layer has {pins[_normal(name)]})"
        for name in SHIPPED
        if name in loads and _normal(name) in pins and loads[name] != pins[_normal(name)]
    ]
    if other:
        return wrong(function, f"Has loaded {', '.join(other)}: not the layer's SDKs, but FC's own or none.", ADVICE)
    return ok(function, f"Has loaded the layer's SDKs, aliyun-python-sdk-ecs {loads.get('aliyun-python-sdk-ecs')} …")


def read_pins(requirements: str) -> dict[str, str]:
    """Distribution, in lower case with hyphens, to version."""
    return {_normal(name): version for name, version in PIN.findall(requirements)}


def started(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Function and versions of each line `instance.started`, as FC prints it or as SLS wraps it."""
    for line in lines:
        said = _json(line)
        said = _json(said.get("message")) or said
        if said.get("event") == "instance.started" and isinstance(said.get("loads"), dict):
            yield str(said.get("function")), said["loads"]


def _json(text: object) -> dict[str, Any]:
    """The object in the line; what FC prints before it is left out."""
    start = text.find("{") if isinstance(text, str) else -1
    try:
        read = json.loads(text[start:]) if isinstance(text, str) and start >= 0 else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
