"""The parts of a night's record: each is put before the cursor moves past what it holds, under the name of its pages.

A part that is there already stays: who repeats a worker's pages finds exported what that one has recorded.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ...decisions.naming import run_key
from ...decisions.results.night_record import GONE, UNCHOSEN, covering, joined, lines_of, part_of, settled
from ...errors import LedgerFault
from ...values import ledger_keys as keys
from ...values.night import LimitedRow, NightFinished, NightRow
from ...values.place import Place
from ...values.run import Chosen, Run
from ..context import Context
from .list_images import Listed


class Parts(NamedTuple):
    """The keys of a run's parts, and whether its record stands already."""

    rows: list[keys.NightPart]
    limited: list[keys.NightOpen]
    is_recorded: bool

    @property
    def keys(self) -> list[str]:
        """All of them."""
        return [one.key for one in (*self.rows, *self.limited)]


def keep_part(context: Context, run: Run, place: Place, listed: Listed, decided: "Decided") -> str:
    """Keep what was decided on these pages. Answers why that could not be; nothing where it is kept."""
    where = (run.date, run_key(run.run_id), place, listed.first, listed.last)
    try:
        if decided.limited:
            context.ledger.write_once(keys.NightOpen(*where).key, part_of(decided.limited))
        if decided.rows:
            context.ledger.write_once(keys.NightPart(*where).key, part_of(decided.rows))
    except LedgerFault as fault:
        context.log.error("nightly.record_incomplete", code=fault.code, error=fault.cause.message)
        return f"images of {place.shown}: {fault.code}: {fault.cause.message}"
    return ""


class Decided(NamedTuple):
    """The images of some pages: those that are decided upon, and those among which rules choose at the end."""

    rows: list[NightRow]
    limited: list[LimitedRow]


def find_parts(context: Context, run: Run) -> Parts:
    """By one listing."""
    found = Parts([], [], is_recorded=False)
    for entry in context.ledger.walk(keys.of_night(run.date, run_key(run.run_id))):
        if keys.NightRecord.read(entry.key):
            found = found._replace(is_recorded=True)
        elif part := keys.NightPart.read(entry.key):
            found.rows.append(part)
        elif limited := keys.NightOpen.read(entry.key):
            found.limited.append(limited)
    return found


def join(context: Context, run: Run, parts: Parts, finished: NightFinished) -> None:
    """Write the record of its parts, which are read one at a time. One that stands already stays.

    Raises LedgerFault, and one of UNREADABLE where a part cannot be read.
    """
    whole = joined(finished, _bodies(context, run, parts))
    context.ledger.write_once(keys.NightRecord(run.date, run_key(run.run_id)).key, whole)


def _bodies(context: Context, run: Run, parts: Parts) -> Iterator[bytes]:
    for part in covering(parts.rows):
        body = context.ledger.bytes_of(part.key)
        if body:  # else another worker has joined and removed it, so that the record stands
            yield body
    if parts.limited:
        yield part_of(_limited(context, run, covering(parts.limited)))


def _limited(context: Context, run: Run, parts: list[keys.NightOpen]) -> Iterator[NightRow]:
    """What became of the images among which rules have chosen: the run's first choice stands."""
    choice = context.readable(keys.Chosen(run_key(run.run_id)).key, Chosen)
    chosen = frozenset(choice.fact.images if choice else ())
    rules = {rule.name for rule in context.ruled().rules}
    for part in parts:
        for line in lines_of(context.ledger.bytes_of(part.key) or part_of(())):
            limited = msgspec.json.decode(line, type=LimitedRow)
            is_chosen = f"{part.place}/{limited.row.image_id}" in chosen
            key = limited.natural_key if is_chosen else None
            export_id = context.ledger.newest_known(part.place, key) if key else None
            if limited.row.rule not in rules or choice is None:
                limited = replace(limited, otherwise=UNCHOSEN if limited.row.rule in rules else GONE)
            yield settled(limited, export_id, chosen=is_chosen)
