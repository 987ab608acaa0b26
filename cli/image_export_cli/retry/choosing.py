"""Which failed exports are meant: by names of the ledger first, then by the exports that have these. Reads only."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from image_export.decisions.results.export_view import export_of
from image_export.decisions.results.selection import fits
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values.export import Export
from image_export.values.export_query import ExportQuery

from ..deployed import say
from ..options import Ago
from ..replays.listing import READ_AT_A_TIME, ended_names


class Wanted(NamedTuple):
    """All that is given must fit."""

    code: str | None = None
    since: Ago | None = None
    image_name: str | None = None


def chosen(ledger: Ledger, wanted: Wanted) -> list[Export]:
    """The failed exports that are meant and that none has followed, the oldest first."""
    ledger.ready()
    since = wanted.since.before(ledger.now) if wanted.since else None
    names = [one for one in ended_names(ledger) if one.failed and (since is None or one.at >= since)]
    left = [one.export_id for one in names if one.by is None]
    with ThreadPoolExecutor(READ_AT_A_TIME) as pool:
        exports = [one for one in pool.map(lambda name: _export(ledger, name), left) if one and _fits(one, wanted)]
    if len(left) < len(names):
        say(f"{len(names) - len(left)} more have failed, and another export of the image has followed.")
    return sorted(exports, key=lambda one: one.finished_at or one.requested_at)


def _export(ledger: Ledger, name: str) -> Export | None:
    """As the history has it whole, or by its facts."""
    requested = ledger.requested(name)
    found = ledger.read(requested.listed, Export) if requested else None
    if found:
        return found.fact
    record = ledger.load(name)
    return export_of(record) if record else None


def _fits(export: Export, wanted: Wanted) -> bool:
    code = export.error.code if export.error else None
    return wanted.code in (None, code) and fits(ExportQuery(status="Failed", image_name=wanted.image_name), export)
