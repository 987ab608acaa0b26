"""A caller's OSSPrefix without room for ours is used as given: nothing may stand under it (docs/protocol.md#rule-8).

And none may be one that we make: what an answer told is no name for another export.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import field
from msgspec.structs import replace

from ...decisions.codes import Handling, advised, handling
from ...decisions.naming import CALLER_PREFIX_MAX, is_generated, is_under, is_verbatim
from ...errors import AskerFault, Refused
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export_request import ExportRequest
from ...values.facts import Requested
from ...values.wire import Wire
from ..context import Context
from .either_role import cloud_for

MADE_WITHIN = timedelta(hours=1)  # FC kills within minutes whoever has reserved a prefix and not made its export

MADE_BY_US = "is a prefix that image-export makes for an export of its own"
HOLDS_OBJECTS = "holds objects already"


class PrefixUse(Wire, frozen=True, kw_only=True):
    """The export that has a caller's whole prefix for itself."""

    export_id: str = field(name="ExportId")


def check(context: Context, request: ExportRequest) -> None:
    """What `reserve` would say, and nothing is written. Raises AskerFault 409."""
    _refuse_generated(replace(request, ledger_id=context.ledger.identity(make=False)))
    if not is_verbatim(request):
        return
    _refuse_objects(context, request)
    holder = _holder(context, request)
    if holder:
        raise _in_use(request, f"belongs to {holder}")


def reserve(context: Context, request: ExportRequest, export: str) -> None:
    """From here on a whole prefix is this export's. Raises AskerFault 409 where it is another's, or one that we make.

    A prefix that is made unique needs no place: the ledger's id is in it, which nobody knows before it is used.
    """
    _refuse_generated(request)
    if not is_verbatim(request):
        return
    _refuse_objects(context, request)
    for key in context.in_time(_slots(request)):
        standing = context.ledger.create(key, PrefixUse(export_id=export))
        holder = standing.fact.export_id
        if standing.ours:
            return
        if not _is_void(context, request, holder, standing.at):
            if holder == export:
                return
            raise _in_use(request, f"belongs to {holder}")


def taken(context: Context, request: ExportRequest, export: str) -> Cause | None:
    """Why the export may not use its whole prefix after all, looked at right before its claim. Raises CloudFault."""
    if is_generated(request):
        return _in_use(request, MADE_BY_US).cause
    if _holds_objects(context, request):
        return _in_use(request, HOLDS_OBJECTS).cause
    holder = _holder(context, request)
    return _in_use(request, f"belongs to {holder}").cause if holder not in (None, export) else None


def _holder(context: Context, request: ExportRequest) -> str | None:
    """The export that has the prefix, if one has."""
    for key in context.in_time(_slots(request)):
        held = context.ledger.read(key, PrefixUse)
        if held is None:
            return None
        if not _is_void(context, request, held.fact.export_id, held.at):
            return held.fact.export_id
    return None


def _refuse_generated(request: ExportRequest) -> None:
    """Who sends back what was answered gets no second export under the first one's name."""
    if is_generated(request):
        raise _in_use(request, MADE_BY_US)


def _slots(request: ExportRequest) -> Iterator[str]:
    """Where the ledger says whose the prefix is."""
    prefix = keys.Prefix(request.account_id, request.oss_bucket, request.image_id, request.caller_prefix)
    return prefix.slots()


def _is_void(context: Context, request: ExportRequest, holder: str, since: datetime) -> bool:
    """Whether who reserved it lost its export to a request with another prefix, or died before it made one."""
    for key in (keys.Requested(holder).key, keys.Open(holder).key):
        found = context.ledger.read(key, Requested)
        if found:
            return found.fact.request.caller_prefix != request.caller_prefix
    return context.ledger.now - since > MADE_WITHIN


def _refuse_objects(context: Context, request: ExportRequest) -> None:
    """Raises AskerFault for objects, and for a refusal to list them: who asks is told, FC need not ask again.

    The refusal is of the policy's bucket or role, so that over HTTP it is no fault of who asks: 503.
    """
    try:
        holds = _holds_objects(context, request)
    except Refused as fault:
        if handling(fault.code) in (Handling.FINAL, Handling.ROLE):
            raise AskerFault(advised(fault.cause), status=503) from fault
        raise
    if holds:
        raise _in_use(request, HOLDS_OBJECTS)


def _holds_objects(context: Context, request: ExportRequest) -> bool:
    keys = cloud_for(context, request).object_keys(request.oss_bucket, request.caller_prefix)
    return any(is_under(request, request.caller_prefix, key) for key in keys)


def _in_use(request: ExportRequest, why: str) -> AskerFault:
    message = f"oss://{request.oss_bucket}/{request.caller_prefix}_{request.image_id} {why}."
    advice = f"Use another OSSPrefix, or one of at most {CALLER_PREFIX_MAX} characters: it is made unique for you."
    return AskerFault(Cause(code="PrefixInUse", message=message, recommend=advice), status=409)
