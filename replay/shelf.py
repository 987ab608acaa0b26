"""What the ledger keeps of failures and rejections, to be read. Changes nothing; needs to list and get its objects."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from image_export.errors import AskerFault
from image_export.use_cases.ledger import Ledger
from image_export.use_cases.reject import Rejection
from image_export.values.cause import Cause

REJECTED = "rejected-"


class Item(NamedTuple):
    """One that can be replayed; `by` is the export that has come after it, if one has."""

    name: str
    at: datetime
    what: str
    cause: Cause
    by: str | None = None


def items(ledger: Ledger) -> Iterator[Item]:
    """Failed exports, then rejections."""
    yield from _failed(ledger)
    for entry in ledger.walk("rejected/"):
        if entry.key.endswith("/event"):
            digest = entry.key.split("/")[1]
            found = ledger.read(entry.key, Rejection)
            if found:
                yield Item(f"{REJECTED}{digest}", found.at, _named(found.fact), found.fact.cause)


def _failed(ledger: Ledger) -> Iterator[Item]:
    newest: dict[str, str] = {}
    for entry in ledger.walk("known/"):
        key, generation = entry.key.split("/")[-2:]
        newest[key] = max(generation, newest.get(key, generation))
    for entry in ledger.walk("failed/"):
        key, generation = entry.key.split("/")[-2:]
        record = ledger.load(f"exp-{key}-{generation}")
        if record and record.ended and record.ended.error and record.ended_at:
            later = newest.get(key, generation)
            by = f"exp-{key}-{later}" if later > generation else None
            yield Item(record.export_id, record.ended_at, record.request.image_id, record.ended.error, by)


def _named(rejection: Rejection) -> str:
    return rejection.kept.sighting.image_id if rejection.kept.sighting else "an event"


def shown(ledger: Ledger, name: str) -> Any:
    """All that is known of it, as JSON builtins. Raises AskerFault where there is no such thing."""
    if name.startswith(REJECTED):
        found = ledger.read(f"rejected/{name.removeprefix(REJECTED)}/event", Rejection)
        if found:
            return {"RejectedAt": found.at.isoformat(), **found.fact.wire()}
    else:
        record = ledger.load(name)
        if record:
            ended = record.ended.wire() if record.ended else None
            return {"ExportId": record.export_id, "Request": record.request.wire(), "Ended": ended}
    raise AskerFault(Cause(code="NotFound", message=f"The ledger has no {name}."), status=404)
