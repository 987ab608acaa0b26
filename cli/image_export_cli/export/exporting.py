"""Sends requests to the function of events, part by part, and says what came of each. Rehearses first."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from image_export.decisions.naming import generation
from image_export.decisions.policy.eligibility import offered, return_warning
from image_export.errors import ImageExportError
from image_export.values.export import Export

from ..agreeing import agree
from ..cloud.invoking import Entrance
from ..deployed import Deployed, say
from ..deployment.files import many
from ..exit_codes import ExitCode, worst
from ..options import Acting, Output
from ..outcomes import Outcome, code_of, failed_as, followed, show_outcomes
from ..tables import Column, show_table
from .requests import Asked, Request, parts

COLUMNS = (
    Column("TO", lambda one: one.export.oss_bucket if one.export else "", folds=True),
    Column("FORMAT", lambda one: one.export.image_format if one.export else ""),
    Column("WHAT WOULD HAPPEN", lambda one: one.note or f"{one.error.code}: {one.error.message}", folds=True),
)


def rehearse(deployed: Deployed, asked: Asked, output: Output) -> ExitCode:
    """Show what would happen."""
    _say_formats(asked)
    if output == "json":
        return worst([asked.unread, show_outcomes(_rehearsed(deployed.entrance, asked.requests), output)])
    outcomes = list(_rehearsed(deployed.entrance, asked.requests))
    show_table(_columns(asked), outcomes)
    return worst([asked.unread, code_of(outcomes)])


def export(deployed: Deployed, asked: Asked, acting: Acting) -> ExitCode:
    """Ask for what would not be refused, after a question where that is for several images, or for chosen ones."""
    _say_formats(asked)
    requests = asked.requests
    rehearsed = list(_rehearsed(deployed.entrance, requests))
    able = {one.name for one in rehearsed if one.result == "Done"}
    if (asked.names or len(requests) > 1) and able:
        show_table(_columns(asked), rehearsed, stderr=True)
        agree(f"Export {len(able)} of {many(requests, 'image')}?", yes=acting.yes)
    refused = [one for one in rehearsed if one.name not in able]
    sent = _sent(deployed.entrance, [one for one in requests if one["ImageId"] in able])
    outcomes = followed(deployed, sent, acting.every_s) if acting.wait else sent
    return worst([asked.unread, show_outcomes(_all(refused, outcomes), acting.output)])


def _say_formats(asked: Asked) -> None:
    """On stderr, once for each format that is hard to restore, and that the region offers."""
    made = {(one.get("ImageFormat", "raw"), one["RegionId"]) for one in asked.requests}
    for image_format in sorted({known for known, region in made if offered(known, region) == known}):
        if warning := return_warning(image_format):
            say(f"{warning}.")


def _columns(asked: Asked) -> tuple[Column, ...]:
    """With the names of images that were chosen."""
    names = asked.names or {}
    return (Column("IMAGE", lambda one: f"{names.get(one.name, '')} {one.name}".strip(), folds=True), *COLUMNS)


def _all(refused: list[Outcome], outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    yield from refused
    yield from outcomes


def _rehearsed(entrance: Entrance, requests: Sequence[Request]) -> Iterator[Outcome]:
    """What would come of each, in words: an export that is not there yet has no name."""
    for one in _sent(entrance, [{**request, "DryRun": True} for request in requests]):
        would = one.export
        if would is None:
            yield one
        elif one.result != "Done" and generation(would.export_id) == 0:
            yield replace(one, export=None, error=would.error)
        else:
            yield replace(one, note=_would(would))


def _would(export: Export) -> str:
    if generation(export.export_id):
        return f"{export.export_id} is there already: {export.status}"
    return "it would start" if export.reason == "DryRun" else f"it would wait: {export.reason}"


def _sent(entrance: Entrance, requests: Sequence[Request]) -> Iterator[Outcome]:
    for part in parts(requests):
        try:
            yield from _part(entrance, part)
        except ImageExportError as fault:
            yield from (failed_as(Outcome, one["ImageId"], fault) for one in part)


def _part(entrance: Entrance, part: list[Request]) -> Iterator[Outcome]:
    """The answer names exports, and causes without a name: these are of the others, in the same order.

    Where they are fewer, some were kept for later: each is asked for alone then, and is the same by its token.
    """
    answer = entrance.invoke(part if len(part) > 1 else part[0])
    exports = {export.image_id: export for export in answer.exports}
    others = [one for one in part if one["ImageId"] not in exports]
    causes = dict(zip((one["ImageId"] for one in others), answer.rejected, strict=False))
    for one in part:
        image = one["ImageId"]
        if image in exports:
            yield _outcome(image, exports[image])
        elif len(others) == len(answer.rejected):
            yield Outcome(name=image, result="NotDone", error=causes[image])
        elif len(part) > 1:
            yield from _sent(entrance, [one])
        else:
            because = "; ".join(answer.ignored_because) or "the watcher records it within minutes"
            yield Outcome(name=image, result="NotDone" if answer.ignored else "Done", note=because)


def _outcome(image: str, export: Export) -> Outcome:
    return Outcome(name=image, result="NotDone" if export.status in ("Failed", "Cancelled") else "Done", export=export)
