"""Finds restores by the names of the ledger, newest first, and opens the bodies. Knows no pages."""

from collections.abc import Iterator

from ...decisions.restore import selection
from ...decisions.restore.reasons import reason_of
from ...decisions.restore.view import restore_of
from ...decisions.results.selection import first_name, is_older
from ...errors import FactUnreadable
from ...values import ledger_keys as keys
from ...values.restore.query import RestoreQuery
from ...values.restore.restore import Restore
from ..ledger.ledger import Ledger
from ..ports import Log
from . import facts


class RestoreFinder:
    """One search: names first, then a restore for each that is opened."""

    def __init__(self, ledger: Ledger, log: Log, query: RestoreQuery) -> None:
        self._ledger, self._log, self._query = ledger, log, query

    def names(self, after: keys.RestoreHistory | None = None) -> Iterator[keys.RestoreHistory]:
        """The names behind that one that are to be read. Not each of them fits."""
        folder = keys.RestoreHistory.below()
        start = max(after.key if after else "", folder + first_name(self._query))
        for entry in self._ledger.walk(folder, after=start):
            name = keys.RestoreHistory.read(entry.key)
            if name and is_older(self._query, name):
                return
            if name:
                yield name

    def restore(self, name: keys.RestoreHistory) -> Restore | None:
        """The restore of that name, if it fits. What has ended stands in the history whole; the rest is put together.

        None, too, for a name that lost its race, and for what nobody can read: it hides no other.
        """
        try:
            found = self._ledger.read(name.key, Restore)
            restore = found.fact if found else self._of_facts(name)
        except FactUnreadable as fault:
            self._log.bind(restore_id=name.restore_id).error("fact.unreadable", error=fault.cause.message)
            return None
        return restore if restore and selection.fits(self._query, restore) else None

    def _of_facts(self, name: keys.RestoreHistory) -> Restore | None:
        record = facts.load(self._ledger, name.restore_id)
        return restore_of(record, reason=reason_of(record)) if record and record.listed == name.key else None
