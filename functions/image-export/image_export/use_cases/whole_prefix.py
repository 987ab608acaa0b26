"""A caller's OSSPrefix that leaves no room for ours is used as given, so nothing may stand under it (PROTOCOL 8)."""

from ..decisions.identity import CALLER_PREFIX_MAX, is_under, is_whole
from ..errors import AskerFault
from ..values.cause import Cause
from ..values.export_request import ExportRequest
from ..values.wire import Wire
from .outside import Outside


class PrefixUse(Wire, frozen=True, kw_only=True):
    """The export that has a caller's whole prefix for itself."""

    export_id: str


def check(outside: Outside, request: ExportRequest) -> None:
    """Nothing to say of a prefix that is made unique. Raises AskerFault 409 where a whole one is another's."""
    if not is_whole(request):
        return
    _refuse_objects(outside, request)
    held = outside.ledger.read(_key(request), PrefixUse)
    if held:
        raise _in_use(request, f"belongs to {held.fact.export_id}")


def reserve(outside: Outside, request: ExportRequest, export: str) -> None:
    """From here on a whole prefix is this export's. Raises AskerFault 409 where it is another's."""
    if not is_whole(request):
        return
    _refuse_objects(outside, request)
    use = PrefixUse(export_id=export)
    standing = outside.ledger.create(_key(request), use)
    if standing.fact != use:
        raise _in_use(request, f"belongs to {standing.fact.export_id}")


def _refuse_objects(outside: Outside, request: ExportRequest) -> None:
    cloud = outside.clouds.at(request.role, request.region_id, request.oss_bucket)
    prefix = request.caller_prefix
    if any(is_under(request, prefix, key) for key in cloud.object_keys(request.oss_bucket, prefix)):
        raise _in_use(request, "holds objects already")


def _key(request: ExportRequest) -> str:
    return f"prefixes/{request.account_id}/{request.oss_bucket}/{request.image_id}/{request.caller_prefix}"


def _in_use(request: ExportRequest, why: str) -> AskerFault:
    message = f"oss://{request.oss_bucket}/{request.caller_prefix}_{request.image_id} {why}."
    advice = f"Use another OSSPrefix, or one of at most {CALLER_PREFIX_MAX} characters: it is made unique for you."
    return AskerFault(Cause(code="PrefixInUse", message=message, recommend=advice), status=409)
