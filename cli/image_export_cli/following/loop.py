"""Follows exports until they have ended, and shows how they move: what `watch` does, and `--wait` of other verbs.

A terminal gets a table that redraws itself, anything else a line for each change.
"""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from image_export.decisions.codes import is_throttling
from image_export.errors import CloudFault, ImageExportError, LedgerFault, Refused
from image_export.values.cause import Cause
from image_export.values.export import Export

from ..deployed import Deployed
from ..exit_codes import ExitCode
from ..pipes import see_that_it_is_read
from ..reading import Reader
from ..tables import terminal
from .board import Board
from .rows import Row
from .showing import Lines, Live

EVERY_S = 10.0
UNKNOWN_AFTER = timedelta(minutes=5)


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Look(Generic[R]):
    """What one look has seen. `trouble`: why there was no answer, and the rows are those of the look before."""

    rows: list[R]
    trouble: Cause | None = None


def follow(
    deployed: Deployed, ids: Iterable[str] = (), *, every_s: float = EVERY_S, stderr: bool = False
) -> list[Export]:
    """Follow these exports until each has ended, or without any what runs and waits for as long as somebody looks.

    Answers the exports as they ended. Raises AskerFault for an id that the ledger does not know, and CloudFault or
    LedgerFault where nothing could be told for five minutes. `stderr`: shows it beside the answer.
    """
    board, console = Board(Reader(deployed), list(ids)), terminal(stderr=stderr)
    rows: list[Row] = []
    moves = console.is_terminal and not console.is_dumb_terminal
    with Live(console) if moves else Lines(console) as shown, closing(looks(board.look, every_s)) as seen:
        for look in seen:
            rows = look.rows
            shown.show(rows, look.trouble)
            see_that_it_is_read(console.file)
            if board.is_finite and look.trouble is None and all(row.has_ended for row in rows):
                break
    return [row.export for row in rows]


def outcome(exports: Iterable[Export]) -> ExitCode:
    """0 where all are Completed, else 1."""
    return ExitCode.DONE if all(export.status == "Completed" for export in exports) else ExitCode.NO


def looks(
    look: Callable[[], list[R]],
    every_s: float,
    *,
    clock_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Generator[Look[R], None, None]:
    """Look after look. One that fails is tried again; the fault is raised where it cannot pass, or has not in time."""
    rows: list[R] = []
    answered_s = clock_s()
    while True:
        try:
            rows = look()
            answered_s = clock_s()
            yield Look(rows)
        except (CloudFault, LedgerFault) as fault:
            if not _may_pass(fault) or clock_s() - answered_s >= UNKNOWN_AFTER.total_seconds():
                raise
            yield Look(rows, fault.cause)
        sleep(every_s)


def _may_pass(fault: ImageExportError) -> bool:
    """An answer that says no will say it again."""
    said = fault.__cause__ if isinstance(fault, LedgerFault) else fault
    return not isinstance(said, Refused) or is_throttling(said.code)
