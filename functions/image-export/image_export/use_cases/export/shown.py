"""An export as lists and looks show it: by its facts, and by what its account and region say of all that wait there.

Asks nothing of the cloud. What it reads of an account and region it reads once.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from msgspec.structs import replace

from ...decisions.results.export_view import export_of
from ...decisions.state.estimate import Seen, estimated_end
from ...decisions.state.reasons import reason_of
from ...decisions.state.table import Phase, phase
from ...values import ledger_keys as keys
from ...values.export import Export
from ...values.facts import Hold, Pace
from ...values.place import Place
from ...values.record import Record
from ...values.task import Task
from ..context import readable
from ..ledger.ledger import Ledger
from ..ports import Log

T = TypeVar("T")


class Showing:
    """Shows the exports of one answer. Raises LedgerFault."""

    def __init__(self, ledger: Ledger, log: Log) -> None:
        self._ledger, self._log = ledger, log
        self._holds: dict[Place, Hold | None] = {}
        self._paces: dict[Place, Pace] = {}
        self._queues: dict[Place, dict[str, int]] = {}

    def shown(self, record: Record, task: Task | None = None) -> Export:
        """The export; `task` as it has just been seen."""
        place, waits = record.request.place, phase(record) is Phase.READY
        hold = _once(self._holds, place, self._hold) if waits else None
        paused = waits and self._is_paused
        position = _once(self._queues, place, self._queue).get(record.export_id) if waits else None
        export = export_of(record, reason=reason_of(record, hold=hold, paused=paused, task=task), task=task)
        return replace(export, queue_position=position, estimated_end=self._estimate(record, export, task))

    def _estimate(self, record: Record, export: Export, task: Task | None) -> datetime | None:
        if record.started_at is None or record.ended:
            return None
        pace, now = _once(self._paces, record.request.place, self._pace), self._ledger.now
        noted_at = record.progressed_at or record.stalled_at
        seen = Seen(export.progress, noted_at if noted_at and not (task and task.progress) else now)
        return estimated_end(record, seen, pace, now)

    @cached_property
    def _is_paused(self) -> bool:
        return self._ledger.paused() is not None

    def _hold(self, place: Place) -> Hold | None:
        found = readable(self._ledger, self._log, keys.Hold(place).key, Hold)
        return found.fact if found else None

    def _pace(self, place: Place) -> Pace:
        found = readable(self._ledger, self._log, keys.Pace(place).key, Pace)
        return found.fact if found else Pace()

    def _queue(self, place: Place) -> dict[str, int]:
        """The place of each export that waits there, by names alone."""
        names = (keys.Waiting.read(entry.key) for entry in self._ledger.walk(keys.Waiting.below(place)))
        waiting = dict.fromkeys(name.export_id for name in names if name)
        return {export: number for number, export in enumerate(waiting, 1)}


def _once(read: dict[Place, T], place: Place, ask: Callable[[Place], T]) -> T:
    if place not in read:
        read[place] = ask(place)
    return read[place]
