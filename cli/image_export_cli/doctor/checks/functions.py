"""The functions: deployed as s.yaml says, run by their triggers, and open to those alone who may ask."""

from collections.abc import Iterator

from image_export.decisions.settings_text import read_settings
from image_export.errors import OurFault

from ...cloud.functions import Deployed, Functions
from ...deployment.finding import Finding, looking, ok, wrong
from ...deployment.serverless import Function
from ...deployment.timeouts import too_long
from ..examined import Examined
from .deploying import DEPLOY, to_deploy
from .triggers import deployed_trigger

# What an environment must have, and what an unset variable means; the rest may come from the shell.
CONTRACT = {"IMAGE_EXPORT_LEDGER": "", "IMAGE_EXPORT_POLICY": "policy.yaml", "IMAGE_EXPORT_HTTP_AUTH": "bearer"}


def deployed(examined: Examined) -> Iterator[Finding]:
    """Each function and each trigger, as FC has it."""
    functions = examined.cloud.functions(examined.deployment.account_id)
    for function in examined.deployment.functions:
        yield from looking(function.name, _function, functions, function)
        for trigger in function.triggers:
            yield from looking(f"{function.name}/{trigger.name}", deployed_trigger, functions, function, trigger)


def _function(functions: Functions, wanted: Function) -> Iterator[Finding]:
    found = functions.function(wanted.name)
    if found is None:
        yield to_deploy(wanted.name, "Is not deployed.")
        return
    if other := list(_differences(found, wanted)):
        yield to_deploy(wanted.name, f"Is deployed otherwise than s.yaml says: {'; '.join(other)}.")
    yield from (long := too_long(wanted.name, found.handler, found.timeout_s, "as it is deployed"))
    if not found.layers:
        message = "Has no layer, so it would load the SDKs that FC has preinstalled, or none."
        yield to_deploy(wanted.name, message, "Publish the layer and name it in `layers` of s.yaml.")
    try:
        read_settings(found.environment)
    except OurFault as fault:
        yield wrong(wanted.name, f"Its environment is not valid: {fault.cause.message}", fault.cause.recommend, DEPLOY)
        return
    if found.layers and not other and not long:
        yield ok(wanted.name, f"Is deployed as s.yaml says, on {found.runtime} as role {found.role}.")


def _differences(found: Deployed, wanted: Function) -> Iterator[str]:
    """What differs; environment variables by their names, since their values may be nobody's business.

    Not a time-out that is too long in s.yaml: that is said of s.yaml, and must not be deployed.
    """
    bound = too_long(wanted.name, wanted.handler, wanted.timeout_s, "in s.yaml")
    for name, has, wants in (
        ("handler", found.handler, wanted.handler),
        ("runtime", found.runtime, wanted.runtime),
        ("timeout", found.timeout_s, found.timeout_s if bound else wanted.timeout_s),
        ("memorySize", found.memory_mib, wanted.memory_mib),
        ("role", found.role.lower(), wanted.role.lower()),  # the component writes it in lower case
        ("layers", found.layers, wanted.layers),
    ):
        if has != wants:
            yield f"{name} is {_shown(has)} and not {_shown(wants)}"
    for name, unset in CONTRACT.items():
        if (found.environment.get(name) or unset) != (wanted.environment.get(name) or unset):
            yield f"{name} is another"


def _shown(value: object) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value or "none")
