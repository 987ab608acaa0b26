"""Reads one drill and shows it: each level and why, how long each part took, what now. Changes nothing."""

from collections.abc import Iterator

from rich.text import Text

from ..answers.drills import DrillAndNext
from ..answers.exports import Next
from ..deployed import Deployed, cause_in_words
from ..exit_codes import ExitCode
from ..hanging import show_hanging
from ..options import Output
from ..outcomes import CODES
from ..tables import show_document
from . import rows
from .advice import what_now
from .reading import DrillReader


def show(deployed: Deployed, output: Output, drill: str) -> ExitCode:
    """Ends as the drill did; with 0 while it goes on. Raises AskerFault where there is none, and LedgerFault."""
    reader = DrillReader(deployed)
    reader.ledger.check_readable()
    found = reader.named(drill)
    next_steps = tuple(what_now(found))
    if output == "json":
        show_document(DrillAndNext(drill=found, next=next_steps))
    else:
        show_hanging(_head(reader.row(found)))
        show_hanging(_levels(reader.row(found)))
        show_hanging([("", Text())])
        show_hanging(_next(next_steps))
    return CODES[rows.RESULTS[found.verdict]] if found.verdict else ExitCode.DONE


def _head(row: rows.Row) -> Iterator[tuple[str, Text]]:
    drill = row.drill
    yield "Drill", Text(drill.drill_id, style="bold")
    yield "Policy's entry", Text(drill.name)
    yield "Of export", Text(f"{drill.export_id}, {drill.source_image_name or drill.source_image_id}")
    yield "Account, region", Text(f"{row.where} ({drill.account_id})")
    yield "Status", Text(rows.status(drill), style=rows.style(drill))
    for name, at in (("Requested", drill.requested_at), ("Ended", drill.finished_at)):
        if at:
            yield name, Text(f"{at:%Y-%m-%d %H:%M:%S}")
    yield "Manifest", Text(drill.manifest)
    yield "Restore", Text(drill.restore_id)
    for name, made in (("Image", drill.image_id), ("Instance", drill.instance_id)):
        if made:
            yield name, Text(f"{made}{', deleted again' if row.has_ended else ''}")


def _levels(row: rows.Row) -> Iterator[tuple[str, Text]]:
    drill = row.drill
    for level in drill.levels:
        said = Text.assemble((level.verdict, rows.STYLES[level.verdict]), f": {level.why}")
        yield f"{level.number} {level.name}", said
    if drill.stages:
        yield "Seconds", Text(", ".join(f"{stage.name} {stage.seconds}" for stage in drill.stages))
    if drill.evidence:
        yield "Evidence", Text(drill.evidence)
    if drill.error:
        yield "Error", Text(cause_in_words(drill.error), style="red")


def _next(steps: tuple[Next, ...]) -> Iterator[tuple[str, Text]]:
    for number, step in enumerate(steps):
        yield "" if number else "What now", Text(step.message)
        if step.command:
            yield "", Text(step.command, style="cyan")
