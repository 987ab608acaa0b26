"""Reads s.yaml: which functions are deployed, as whom, with what around them. Pure; `s deploy` is what validates it.

Schema of the fc3 component of Serverless Devs 3.0.0.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from image_export.errors import OurFault
from image_export.values.cause import Cause

from .references import References
from .section import Misplaced, Section, read_yaml


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """What lets a function run: `kind` is timer, http or eventbridge."""

    name: str
    kind: str
    config: dict[str, Any]


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function as s.yaml wants it. `role` is a name; `log` project and store; `dead_letters` a queue's ARN."""

    name: str
    region: str
    code: str
    handler: str
    runtime: str
    timeout_s: int
    memory_mib: int
    role: str
    layers: tuple[str, ...]
    environment: dict[str, str]
    triggers: tuple[Trigger, ...]
    log: tuple[str, str] | None
    dead_letters: str | None


def read_functions(text: bytes, environ: Mapping[str, str], account_id: str) -> tuple[Function, ...]:
    """The functions of the file, references resolved. Raises OurFault `DeploymentInvalid` that names the place."""
    try:
        document = read_yaml(text)
        look = References(document.section("vars").value, environ, account_id)
        written = document.section("resources", needed=True)
        resources = Section(look.resolve(written.value, written.path), written.path)
        return tuple(_function(one.section("props", needed=True)) for one in resources.sections())
    except Misplaced as cause:
        raise OurFault(Cause(code="DeploymentInvalid", message=f"{cause}.")) from cause


def _function(props: Section) -> Function:
    return Function(
        name=props.get("functionName", str),
        region=props.get("region", str),
        code=props.get("code", str),
        handler=props.get("handler", str),
        runtime=props.get("runtime", str),
        timeout_s=props.get("timeout", int, 3),
        memory_mib=props.get("memorySize", int, 512),
        role=props.get("role", str, "").rpartition("/")[2],
        layers=tuple(map(str, props.get("layers", list, []))),
        environment={name: str(value) for name, value in props.section("environmentVariables").value.items()},
        triggers=tuple(_trigger(one) for one in props.listed("triggers")),
        log=_log(props),
        dead_letters=_dead_letters(props),
    )


def _log(props: Section) -> tuple[str, str] | None:
    """Project and store; `auto`, as fc3 also takes it, names none."""
    if not isinstance(props.value.get("logConfig"), dict):
        return None
    log = props.section("logConfig")
    return log.get("project", str), log.get("logstore", str)


def _dead_letters(props: Section) -> str | None:
    failed = props.section("asyncInvokeConfig").section("destinationConfig").section("onFailure")
    return failed.get("destination", str, "") or None


def _trigger(trigger: Section) -> Trigger:
    config: dict[str, Any] = trigger.section("triggerConfig").value
    return Trigger(name=trigger.get("triggerName", str), kind=trigger.get("triggerType", str), config=config)
