"""Finds exports by the names of the ledger, newest first, and opens the bodies of those that fit. Knows no pages.

Those of one image are found by names of their own. Not so those that version 0.1.0 has recorded: behind the time since
when every export has such a name, the history is read for them, after all others.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from ...decisions.results import selection
from ...errors import FactUnreadable
from ...values import ledger_keys as keys
from ...values.export import Export
from ...values.export_query import ExportQuery
from ..ledger.ledger import Ledger
from ..ports import Log
from .shown import Showing

OVERLAPPING = timedelta(hours=1)  # instances of two versions, while a new one is deployed


class Place(NamedTuple):
    """Where a walk is: a name of the history. `unnamed`: among those of an image that have no name below it."""

    name: keys.History
    unnamed: bool = False


def find_exports(ledger: Ledger, log: Log, query: ExportQuery) -> Iterator[Export]:
    """All exports that fit, the newest first. Raises LedgerFault."""
    finder = Finder(ledger, log, query)
    for place in finder.places():
        export = finder.export(place.name) if selection.fits_name(query, place.name) else None
        if export:
            yield export


class Finder:
    """One search: names first, then an export for each that is opened."""

    def __init__(self, ledger: Ledger, log: Log, query: ExportQuery) -> None:
        self._ledger, self._log, self._query = ledger, log, query
        self._showing = Showing(ledger, log)

    def places(self, after: Place | None = None) -> Iterator[Place]:
        """The names behind that place that are to be read. Not each of them fits."""
        image_id = self._query.image_id
        if image_id is None:
            yield from map(Place, self._in_history(after.name if after else None))
            return
        named = set[keys.History]() if after is None else None
        if after is None or not after.unnamed:
            for name in self._of_image(image_id, after.name if after else None):
                yield Place(name)
                if named is not None:
                    named.add(name)
        indexed = self._ledger.page(keys.Indexed().key, limit=1).entries
        behind = _since_when_indexed(indexed[0].modified_at) if indexed else ""
        for name in self._in_history(after.name if after and after.unnamed else None, behind):
            if name.image_id == image_id:
                named = set(self._of_image(image_id)) if named is None else named
            if named is None or name not in named:
                yield Place(name, unnamed=True)

    def export(self, name: keys.History) -> Export | None:
        """The export of that name, if it fits. What has ended stands in the history whole; the rest is put together.

        None, too, for a name that lost its race, and for what nobody can read: it hides no other.
        """
        try:
            found = self._ledger.read(name.key, Export)
            export = self._with_rule(found.fact) if found else self._of_facts(name)
        except FactUnreadable as fault:
            self._log.error("fact.unreadable", export_id=name.export_id, error=fault.cause.message)
            return None
        return export if export and selection.fits(self._query, export) else None

    def _with_rule(self, ended: Export) -> Export:
        if not selection.may_lack_its_rule(self._query, ended):
            return ended
        requested = self._ledger.requested(ended.export_id)
        return replace(ended, rule=requested.request.rule if requested else None)

    def _of_facts(self, name: keys.History) -> Export | None:
        loaded = self._ledger.load(name.export_id)
        return self._showing.shown(loaded) if loaded and loaded.listed == name.key else None

    def _of_image(self, image_id: str, after: keys.History | None = None) -> Iterator[keys.History]:
        folder = keys.OfImage.below(image_id)
        start = max(after.of_image.key if after else "", folder + selection.first_name(self._query))
        for entry in self._ledger.walk(folder, after=start):
            name = keys.OfImage.read(entry.key)
            if name and selection.is_older(self._query, name.in_history):
                return
            if name:
                yield name.in_history

    def _in_history(self, after: keys.History | None, behind: str = "") -> Iterator[keys.History]:
        folder = keys.History.below()
        start = max(after.key if after else "", behind, folder + selection.first_name(self._query))
        for entry in self._ledger.walk(folder, after=start):
            name = keys.History.read(entry.key)
            if name and selection.is_older(self._query, name):
                return
            if name:
                yield name


def _since_when_indexed(at: datetime) -> str:
    """The place in the history before which each export has a name by image. `at`: when the watcher first saw to it.

    Not much before it an instance of an earlier version may still have recorded one without.
    """
    return f"{keys.History.below()}{keys.backwards(at + OVERLAPPING)}"
