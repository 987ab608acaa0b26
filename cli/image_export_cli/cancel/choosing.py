"""Which exports are meant: the named ones, or the open ones that fit. Reads only."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from image_export.decisions.results.export_view import export_of
from image_export.decisions.results.selection import fits
from image_export.decisions.state.reasons import reason_of
from image_export.errors import FactUnreadable
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.export_query import ExportQuery
from image_export.values.record import Record

from ..deployed import cause_in_words, say
from ..options import Ago

READ_AT_A_TIME = 16  # connections to the ledger


class Wanted(NamedTuple):
    """All that is given must fit. `since`: as it was said, for `query` has no clock; `night`: a RunId."""

    query: ExportQuery
    since: Ago | None = None
    night: str | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is given."""
        return self == Wanted(ExportQuery())


def named(ledger: Ledger, ids: Sequence[str]) -> dict[str, Export | Cause]:
    """These exports as they stand, or why one does not."""
    return {name: _shown(found) if isinstance(found, Record) else found for name, found in _loaded(ledger, ids)}


def chosen(ledger: Ledger, wanted: Wanted) -> dict[str, Export | Cause]:
    """The open exports that fit. One that cannot be understood is said, and hinders no other."""
    ledger.ready()
    query = replace(wanted.query, since=wanted.since and wanted.since.before(ledger.now))
    markers = (keys.Open.read(entry.key) for entry in ledger.walk(keys.Open.below()))
    found: dict[str, Export | Cause] = {}
    for name, record in _loaded(ledger, [marker.export_id for marker in markers if marker]):
        if isinstance(record, Cause):
            say(f"? {cause_in_words(record)}")
        elif not record.ended and fits(query, _shown(record)) and _of(wanted.night, record):
            found[name] = _shown(record)
    return found


def _of(night: str | None, record: Record) -> bool:
    asked = record.request.requested_by
    return night is None or (asked.trigger, asked.id) == ("nightly", night)


def _shown(record: Record) -> Export:
    return export_of(record, reason=reason_of(record))


def _loaded(ledger: Ledger, names: Sequence[str]) -> list[tuple[str, Record | Cause]]:
    once = [*dict.fromkeys(names)]
    with ThreadPoolExecutor(READ_AT_A_TIME) as pool:
        return [*zip(once, pool.map(partial(_load, ledger), once), strict=True)]


def _load(ledger: Ledger, name: str) -> Record | Cause:
    try:
        return ledger.load(name) or Cause(code="ExportNotFound", message=f"There is no export {name}.")
    except FactUnreadable as fault:
        return fault.cause
