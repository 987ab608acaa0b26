"""A ClientToken stands for one export, whatever is repeated or raced (docs/protocol.md#rule-3). Does not record.

tokens/<hash> names the export that is about to be made. Where another request was faster to that generation,
tokens/<hash>-2 names the next one, and so on: the first that came to be as it was asked for is the token's.
"""

from collections.abc import Iterator

from msgspec import field

from ...decisions.arrivals.own_tokens import as_in_0_1_0, is_replay, shown
from ...decisions.naming import asked_hash, is_said_by, parameters_hash, token_key
from ...errors import AskerFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export_request import ExportRequest
from ...values.wire import Wire
from ..context import Context


class TokenUse(Wire, frozen=True, kw_only=True):
    """What a ClientToken was used for: hashes of the parameters as they were meant then, and as they were said."""

    export_id: str = field(name="ExportId")
    parameters: str = field(name="Parameters")
    asked: str = field(name="Asked")


def export_of_token(context: Context, request: ExportRequest) -> str | None:
    """The export that the request's token stands for. Raises AskerFault 409 where it was used for something else."""
    for key in context.in_time(_slots(request)):
        found = context.ledger.read(key, TokenUse)
        if found is None:
            break
        _same_or_fault(request, found.fact)
        if _came_to_be(context, found.fact):
            return found.fact.export_id
    return _meant_in_0_1_0(context, request)


def _meant_in_0_1_0(context: Context, request: ExportRequest) -> str | None:
    """The export that 0.1.0 made for a token of our own. One read, of what has no token of a caller's.

    It kept these among the callers' tokens, so that what stands there may be a caller's: other parameters, or for a
    replay an export that no invocation has made, say nothing.
    """
    token = as_in_0_1_0(request.client_token) if request.client_token else None
    if token is None:
        return None
    found = context.ledger.read(keys.Token(token_key(request, token)).key, TokenUse)
    if found is None or not is_said_by(request, found.fact.parameters, found.fact.asked):
        return None
    made = context.ledger.requested(found.fact.export_id)
    if made is None or not is_said_by(made.request, found.fact.parameters, found.fact.asked):
        return None
    by_replay = made.request.client_token == token and made.request.requested_by.trigger == "invoke"
    return found.fact.export_id if by_replay or not is_replay(request.client_token or "") else None


def use(context: Context, request: ExportRequest, export: str) -> bool:
    """Before the export stands or is answered: the token means it. False where it means another by now."""
    asked = TokenUse(export_id=export, parameters=parameters_hash(request), asked=asked_hash(request))
    for key in context.in_time(_slots(request)):
        standing = context.ledger.create(key, asked).fact
        _same_or_fault(request, standing)
        if standing.export_id == export:
            break
        came_to_be = _came_to_be(context, standing)
        if came_to_be is not False:
            return not came_to_be
    return True


def _slots(request: ExportRequest) -> Iterator[str]:
    """Where the ledger says what the token means; nowhere without a token."""
    if request.client_token is None:
        return iter(())
    return keys.Token(token_key(request, request.client_token)).slots()


def _came_to_be(context: Context, used: TokenUse) -> bool | None:
    """Whether the export is what the token was used for, and not another request's; None while there is none."""
    found = context.ledger.requested(used.export_id)
    return is_said_by(found.request, used.parameters, used.asked) if found else None


def _same_or_fault(request: ExportRequest, used: TokenUse) -> None:
    """What was said may mean something else since the policy has changed; and the same may be said in other words."""
    if not is_said_by(request, used.parameters, used.asked):
        raise AskerFault(
            Cause(
                code="IdempotentParameterMismatch",
                message=f"{shown(request.client_token or '')} was used with other parameters, for {used.export_id}.",
                recommend="Use a new ClientToken for a new request.",
            ),
            status=409,
        )
