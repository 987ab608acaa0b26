"""The functions: deployed as s.yaml says, run by their triggers, and open to those alone who may ask."""

from collections.abc import Iterator

from image_export.decisions.read_settings import read_settings
from image_export.errors import OurFault

from ..edges.functions import Deployed, DeployedTrigger, Functions
from ..finding import Finding, looking, ok, unknown, wrong
from ..serverless import Function, Trigger
from ..site import Site
from ..timeouts import too_long

DEPLOY = "s deploy"
ON = {"timer": "enable", "eventbridge": "triggerEnable"}
CONTRACT = ("IMAGE_EXPORT_LEDGER", "IMAGE_EXPORT_POLICY", "IMAGE_EXPORT_HTTP_AUTH")  # the rest may come from the shell
AUTH = "IMAGE_EXPORT_HTTP_AUTH"


def deployed(site: Site) -> Iterator[Finding]:
    """Each function and each trigger, as FC has it."""
    functions = site.cloud.functions(site.deployment.account_id)
    for function in site.deployment.functions:
        yield from looking(function.name, _function, functions, function)
        for trigger in function.triggers:
            yield from looking(f"{function.name}/{trigger.name}", _trigger, functions, function, trigger)


def _function(functions: Functions, wanted: Function) -> Iterator[Finding]:
    found = functions.function(wanted.name)
    if found is None:
        yield wrong(wanted.name, "Is not deployed.", "Deploy it.", DEPLOY)
        return
    if other := list(_differences(found, wanted)):
        yield wrong(wanted.name, f"Is deployed otherwise than s.yaml says: {'; '.join(other)}.", "Deploy it.", DEPLOY)
    yield from (long := too_long(wanted.name, found.handler, found.timeout_s, "as it is deployed"))
    if not found.layers:
        message = "Has no layer, so it would load the SDKs that FC has preinstalled, or none."
        yield wrong(wanted.name, message, "Publish the layer and name it in `layers` of s.yaml.", DEPLOY)
    try:
        read_settings(found.environment)
    except OurFault as fault:
        yield wrong(wanted.name, f"Its environment is not valid: {fault.cause.message}", fault.cause.recommend, DEPLOY)
        return
    if found.layers and not other and not long:
        yield ok(wanted.name, f"Is deployed as s.yaml says, on {found.runtime} as role {found.role}.")


def _differences(found: Deployed, wanted: Function) -> Iterator[str]:
    """What differs; environment variables by their names, since their values may be nobody's business."""
    for name, has, wants in (
        ("handler", found.handler, wanted.handler),
        ("runtime", found.runtime, wanted.runtime),
        ("timeout", found.timeout_s, wanted.timeout_s),
        ("role", found.role.lower(), wanted.role.lower()),  # the component writes it in lower case
        ("layers", found.layers, wanted.layers),
    ):
        if has != wants:
            yield f"{name} is {_shown(has)} and not {_shown(wants)}"
    for name in CONTRACT:
        if found.environment.get(name, "") != wanted.environment.get(name, ""):
            yield f"{name} is another"


def _shown(value: object) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value or "none")


def _trigger(functions: Functions, function: Function, wanted: Trigger) -> Iterator[Finding]:
    subject = f"{function.name}/{wanted.name}"
    found = functions.trigger(function.name, wanted.name)
    if found is None:
        yield wrong(subject, f"There is no such trigger, so {_for_want_of(wanted)}.", "Deploy it.", DEPLOY)
    elif found.kind != wanted.kind:
        yield wrong(subject, f"Is a trigger of kind {found.kind}, and not {wanted.kind}.", "Deploy it.", DEPLOY)
    elif found.kind in ON and not found.config.get(ON[found.kind]):
        message = f"Is switched off, so {_for_want_of(wanted)}."
        yield wrong(subject, message, f"Set {ON[found.kind]}: true in s.yaml and deploy again.", DEPLOY)
    elif found.kind == "http":
        yield _auth(subject, functions.function(function.name), found)
    else:
        yield ok(subject, f"Is there and on: {wanted.kind}.")


def _for_want_of(trigger: Trigger) -> str:
    effects = {"timer": "nothing runs it by itself", "eventbridge": "no event of an image reaches it"}
    return effects.get(trigger.kind, "nobody reaches it")


def _auth(subject: str, function: Deployed | None, trigger: DeployedTrigger) -> Finding:
    """Who authenticates: FC by authType, or the function by its setting; exactly one of them must."""
    environment = function.environment if function else {}
    ours, theirs = environment.get(AUTH) or "bearer", str(trigger.config.get("authType"))
    guarded = theirs in ("function", "jwt")
    if ours == "platform" and not guarded:
        message = f"{AUTH} is platform and the trigger's authType is {theirs}: anybody on the internet may export."
        advice = f"Set authType: function at the trigger in s.yaml, or {AUTH} to bearer, and deploy at once."
        return wrong(subject, message, advice, DEPLOY)
    if ours == "bearer" and guarded:
        message = f"{AUTH} is bearer and the trigger's authType is {theirs}: whoever FC lets in is refused with 401."
        return wrong(subject, message, f"Set authType: anonymous in s.yaml, or {AUTH} to platform.", DEPLOY)
    if ours == "bearer" and not environment.get("IMAGE_EXPORT_HTTP_TOKENS"):
        advice = "To let somebody in, put the SHA-256 of a token into IMAGE_EXPORT_HTTP_TOKENS."
        return ok(subject, "The function authenticates, and has no tokens: every request is answered 401.", advice)
    if guarded:
        return ok(subject, f"FC authenticates (authType {theirs}), and the function trusts it ({AUTH} is platform).")
    if theirs != "anonymous":
        return unknown(subject, f"The trigger's authType is {theirs}, which is not known here.")
    return ok(subject, "The function authenticates by bearer token; FC lets everybody ask.")
