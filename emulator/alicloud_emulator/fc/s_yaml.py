"""Reads s.yaml (Serverless Devs 3.0.0, component fc3) into functions; anything it does not know is an error.

Sources: schema of the fc3 component for names and limits; FC "Environment variables" page (4 KB, FC_ is reserved).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alicloud_emulator.fc.definition import AsyncConfig, Function
from alicloud_emulator.fc.trigger_settings import read_trigger
from alicloud_emulator.fc.variables import Variables
from alicloud_emulator.section import Section, SettingsError, read_yaml

RUNTIMES = ("python3.9", "python3.10", "python3.12")
ENVIRONMENT_LIMIT = 4096
RESERVED = frozenset(
    {"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN", "PATH", "HOME"}
)
QUEUE = r"acs:mns:[a-z0-9-]+:\d*:/queues/[\w-]+/messages"  # FC "Result callback" page
WITHOUT_EFFECT = ("description", "internetAccess", "cpu", "diskSize", "tags")
QUOTE = "put it in quotes: without them YAML makes something else than a text of NO, on, 0755 or 1.10"


def load(file: Path, environment: Mapping[str, str], account_id: str) -> tuple[Function, ...]:
    """Read the functions of a file; raise SettingsError with the path of the first fault."""
    document = read_yaml(file)
    variables = Variables(document.pop("vars", None) or {}, environment, account_id)
    top = Section(variables.resolve(document), file.name)
    if top.required("edition", str) != "3.0.0":
        raise top.fault("edition", "want 3.0.0")
    top.ignore("name", "access", "actions")  # actions are run by `s` on the machine that deploys
    resources = top.required("resources", dict)
    top.end()
    functions = {f"resources.{name}": value for name, value in resources.items()}
    return one_of_each_name({path: read_resource(value, path, file.parent) for path, value in functions.items()})


def one_of_each_name(functions: Mapping[str, Function]) -> tuple[Function, ...]:
    """The functions; two of one name would be deployed over each other."""
    places: dict[str, str] = {}
    for path, function in functions.items():
        if (before := places.setdefault(function.name, path)) != path:
            raise SettingsError(f"{path}.props.functionName: {function.name!r} is that of {before}, too")
    return tuple(functions.values())


def read_resource(value: Any, path: str, root: Path) -> Function:
    """Read one resource of the component fc3."""
    resource = Section(value, path)
    if resource.required("component", str).split("@")[0] != "fc3":
        raise resource.fault("component", "the emulator knows fc3 only")
    props = resource.section("props")
    resource.ignore("actions")
    resource.end()
    return read_function(props, root)


def read_function(props: Section, root: Path) -> Function:
    """Read the props of a function."""
    props.ignore(*WITHOUT_EFFECT)
    refuse_hooks(props)
    function = Function(
        name=read_name(props),
        handler=props.required("handler", str),
        runtime=read_runtime(props),
        code=(root / props.required("code", str)).resolve(),
        timeout_s=props.number("timeout", 3, 1, 86400),
        memory_mib=props.number("memorySize", 512, 128, 32768),
        region=props.required("region", str),
        role=props.optional("role", str),
        log=read_log(props),
        layers=read_layers(props),
        environment=read_environment(props),
        asynchronous=read_async_config(props.section("asyncInvokeConfig")),
        triggers=tuple(read_trigger(trigger) for trigger in props.sections("triggers")),
    )
    props.end()
    return function


def read_name(props: Section) -> str:
    """Take functionName: 1 to 64 characters."""
    name = props.required("functionName", str)
    if not re.fullmatch(r"[A-Za-z_][\w-]{0,63}", name):
        raise props.fault("functionName", f"{name!r}: 1 to 64 letters, digits, _ and -, not starting with a digit")
    return name


def read_runtime(props: Section) -> str:
    """Take the runtime, one that the emulator has a context object for."""
    runtime = props.required("runtime", str)
    if runtime not in RUNTIMES:
        raise props.fault("runtime", f"{runtime!r} is none of {', '.join(RUNTIMES)}")
    return runtime


def read_environment(props: Section) -> dict[str, str]:
    """Take environmentVariables, within FC's limits."""
    variables: dict[str, str] = props.optional("environmentVariables", dict, {})
    for name, value in variables.items():
        if not isinstance(name, str) or not isinstance(value, str):
            what = "name" if not isinstance(name, str) else "value"
            found = name if what == "name" else value
            raise props.fault(f"environmentVariables.{name}", f"want text as {what}, found {found!r}; {QUOTE}")
        if not re.fullmatch(r"[A-Za-z]\w*", name) or name.startswith("FC_"):
            raise props.fault(f"environmentVariables.{name}", "letters, digits, _; a letter first; FC_ is reserved")
        if name in RESERVED:
            raise props.fault(f"environmentVariables.{name}", "is set by FC itself")
    if sum(len(name) + len(value.encode()) for name, value in variables.items()) > ENVIRONMENT_LIMIT:
        raise props.fault("environmentVariables", f"more than {ENVIRONMENT_LIMIT} bytes")
    return variables


def read_layers(props: Section) -> tuple[str, ...]:
    """Take layers: ARNs."""
    layers = props.optional("layers", list, [])
    for number, layer in enumerate(layers):
        if not isinstance(layer, str):
            raise props.fault(f"layers[{number}]", f"want str, found {layer!r}")
    return tuple(layers)


def refuse_hooks(props: Section) -> None:
    """Refuse what FC would call before the first invocation and after the last one."""
    if "instanceLifecycleConfig" in props.names():
        raise props.fault("instanceLifecycleConfig", "initializer and preStop are not emulated; leave them out here")


def read_log(props: Section) -> str | None:
    """Read logConfig: the log store that the function's role must be allowed to write to.

    None where there is none, and with `auto`: what `s deploy` calls the store that it makes is not known here.
    """
    if props.is_text("logConfig", "auto"):
        return None
    config = props.section("logConfig")
    project, store = config.optional("project", str), config.optional("logstore", str)
    config.ignore("enableRequestMetrics", "enableInstanceMetrics", "enableLlmMetrics", "logBeginRule")
    config.end()
    return f"project/{project}/logstore/{store}" if project and store else None


def read_async_config(config: Section) -> AsyncConfig:
    """Read asyncInvokeConfig; of the destinations, a queue of MNS for what failed."""
    read = AsyncConfig(
        max_age_s=config.number("maxAsyncEventAgeInSeconds", 86400, 1, 604800),
        max_retries=config.number("maxAsyncRetryAttempts", 3, 0, 8),
        on_failure=read_on_failure(config.section("destinationConfig")),
    )
    config.end()
    return read


def read_on_failure(config: Section) -> str | None:
    """Read destinationConfig.onFailure; onSuccess and destinations other than a queue are not emulated."""
    failed = config.section("onFailure")
    destination = failed.optional("destination", str)
    if destination and not re.fullmatch(QUEUE, destination):
        raise failed.fault("destination", f"{destination!r}: the emulator knows acs:mns:…:/queues/…/messages only")
    failed.end()
    config.end()
    return destination
