"""The triggers: there, and on."""

from collections.abc import Iterator

from ..edges.functions import DeployedTrigger, Functions
from ..finding import Finding, ok
from ..serverless import Function, Trigger
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
    faults = list(_faults(subject, found, for_want_of))
    if found.kind == "http":
        yield guarded(subject, function, functions.function(function.name), found)
    elif not faults:
        yield ok(subject, f"Is there and on: {wanted.kind}.")
    yield from faults


def _faults(subject: str, found: DeployedTrigger, for_want_of: str) -> Iterator[Finding]:
    switch = ON.get(found.kind)
    if switch and not found.config.get(switch):
        advice = f"Set {switch}: true in s.yaml and deploy again."
        yield to_deploy(subject, f"Is switched off, so {for_want_of}.", advice)
