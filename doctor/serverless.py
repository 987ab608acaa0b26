"""Reads s.yaml: which functions are deployed, as whom, with what around them. Pure; `s deploy` is what validates it.

Serverless Devs 3.0.0, component fc3: `${vars.…}`, `${env('NAME', 'default')}`, `${config('AccountID')}`.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from image_export.errors import OurFault
from image_export.values.cause import Cause

REFERENCE = re.compile(r"\$\{\s*([^{}]+?)\s*\}")
ENV = re.compile(r"""env\(\s*['"]?(\w+)['"]?\s*(?:,\s*['"]?([^'"]*)['"]?\s*)?\)""")
ACCOUNT = re.compile(r"""config\(\s*['"]?AccountID['"]?\s*\)""")


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
    """The functions of the file, references resolved. Raises OurFault `DeploymentInvalid`."""
    try:
        document = yaml.safe_load(text)
        look = _References(document.get("vars") or {}, environ, account_id)
        resources = look.resolve(document["resources"])
        return tuple(_function(one["props"]) for one in resources.values())
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as cause:
        message = f"s.yaml cannot be read: {type(cause).__name__}: {cause}"
        raise OurFault(Cause(code="DeploymentInvalid", message=message)) from cause


class _References:
    """What stands behind `${…}`."""

    def __init__(self, variables: Mapping[str, Any], environ: Mapping[str, str], account_id: str) -> None:
        self._variables = variables
        self._environ = environ
        self._account_id = account_id

    def resolve(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.resolve(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.resolve(one) for one in value]
        if not isinstance(value, str):
            return value
        whole = REFERENCE.fullmatch(value)
        return self._named(whole[1]) if whole else REFERENCE.sub(lambda found: str(self._named(found[1])), value)

    def _named(self, name: str) -> Any:
        if name.startswith("vars."):
            at: Any = self._variables
            for part in name.split(".")[1:]:
                at = at[part]
            return self.resolve(at)
        if ACCOUNT.fullmatch(name):
            return self._account_id
        if found := ENV.fullmatch(name):
            return self._environ[found[1]] if found[2] is None else self._environ.get(found[1], found[2])
        raise ValueError(f"${{{name}}} is none of vars, env and config('AccountID')")


def _function(props: dict[str, Any]) -> Function:
    log, failed = props.get("logConfig"), props.get("asyncInvokeConfig", {}).get("destinationConfig", {})
    return Function(
        name=props["functionName"],
        region=props["region"],
        code=props["code"],
        handler=props["handler"],
        runtime=props["runtime"],
        timeout_s=int(props.get("timeout", 3)),
        memory_mib=int(props.get("memorySize", 512)),
        role=str(props.get("role") or "").rpartition("/")[2],
        layers=tuple(props.get("layers") or ()),
        environment={name: str(value) for name, value in (props.get("environmentVariables") or {}).items()},
        triggers=tuple(_trigger(one) for one in props.get("triggers") or ()),
        log=(log["project"], log["logstore"]) if isinstance(log, dict) else None,
        dead_letters=failed.get("onFailure", {}).get("destination"),
    )


def _trigger(trigger: dict[str, Any]) -> Trigger:
    config = trigger.get("triggerConfig") or {}
    return Trigger(name=trigger["triggerName"], kind=trigger["triggerType"], config=config)
