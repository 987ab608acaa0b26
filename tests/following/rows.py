"""Rows for tests."""

from typing import Any

from msgspec.structs import replace

from image_export.decisions.results.export_view import export_of
from image_export.values.record import Record
from image_export_cli.following.rows import Row
from tests.builders import a_started_record, minutes
from tests.fakes import START


def a_row(record: Record | None = None, size_gib: int = 140, after: float = 10, **changes: Any) -> Row:
    """A row of an export whose task has run for ten minutes; `changes` are those of the export."""
    export = replace(export_of(record or a_started_record()), **changes)
    return Row(export=export, at=START + minutes(after), where="prod cn-hangzhou", size_gib=size_gib)
