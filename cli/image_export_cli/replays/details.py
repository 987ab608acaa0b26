"""All that the ledger keeps of one thing that went wrong, and whether it can be done once more. Changes nothing."""

from datetime import datetime
from typing import Any

import msgspec

from image_export.decisions.arrivals.replay import REPLAYED, is_name
from image_export.decisions.results.export_view import export_of
from image_export.decisions.results.undelivered import read_name
from image_export.errors import AskerFault
from image_export.use_cases.entrances.redeliver import Kept, kept
from image_export.use_cases.entrances.reject import Rejection
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.record import Record

from .listing import is_beginning


def shown(ledger: Ledger, name: str) -> Any:
    """All that is known of it, as JSON builtins. Raises AskerFault where there is no such thing."""
    found = _found(ledger, name)
    if isinstance(found, Kept):
        return msgspec.to_builtins({"GivenUpAt": found.at, "Target": found.target.name, "Event": found.event})
    if isinstance(found, Record):
        ended, stalled = (fact.wire() if fact else None for fact in (found.ended, found.stalled))
        more = {
            "Request": found.request.wire(),
            "Attempts": [_attempt(ledger.with_attempt(found, one)) for one in range(1, found.attempt + 1)],
            "CancelAskedAt": found.cancel_at,
            "StalledAt": found.stalled_at,
            "Stalled": stalled,
            "Ended": ended,
            "Told": sorted(_told(found, fact) for fact in found.delivered),
            "RefusedSince": {_told(found, fact): since for fact, since in found.refused_since.items()},
        }
        return msgspec.to_builtins({**export_of(found).wire(), **more})
    rejection, at = found
    return msgspec.to_builtins({"RejectedAt": at, **rejection.wire()})


def _told(record: Record, fact: str) -> str:
    """How the ledger names the fact that a target has accepted the event."""
    return keys.Delivered(record.export_id, fact).key.rpartition("/")[2]


def _attempt(record: Record) -> dict[str, Any]:
    return {
        "Attempt": record.attempt,
        "ClaimedAt": record.claimed_at,
        "Claim": record.claim.wire() if record.claim else None,
        "SettledAt": record.settled_at,
        "Result": record.result.wire() if record.result else None,
    }


def replayable(ledger: Ledger, name: str) -> None:
    """Raises AskerFault where the function would refuse it, whatever its policy says."""
    found = _found(ledger, name)
    if isinstance(found, Kept):
        return
    if isinstance(found, Record):
        status = export_of(found).status
        if status not in REPLAYED:
            message = f"{name} is {status}; what has failed or was cancelled can be replayed."
            raise AskerFault(Cause(code="NotReplayable", message=message), status=409)
    elif found[0].kept.sighting is None and found[0].kept.body is None:
        message = f"{name} was too large to keep, or no text; send it again from where it came."
        raise AskerFault(Cause(code="NotReplayable", message=message), status=409)


def _found(ledger: Ledger, name: str) -> Record | Kept | tuple[Rejection, datetime]:
    if not is_name(name) and not is_beginning(name):
        message = f"{name[:80]!r} is no name that `image-export events` lists: an ExportId, or rejected-… or untold-…."
        raise AskerFault(Cause(code="InvalidParameter", message=message, recommend="Take a name from the list."))
    undelivered = read_name(name)
    if undelivered:
        pending = kept(ledger, undelivered)
        if pending:
            return pending
    elif rejected := keys.Rejected.named(name):
        rejection = ledger.read(rejected.key, Rejection)
        if rejection:
            return rejection.fact, rejection.at
    elif record := ledger.load(name):
        return record
    raise AskerFault(Cause(code="NotFound", message=f"The ledger has no {name}."), status=404)
