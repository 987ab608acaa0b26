"""What came of each thing that somebody asked for: a line as it comes, or one JSON document of all. Asks nobody."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, Protocol, TypeVar

from msgspec import field
from msgspec.structs import replace

from image_export.errors import ImageExportError
from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.wire import Wire

from .deployed import Deployed, cause_in_words, to_the_person
from .exit_codes import ExitCode, of_fault, worst
from .following.loop import follow
from .tables import show_json, show_text

Result = Literal["Done", "NotDone", "Unknown"]
RETRY, SHOW = "image-export retry {}", "image-export show {}"
MARKS: dict[Result, str] = {"Done": "✓", "NotDone": "✗", "Unknown": "?"}
CODES: dict[Result, ExitCode] = {"Done": ExitCode.DONE, "NotDone": ExitCode.NO, "Unknown": ExitCode.UNKNOWN}


class Settled(Protocol):
    """Something that was asked for, and what became of it."""

    @property
    def name(self) -> str: ...
    @property
    def result(self) -> Result: ...


S = TypeVar("S", bound=Settled)


class Outcome(Wire, frozen=True, kw_only=True):
    """What became of one thing that was asked for, with the export as it stands, or why there is none."""

    name: str = field(name="Name")  # as it was asked for: an image, an export or an event
    result: Result = field(name="Result")
    export: Export | None = field(name="Export", default=None)
    error: Cause | None = field(name="Error", default=None)
    note: str | None = field(name="Note", default=None)  # where neither of the two says it
    next: str | None = field(name="Next", default=None)  # the command to type where it has failed, once that is mended


class Outcomes(Wire, frozen=True, kw_only=True):
    """What a verb answers that acts, in the order in which it was asked."""

    outcomes: tuple[Outcome, ...] = field(name="Outcomes")


def attempted(name: str, work: Callable[[], Outcome]) -> Outcome:
    """What came of it. A fault is an outcome, too, and hinders no other."""
    return attempted_as(Outcome, name, work)


def attempted_as(outcome: Callable[..., S], name: str, work: Callable[[], S]) -> S:
    """The same of whatever was asked for."""
    try:
        return work()
    except ImageExportError as fault:
        return failed_as(outcome, name, fault)


def failed_as(outcome: Callable[..., S], name: str, fault: ImageExportError) -> S:
    """That nothing came of it, or that nobody knows."""
    result: Result = "Unknown" if of_fault(fault) is ExitCode.UNKNOWN else "NotDone"
    return outcome(name=name, result=result, error=to_the_person(fault.cause))


def show_outcomes(outcomes: Iterable[Outcome], output: Literal["table", "json"]) -> ExitCode:
    """Print each as it comes; answers with what the verb ends."""
    return show_each(outcomes, output, in_words)


def show_each(outcomes: Iterable[S], output: Literal["table", "json"], said: Callable[[S], str]) -> ExitCode:
    """The same of whatever was asked for, in these words."""
    shown: list[S] = []

    def seen() -> Iterator[S]:
        for one in outcomes:
            shown.append(one)
            yield one

    if output == "json":
        show_json({}, "Outcomes", seen(), dict)
    else:
        for one in seen():
            show_text(f"{MARKS[one.result]} {one.name}: {said(one)}")
    return worst([CODES[one.result] for one in shown])


def code_of(outcomes: Iterable[Outcome]) -> ExitCode:
    """With what a verb ends of which all this came."""
    return worst([CODES[one.result] for one in outcomes])


def followed(deployed: Deployed, outcomes: Iterable[Outcome], every_s: float) -> Iterator[Outcome]:
    """The same after the end of each export that is under way: Done where it is Completed, and where there is none."""
    asked = list(outcomes)
    ids = [one.export.export_id for one in asked if one.export]
    try:
        ended = (
            {export.export_id: export for export in follow(deployed, ids, every_s=every_s, stderr=True)} if ids else {}
        )
    except ImageExportError as fault:
        yield from (failed_as(Outcome, one.name, fault) if one.export else one for one in asked)
        return
    for one in asked:
        export = ended[one.export.export_id] if one.export else None
        yield _ended(one, export) if export else one


def _ended(outcome: Outcome, export: Export) -> Outcome:
    if export.status == "Completed":
        return replace(outcome, export=export, result="Done", next=None)
    return replace(outcome, export=export, result="NotDone", next=outcome.next or RETRY.format(export.export_id))


def in_words(outcome: Outcome) -> str:
    """On one line, without the name."""
    if outcome.error:
        return cause_in_words(outcome.error)
    if outcome.note or outcome.export is None:
        return outcome.note or ""
    known = outcome.export.export_id == outcome.name
    said = status(outcome.export) if known else f"{outcome.export.export_id} is {status(outcome.export)}"
    return f"{said} Next: {outcome.next}" if outcome.next else said


def status(export: Export) -> str:
    """How an export stands."""
    after = f": {cause_in_words(export.error)}" if export.error else f" ({export.reason})" if export.reason else ""
    return f"{export.status}{after}"
