"""docs/numbers.md keeps what was measured, each row by itself, with the machine that it was measured on."""

import re

import pytest

from tests.bench.__main__ import ROWS
from tests.bench.line import RATIO, Line
from tests.bench.numbers import DOCUMENT, Machine, kept
from tests.documents import ROOT

EMPTY = """# Numbers
<!-- made: watch -->
old
<!-- end of watch -->
<!-- made: nightly -->
keep
<!-- end of nightly -->
"""
MACHINE = Machine("2026-11-24", "3.10.1", 2, 0.25)
TEXT = (ROOT / DOCUMENT).read_text(encoding="utf-8")


def test_a_row_is_written_with_its_machine_and_the_others_stay() -> None:
    lines = [Line(what="calls", value=1000, bar=2000, note="a|b"), Line(what="growth", value=1.5, unit=RATIO, bar=1.0)]
    text = kept(EMPTY, "watch", lines, MACHINE)
    assert "Measured 2026-11-24, Python 3.10.1, 2 cores, load 0.2 before it." in text
    table = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert table == ["| growth | 1.50 x | 1.00 x, broken |  |", "| calls | 1,000 calls | 2,000 calls | a\\|b |"]
    assert "old" not in text
    assert text.endswith("<!-- made: nightly -->\nkeep\n<!-- end of nightly -->\n")


def test_a_row_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for makespan"):
        kept(EMPTY, "makespan", [], MACHINE)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_was_measured_and_no_count_is_over_its_bar(row: str) -> None:
    """Times are of the machine and its load, which stand beside them."""
    section = TEXT.partition(f"<!-- made: {row} -->")[2].partition(f"<!-- end of {row} -->")[0]
    assert re.search(r"Measured \d{4}-\d\d-\d\d, Python 3\.\d+\.\d+, \d+ cores, load \d+\.\d before it\.", section)
    assert section.count("\n| ") > 2
    assert not re.findall(r"^\| .* calls, broken \|.*$", section, re.MULTILINE)
