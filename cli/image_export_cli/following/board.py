"""All that runs and waits, or the exports that somebody names, as they are now: by names, then by few bodies.

The hints of the watcher say which exports have changed: an export is read again when the names that lead to it are
others, and while none says that it waits in line or runs. ECS is asked for each task that runs.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence

from image_export.decisions.state.exporting import goes_on
from image_export.errors import AskerFault, CloudFault, FactUnreadable
from image_export.use_cases.export.shown import Showing
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.record import Record
from image_export.values.task import Task

from ..deployed import say
from ..reading import CommandLog, Reader, ahead
from .rows import Row

HINTS = (keys.Running.below(), keys.Waiting.below(), keys.Stalling.below(), keys.Due.below())


class Board:
    """Each look raises LedgerFault where the ledger does not answer, and AskerFault for an ExportId that is unknown."""

    def __init__(self, reader: Reader, ids: Sequence[str] = ()) -> None:
        self._reader, self._ids = reader, tuple(dict.fromkeys(ids))
        self._records: dict[str, Record] = {}
        self._led_by: dict[str, frozenset[str]] = {}
        self._over: set[str] = set()  # had ended before the first look at them
        self._moved: set[str] = set()  # whose task is not seen to go on

    @property
    def is_finite(self) -> bool:
        """Whether there is an end: the exports are named."""
        return bool(self._ids)

    def look(self) -> list[Row]:
        """Those that are named, in that order; else those that run, then those that wait, each with its newest state.

        One that ends stays from then on.
        """
        hints = self._hints()
        names = self._ids or sorted({*self._open(), *self._records} - self._over)
        changed = [name for name in names if self._is_due(name, hints[name])]
        for name, record in zip(changed, ahead(changed, self._load), strict=True):
            self._take(name, record, hints[name])
        records = [self._records[name] for name in names if name in self._records]
        tasks = list(ahead(records, self._reader.seen))
        self._moved = {
            record.export_id
            for record, task in zip(records, tasks, strict=True)
            if record.task_id and not (isinstance(task, Task) and goes_on(task.status))
        }
        showing = Showing(self._reader.ledger, CommandLog())
        rows = [self._row(record, task, showing) for record, task in zip(records, tasks, strict=True)]
        return rows if self._ids else sorted(rows, key=_order)

    def _hints(self) -> defaultdict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for folder in HINTS:
            for entry in self._reader.ledger.walk(folder):
                if export := keys.export_in(entry.key):
                    found[export].add(entry.key)
        return defaultdict(frozenset, {export: frozenset(names) for export, names in found.items()})

    def _open(self) -> set[str]:
        names = (keys.Open.read(entry.key) for entry in self._reader.ledger.walk(keys.Open.below()))
        return {name.export_id for name in names if name}

    def _is_due(self, name: str, hints: frozenset[str]) -> bool:
        record = self._records.get(name)
        if record is None:
            return True
        if record.ended:
            return False
        steady = any(keys.Running.read(hint) or keys.Waiting.read(hint) for hint in hints)
        return hints != self._led_by.get(name) or not steady or name in self._moved

    def _load(self, name: str) -> Record | None:
        """Of one that cannot be read what was read before. Raises FactUnreadable where it is named and never was."""
        try:
            return self._reader.ledger.load(name)
        except FactUnreadable as fault:
            known = self._records.get(name)
            if known is None and name in self._ids:
                raise
            say(f"? {name} cannot be read: {fault.cause.message}")
            return known

    def _take(self, name: str, record: Record | None, hints: frozenset[str]) -> None:
        if record is None and name in self._ids:
            advice = "`image-export list` shows what there is."
            raise AskerFault(
                Cause(code="ExportNotFound", message=f"There is no export {name}.", recommend=advice), status=404
            )
        if record is None or (record.ended and name not in self._records and not self._ids):
            self._over.add(name)
            return
        self._records[name], self._led_by[name] = record, hints

    def _row(self, record: Record, seen: Task | CloudFault | None, showing: Showing) -> Row:
        place, claimed = record.request.place, record.claim.image if record.claim else None
        return Row(
            export=self._reader.export(record, seen, showing),
            at=self._reader.ledger.latest,
            where=self._reader.where(place.account_id, place.region_id),
            size_gib=claimed.disks_gib if claimed else 0,
        )


def _order(row: Row) -> tuple[object, ...]:
    export, last = row.export, sys.maxsize
    queued = export.queue_position or last
    return not row.has_ended, export.started_at is None, queued, export.started_at or export.requested_at
