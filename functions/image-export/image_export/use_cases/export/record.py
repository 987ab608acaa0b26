"""Record a request: find its export, or make the next generation (docs/protocol.md#rule-3, #rule-4). Starts nothing.

Order: index key, due hint, open marker, `requested`. A marker without `requested` is helped along from its body.
`known` comes last, for it says that there is an export: said too early, a death in between would lose the image.
"""

from datetime import datetime

import msgspec

from ...decisions.naming import export_id, generation, is_that, natural_key
from ...decisions.state.backoff import ENTRANCE_GRACE
from ...decisions.state.hints import hints_for
from ...errors import LedgerFault
from ...values import ledger_keys as keys
from ...values.export_request import ExportRequest
from ...values.facts import Requested
from ...values.record import Record
from ...values.steps import Wait
from ..context import Context
from . import client_token, verbatim_prefix

MAY_BE_RECORDED = "What was asked for may have been recorded all the same: ask again, and it is found."


class Recorded(msgspec.Struct, frozen=True):
    """The export that a request is, whether this call made it, and the hint that it left."""

    export_id: str
    created: bool
    hint: str | None = None
    record: Record | None = None  # of an export that this call made: there is nothing else to it yet


def record(context: Context, request: ExportRequest) -> Recorded:
    """Record the request and answer its export. From here on it is watched.

    Raises AskerFault 409 where a ClientToken comes with other parameters, LedgerFault where nobody knows whether it is
    recorded: the answer to a write was lost.
    """
    context.ledger.ready()
    try:
        known = client_token.export_of_token(context, request)
        return Recorded(known, created=False) if known else _find_or_make(context, request)
    except LedgerFault as fault:
        advice = " ".join(filter(None, (fault.cause.recommend, MAY_BE_RECORDED)))
        raise type(fault)(msgspec.structs.replace(fault.cause, recommend=advice), status=fault.status) from fault


def _find_or_make(context: Context, request: ExportRequest) -> Recorded:
    key = natural_key(request)
    newest = _newest(context, key)
    while True:
        last = context.ledger.load(export_id(key, newest)) if newest else None
        if last and is_that(last, request) and client_token.use(context, request, last.export_id):
            _make_known(context, request, last.export_id)
            return Recorded(last.export_id, created=False)
        made = _make(context, request, export_id(key, newest + 1))
        if made:
            return made
        newest += 1
        known = client_token.export_of_token(context, request)
        if known:  # another worker with the same token was faster
            return Recorded(known, created=False)


def newest_of(context: Context, request: ExportRequest) -> Record | None:
    """The newest export of the same account, region, image, bucket and format."""
    key = natural_key(request)
    number = _newest(context, key)
    return context.ledger.load(export_id(key, number)) if number else None


def _newest(context: Context, key: str) -> int:
    """The newest generation that the listing shows; a stale listing costs one lost create."""
    exports = (keys.export_in(entry.key) for entry in context.ledger.walk(keys.generations(key)))
    return max((generation(export) for export in exports if export), default=0)


def _make(context: Context, request: ExportRequest, export: str) -> Recorded | None:
    """Make this generation; None where another request has it, or the request has another."""
    ledger = context.ledger
    request = msgspec.structs.replace(request, ledger_id=ledger.identity())
    listed = keys.History(keys.backwards(ledger.now), request.region_id, request.image_id, export)
    requested = Requested(export_id=export, request=request, listed=listed.key)
    verbatim_prefix.reserve(context, request, export)
    if not client_token.use(context, request, export):
        return None
    ledger.name(listed.key)
    ledger.name(listed.of_image.key)  # so that one image's exports are found without reading all names
    hint = _first_hint(request, export, ledger.now)
    standing = ledger.schedule(hint, lambda: ledger.open(requested))
    if standing and not standing.ours:  # the hint stays: in the same second it is the winner's too
        return None
    context.log.info(
        "export.requested",
        export_id=export,
        region_id=request.region_id,
        image_id=request.image_id,
        requested_by=request.requested_by.wire(),
        rule=request.rule,
    )
    _warn_of_role(context, request)
    if standing is None:  # it is recorded, and the ledger does not answer now: no further call in what time is left
        return Recorded(export, created=True, hint=hint)
    _make_known(context, request, export)
    made = Record(export_id=export, request=request, requested_at=standing.at, listed=listed.key)
    return Recorded(export, created=True, hint=hint, record=made)


def _make_known(context: Context, request: ExportRequest, export: str) -> None:
    """So that a night sees by a name that there is the export. Where that is lost, it records, and comes here."""
    try:
        context.ledger.put(keys.Known.of(request.place, export).key)
    except LedgerFault as fault:
        context.log.warning("hint.lost", export_id=export, error=fault.cause.message)


def _warn_of_role(context: Context, request: ExportRequest) -> None:
    """The page of 2026 calls any other role invalid, and has the parameter (docs/cloud-facts.md#fact-14-9)."""
    if request.own_role_name:
        context.log.warning("request.role_unusual", image_id=request.image_id, role_name=request.role_name)


def _first_hint(request: ExportRequest, export: str, now: datetime) -> str:
    """An entrance looks itself, soon; what the night records waits for room, by priority."""
    record = Record(export_id=export, request=request, requested_at=now)
    queued = request.requested_by.trigger == "nightly"
    (hint,) = hints_for(record, Wait(queued=queued, until=None if queued else now + ENTRANCE_GRACE), now)
    return hint
