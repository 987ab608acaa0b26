"""Who guards the HTTP entrance: FC by authType, or the function by its setting; exactly one of them must. Pure."""

import hashlib

from ...cloud.functions import Deployed, DeployedTrigger
from ...deployment.finding import Finding, note, ok, unknown
from ...deployment.serverless import Function
from .deploying import to_deploy

AUTH, TOKENS = "IMAGE_EXPORT_HTTP_AUTH", "IMAGE_EXPORT_HTTP_TOKENS"
GUARDS = ("function", "jwt")
NOTHING = hashlib.sha256(b"").hexdigest()


def guarded(subject: str, wanted: Function, function: Deployed | None, trigger: DeployedTrigger) -> Finding:
    """What is said of the entrance as it is deployed; `wanted` tells which tokens it should know."""
    environment = function.environment if function else {}
    ours, theirs = environment.get(AUTH) or "bearer", str(trigger.config.get("authType"))
    if ours == "platform" and theirs not in GUARDS:
        message = f"{AUTH} is platform and the trigger's authType is {theirs}: anybody on the internet may export."
        advice = "Set httpAuthType: function in s.yaml, or httpAuth: bearer, and deploy at once."
        return to_deploy(subject, message, advice)
    if ours == "platform":
        return ok(subject, f"FC authenticates (authType {theirs}), and the function trusts it ({AUTH} is platform).")
    if theirs in GUARDS:
        message = f"{AUTH} is bearer and the trigger's authType is {theirs}: whoever FC lets in is refused with 401."
        return to_deploy(subject, message, "Set httpAuthType: anonymous in s.yaml, or httpAuth: platform.")
    if theirs != "anonymous":
        return unknown(subject, f"The trigger's authType is {theirs}, which is not known here.")
    return _by_token(subject, wanted.environment.get(TOKENS, ""), environment.get(TOKENS, ""))


def _by_token(subject: str, wanted: str, has: str) -> Finding:
    """Never shows a token. Without one in this shell it cannot be told whether the right ones are deployed, or any.

    Those of the ledger need none of them.
    """
    if wanted and has != wanted:
        message = f"The function authenticates, and {'knows other tokens' if has else 'has no tokens'}: this shell's"
        return to_deploy(subject, f"{message} {TOKENS} is not what is deployed.")
    if NOTHING in has:
        message = "A token that the function knows is the SHA-256 of nothing, which no request can bear"
        return to_deploy(subject, f"{message}: $TOKEN was not set in the shell that deployed.")
    if not has:
        message = f"The function authenticates, and lets in the ledger's tokens alone: {TOKENS} is empty."
        advice = "See `image-export token list`. Where there is none, every request is answered 401."
        return note(subject, message, advice)
    return ok(subject, "The function authenticates by bearer token; FC lets everybody ask.")
