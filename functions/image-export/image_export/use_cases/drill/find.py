"""Finds drills by the names of the ledger, newest first, and opens the bodies. Knows no pages."""

from collections.abc import Iterator

from ...decisions.drill import selection
from ...decisions.drill.view import drill_of, reason_of
from ...decisions.results.selection import first_name, is_older
from ...errors import FactUnreadable
from ...values import ledger_keys as keys
from ...values.drill.drill import Drill
from ...values.drill.query import DrillQuery
from ..ledger.ledger import Ledger
from ..ports import Log
from . import facts


class DrillFinder:
    """One search: names first, then a drill for each that is opened."""

    def __init__(self, ledger: Ledger, log: Log, query: DrillQuery) -> None:
        self._ledger, self._log, self._query = ledger, log, query

    def names(self, after: keys.DrillHistory | None = None) -> Iterator[keys.DrillHistory]:
        """The names behind that one that are to be read. Not each of them fits."""
        folder = keys.DrillHistory.below()
        start = max(after.key if after else "", folder + first_name(self._query))
        for entry in self._ledger.walk(folder, after=start):
            name = keys.DrillHistory.read(entry.key)
            if name and is_older(self._query, name):
                return
            if name:
                yield name

    def drill(self, name: keys.DrillHistory) -> Drill | None:
        """The drill of that name, if it fits. What has ended stands in the history whole; the rest is put together.

        None, too, for a name that lost its race, and for what nobody can read: it hides no other.
        """
        try:
            found = self._ledger.read(name.key, Drill)
            drill = found.fact if found else self._of_facts(name)
        except FactUnreadable as fault:
            self._log.bind(drill_id=name.drill_id).error("fact.unreadable", error=fault.cause.message)
            return None
        return drill if drill and selection.fits(self._query, drill) else None

    def _of_facts(self, name: keys.DrillHistory) -> Drill | None:
        record = facts.load(self._ledger, name.drill_id)
        return drill_of(record, reason=reason_of(record)) if record and record.listed == name.key else None
