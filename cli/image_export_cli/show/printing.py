"""How an export or an image is shown to a person: a head, what happened, what now. Reads nothing."""

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from image_export.values.export import Export

from ..answers.exports import Entry, Next, ShownExport, ShownImage
from ..exports import COLUMNS, Shown
from ..following import rows as cells
from ..following.rows import Row
from ..hanging import show_hanging
from ..tables import Column, show_table

GIB = 2**30


def show_export(shown: ShownExport, row: Row) -> None:
    """One export; `row` is how it stands."""
    show_hanging(_head(row))
    show_hanging([("", Text())])
    show_hanging(_happened(shown.timeline))
    show_hanging([("", Text())])
    show_hanging(_next(shown.next))


def _head(row: Row) -> Iterator[tuple[str, Text]]:
    export = row.export
    named = f"{export.image_name} ({export.image_id})" if export.image_name else export.image_id
    yield "Export", Text(export.export_id, style="bold")
    yield "Image", Text(f"{named}{f', {row.size_gib} GiB' if row.size_gib else ''}")
    yield "Account, region", Text(f"{row.where} ({export.account_id})")
    yield "Status", Text(cells.status(row), style=cells.style(row))
    if export.started_at and not row.has_ended:
        yield "Progress", Text(", ".join(cells.moved(row)))
    yield "Destination", Text(f"oss://{export.oss_bucket}/{export.oss_prefix or ''}… ({export.image_format})")
    for item in export.objects:
        gone = "  gone" if item.key in export.missing_objects else ""
        yield "Object", Text(f"{item.key}  {_size(item.size)}{gone}", style="red" if gone else "")
    if export.manifest:
        yield "Manifest", Text(export.manifest)
    if export.drilled_at:
        failed = export.drill_verdict == "Failed"
        yield "Drilled", Text(_drilled(export), style="red" if failed else "")


LEVELS = ("", "Imported", "Checked", "PoweredOn", "Spoke", "Answered", "Proved")


def _drilled(export: Export) -> str:
    level = export.drill_level or 0
    height = f", as far as {LEVELS[level]}" if 0 < level < len(LEVELS) else ", and no level was proved"
    return f"{export.drill_verdict} on {export.drilled_at:%Y-%m-%d %H:%M}{height}"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / GIB:.2f} GiB" if size_bytes >= GIB / 100 else f"{size_bytes:,} bytes"


def _happened(entries: Sequence[Entry]) -> Iterator[tuple[str, Text]]:
    for entry, again in together(entries):
        message = f"{entry.message} So it was {again} times more." if again else entry.message
        yield f"{entry.at:%Y-%m-%d %H:%M:%S}", Text(message)


def together(entries: Sequence[Entry]) -> Iterator[tuple[Entry, int]]:
    """Attempts in a row that were refused for one cause, as the first of them and how many more there were.

    An export that waits for room may have hundreds.
    """
    place = 0
    while place < len(entries):
        first, again = entries[place], 0
        while _is_refused(first) and _is_the_same(first, entries[place + 1 : place + 3]):
            again, place = again + 1, place + 2
        yield first, again
        place += 1


def _is_refused(entry: Entry) -> bool:
    return entry.what == "Refused" and entry.error is not None


def _is_the_same(first: Entry, following: Sequence[Entry]) -> bool:
    """Whether the next attempt is claimed and refused like that."""
    if len(following) < 2 or following[0].what != "Claimed" or not _is_refused(following[1]):
        return False
    return first.error is not None and following[1].error is not None and first.error.code == following[1].error.code


def _next(steps: Iterable[Next]) -> Iterator[tuple[str, Text]]:
    for number, step in enumerate(steps):
        yield "" if number else "What now", Text(step.message)
        if step.command:
            yield "", Text(step.command, style="cyan")


NIGHTS = (
    Column("NIGHT", lambda night: f"{night.began_at:%Y-%m-%d %H:%M}"),
    Column("RULE", lambda night: night.decided.rule or ""),
    Column("WANTED", lambda night: "yes" if night.decided.wanted else "no"),
    Column("WHY", lambda night: night.decided.reason, folds=True),
)


def show_image(image: ShownImage, exports: Iterable[Shown]) -> None:
    """One image; `exports`: the same as rows."""
    named = f"{image.image_name} ({image.image_id})" if image.image_name else image.image_id
    since = f"{image.known_since:%Y-%m-%d %H:%M:%S}"
    show_hanging([("Image", Text(named, style="bold")), ("Known since", Text(since)), ("", Text())])
    if image.nights:
        show_table(NIGHTS, image.nights)
        show_hanging([("", Text())])
    if image.exports:
        show_table(COLUMNS, exports)
        show_hanging([("", Text())])
    show_hanging(_next(_of_image(image)))


def _of_image(image: ShownImage) -> Iterator[Next]:
    if image.exports:
        command = f"image-export show {image.exports[0].export_id}"
        yield Next(message="What happened to the newest export:", command=command)
    else:
        yield Next(message="It was never exported. Ask for it:", command=f"image-export export {image.image_id}")
