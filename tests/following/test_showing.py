"""What stands in the cells and lines of exports that move."""

import io

import pytest
from rich.console import Console

from image_export.values.cause import Cause
from image_export_cli.following import rows as cells
from image_export_cli.following.showing import Lines, Live, foot, line
from tests.builders import a_record, minutes
from tests.fakes import START

from .rows import a_row


def test_gib_and_their_rate_follow_from_the_percent_and_the_start() -> None:
    row = a_row(progress="50%")
    assert (cells.status(row), cells.gib(row), cells.gib_a_minute(row)) == ("Exporting 50%", "70/140", "7.0")


def test_a_task_that_has_said_nothing_has_a_size_and_no_rate() -> None:
    row = a_row()
    assert (cells.status(row), cells.gib(row), cells.gib_a_minute(row)) == ("Exporting", "140", "")
    assert cells.gib(a_row(size_gib=0, progress="50%")) == ""


@pytest.mark.parametrize(
    ("progress", "hours", "cell", "words"),
    [
        ("50%", 1, "09:00", "ends at 09:00"),
        (None, 1, "~09:00", "ends about 09:00"),
        ("0%", 24, "~11-25 08:00", "ends about 11-25 08:00"),
    ],
)
def test_an_end_that_is_learned_is_said_as_about(progress: str | None, hours: float, cell: str, words: str) -> None:
    row = a_row(progress=progress, estimated_end=START + minutes(60 * hours))
    assert (cells.ends(row), line(row).endswith(f"  {words}")) == (cell, True)


def test_who_waits_has_a_place_and_a_reason() -> None:
    row = a_row(a_record(), queue_position=3, reason="ConcurrentQuotaExceed")
    assert cells.status(row) == "Requested, place 3: ConcurrentQuotaExceed"


def test_a_line_says_what_when_and_how_far() -> None:
    row = a_row(progress="50%", image_name="golden-web")
    assert line(row) == (
        f"2026-11-24 08:10:00  {row.export.export_id}  golden-web  prod cn-hangzhou  Exporting 50%"
        "  70/140 GiB  7.0 GiB/min"
    )
    failed = a_row(status="Failed", error=Cause(code="ExportImageFailed", message="Sector 7 is gone."), size_gib=0)
    assert line(failed).endswith("  Failed: ExportImageFailed")


def test_a_line_comes_for_each_change_and_for_nothing_else() -> None:
    out = io.StringIO()
    lines = Lines(Console(file=out, width=40))
    trouble = Cause(code="Unanswered", message="No answer.")
    for row, why in (
        (a_row(), None),
        (a_row(after=11), None),
        (a_row(progress="10%"), None),
        (a_row(progress="10%"), trouble),
        (a_row(progress="10%"), trouble),
        (a_row(progress="10%", reason="Stalled"), None),
    ):
        lines.show([row], why)
    said = out.getvalue().splitlines()
    assert [text.split("prod cn-hangzhou  ")[-1] for text in said] == [
        "Exporting  140 GiB",
        "Exporting 10%  14/140 GiB  1.4 GiB/min",
        "? Unanswered: No answer. It is tried again.",
        "Exporting 10%: Stalled  14/140 GiB  1.4 GiB/min",
    ]


def test_on_a_screen_where_rows_take_several_lines_the_counts_stand_below_them_all_the_same() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, height=12, force_terminal=True, color_system=None)
    waits = a_row(a_record(), queue_position=3, reason="ConcurrentQuotaExceed", image_name="golden-web")
    with Live(console) as live:
        live.show([waits] * 20, None)
    assert "0 running, 20 waiting, 0 ended; 16 more are not shown" in out.getvalue()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Nothing runs and nothing waits."),
        (
            [a_row(), a_row(a_record()), a_row(status="Failed")],
            "1 running, 1 waiting, 1 ended; 1 more are not shown. 2026-11-24 08:10:00 UTC",
        ),
    ],
)
def test_the_foot_counts(rows: list[cells.Row], said: str) -> None:
    assert foot(rows, 2) == said
