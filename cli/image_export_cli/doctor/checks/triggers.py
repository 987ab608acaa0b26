"""The triggers: there, on, and set as s.yaml says."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...cloud.functions import DeployedTrigger, Functions
from ...deployment.finding import Finding, ok
from ...deployment.serverless import Function, Trigger
from .deploying import to_deploy
from .entrance import guarded

ON = {"timer": "enable", "eventbridge": "triggerEnable"}
EFFECTS = {"timer": "nothing runs it by itself", "eventbridge": "no event of an image reaches it"}


def deployed_trigger(functions: Functions, function: Function, wanted: Trigger) -> Iterator[Finding]:
    """One trigger, as FC has it."""
    subject, for_want_of = f"{function.name}/{wanted.name}", EFFECTS.get(wanted.kind, "nobody reaches it")
    found = functions.trigger(function.name, wanted.name)
    if found is None:
        yield to_deploy(subject, f"There is no such trigger, so {for_want_of}.")
        return
    if found.kind != wanted.kind:
        yield to_deploy(subject, f"Is a trigger of kind {found.kind}, and not {wanted.kind}.")
        return
    faults = list(_faults(subject, found, wanted, for_want_of))
    if found.kind == "http":
        yield guarded(subject, function, functions.function(function.name), found)
    elif not faults:
        yield ok(subject, f"Is there and on, as s.yaml says: {_in_short(found)}.")
    yield from faults


def _faults(subject: str, found: DeployedTrigger, wanted: Trigger, for_want_of: str) -> Iterator[Finding]:
    switch = ON.get(found.kind)
    if switch and not found.config.get(switch):
        advice = f"Set {switch}: true in s.yaml and deploy again."
        yield to_deploy(subject, f"Is switched off, so {for_want_of}.", advice)
    elif other := list(_differences(found.kind, found.config, wanted.config)):
        yield to_deploy(subject, f"Is deployed otherwise than s.yaml says: {'; '.join(other)}.")


def _differences(kind: str, has: Mapping[str, Any], wants: Mapping[str, Any]) -> Iterator[str]:
    """What differs of that which decides; FC may know more settings than s.yaml names."""
    for name, meant in COMPARED.get(kind, {}).items():
        if meant(has.get(name)) != meant(wants.get(name)):
            yield f"{name} is {_shown(has.get(name))} and not {_shown(wants.get(name))}"


def _as_it_is(value: Any) -> Any:
    return value


def _as_set(value: Any) -> Any:
    return set(map(str, value)) if isinstance(value, list) else value


def _as_json(value: Any) -> Any:
    """A filter is a text; two of the same content are the same one."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


COMPARED: dict[str, dict[str, Callable[[Any], Any]]] = {
    "timer": {"cronExpression": _as_it_is, "enable": bool, "payload": lambda value: value or ""},
    "http": {"authType": _as_it_is, "methods": _as_set},
    "eventbridge": {"eventRuleFilterPattern": _as_json, "triggerEnable": bool},
}


def _shown(value: Any) -> str:
    shown = _as_json(value)
    if isinstance(shown, dict):
        return json.dumps(shown)
    return ", ".join(map(str, value)) if isinstance(value, list) else str("none" if value in (None, "") else value)


def _in_short(found: DeployedTrigger) -> str:
    return f"{found.kind}, {found.config.get('cronExpression')}" if found.kind == "timer" else found.kind
