"""Reads one restore and shows it: how it stands, what is otherwise, what now. Changes nothing."""

from collections.abc import Iterator

from rich.text import Text

from image_export.values.restore.restore import Restore

from ..answers.exports import Next
from ..answers.restores import ShownRestore
from ..deployed import Deployed
from ..hanging import show_hanging
from ..options import Output
from ..tables import show_document
from . import rows
from .reading import RestoreReader


def show(deployed: Deployed, output: Output, restore: str) -> None:
    """Raises AskerFault where there is none, and LedgerFault."""
    reader = RestoreReader(deployed)
    reader.ledger.check_readable()
    found = reader.named(restore)
    shown = ShownRestore(restore=found, next=tuple(what_now(found)))
    if output == "json":
        show_document(shown)
        return
    show_hanging(_head(reader.row(found)))
    show_hanging([("", Text())])
    show_hanging(_next(shown))


def _head(row: rows.Row) -> Iterator[tuple[str, Text]]:
    restore = row.restore
    yield "Restore", Text(restore.restore_id, style="bold")
    yield "Image", Text(f"{restore.image_name} ({restore.image_id or 'not made yet'})")
    yield "Of export", Text(f"{restore.export_id}, {restore.source_image_id}")
    yield "Account, region", Text(f"{row.where} ({restore.account_id})")
    yield "Status", Text(rows.status(restore), style=rows.STYLES[restore.status])
    for name, at in (
        ("Requested", restore.requested_at),
        ("Import began", restore.started_at),
        ("Ended", restore.finished_at),
    ):
        if at:
            yield name, Text(f"{at:%Y-%m-%d %H:%M:%S}")
    if restore.import_region_id:
        yield "Imported in", Text(f"{restore.import_region_id}{_temporary(restore)}")
    yield "Manifest", Text(restore.manifest)
    for source in restore.sources:
        yield "Object", Text(f"{source.oss_object}  {source.image_format}, {source.disk_image_size} GiB")
    for one in restore.differences:
        yield "Otherwise", Text(f"{one.about}: {one.found} instead of {one.wanted}", style="yellow")
    for warning in restore.warnings:
        yield "Warning", Text(warning, style="yellow")
    if restore.error:
        yield "Error", Text(rows.in_words(restore), style="red")


def _temporary(restore: Restore) -> str:
    """What has become of the image that was imported to be copied."""
    if restore.temporary_image_id is None:
        return ""
    gone = "deleted" if restore.status in rows.ENDED else "which is deleted before the restore ends"
    return f", as {restore.temporary_image_id}, {gone}"


def _next(shown: ShownRestore) -> Iterator[tuple[str, Text]]:
    for number, step in enumerate(shown.next):
        yield "" if number else "What now", Text(step.message)
        if step.command:
            yield "", Text(step.command, style="cyan")


def what_now(restore: Restore) -> Iterator[Next]:
    """What comes next, or can be done."""
    if restore.status == "Completed":
        yield Next(message="The image is Available. Start an instance of it, and see that it does what it did.")
        return
    if restore.status in rows.ENDED:
        advice = restore.error.recommend if restore.error else None
        yield Next(
            message=f"{advice or 'Nothing is left of it.'} Restore it again:",
            command=f"image-export restore {restore.export_id}",
        )
        return
    yield Next(message="The watcher goes on with it each minute. Look again, or call it off:")
    yield Next(message="", command=f"image-export restore show {restore.restore_id}")
    yield Next(message="", command=f"image-export restore cancel {restore.restore_id}")
