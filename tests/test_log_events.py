"""The table of log events and the code say the same: each event that is logged has a row, with its level and fields."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from image_export.values.log_events import EVENTS, EVERY_LINE, OF_AN_EXPORT
from tests.documents import ROOT, filled
from tests.fakes import FakeLog, UndocumentedError
from tests.made_tables import MADE

FUNCTIONS = ROOT / "functions" / "image-export"
TABLE = FUNCTIONS / "image_export" / "values" / "log_events"
SOURCES = [file for file in sorted(FUNCTIONS.rglob("*.py")) if TABLE not in file.parents]
LEVELS = {"debug", "info", "warning", "error"}
# The events whose names are put together, by how the code does that.
PUT_TOGETHER = {
    "f'export.{result.outcome}'": {"export.started", "export.refused", "export.void"},
    "f'export.{kind}'": {"export.completed", "export.failed", "export.cancelled"},
    "f'restore.{kind}'": {"restore.completed", "restore.failed", "restore.cancelled"},
    "'nightly.finished' if answer.finished else 'nightly.paused'": {"nightly.finished", "nightly.paused"},
}


class Logged(NamedTuple):
    """A call that logs."""

    where: str
    event: str
    level: str
    fields: frozenset[str]


def is_a_log(called: ast.expr) -> bool:
    """`log`, `self._log`, `outside.log`, `warm.logged(context)`, or a method of one, as `say`."""
    return ast.unparse(called).split("(")[0].split(".")[-1].lstrip("_") in {"log", "logged"}


def levels_of(call: ast.Call) -> set[str]:
    """The levels at which a call logs; none where it is no call of a log."""
    if isinstance(call.func, ast.Attribute) and is_a_log(call.func.value):
        return {call.func.attr} & LEVELS
    return {"warning", "error"} if isinstance(call.func, ast.Name) and call.func.id == "say" else set()


def names_of(event: ast.expr) -> set[str]:
    """The events that the first argument may name."""
    if isinstance(event, ast.Constant):
        return {str(event.value)}
    return PUT_TOGETHER[ast.unparse(event)]


def logged() -> Iterator[Logged]:
    """Every call of a log in what is deployed."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                fields = {"exception" if word.arg == "exc_info" else word.arg for word in node.keywords if word.arg}
                for level in sorted(levels_of(node)):
                    for event in sorted(names_of(node.args[0])):
                        yield Logged(f"{file.name}:{node.lineno}", event, level, frozenset(fields))


CALLS = list(logged())


def test_the_calls_of_the_log_are_found() -> None:
    assert len(CALLS) > 60
    assert {"export.doubled", "library.warned", "instance.started", "nightly.paused"} <= {one.event for one in CALLS}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.event} {call.where}")
def test_each_call_of_the_log_stands_in_the_table_with_its_level_and_fields(call: Logged) -> None:
    row = EVENTS[call.event]
    assert call.level in row.level.split()
    assert call.fields <= {*row.fields.split(), *OF_AN_EXPORT}


def test_each_row_is_logged_somewhere_at_each_of_its_levels() -> None:
    found = {(one.event, one.level) for one in CALLS}
    rows = {(row.name, level) for row in EVENTS.values() for level in row.level.split()}
    assert rows - found == {("line.too_long", level) for level in LEVELS}  # edges/logs.py puts it in place of a line
    assert found <= rows


def test_each_field_of_the_table_is_written_somewhere() -> None:
    words = {
        node.arg or "" if isinstance(node, ast.keyword) else str(node.value)
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword | ast.Constant)
    }
    told = {field for row in EVENTS.values() for field in row.fields.split()}
    assert told - words - {"exception"} == set()  # structlog makes `exception` of exc_info


def test_no_field_that_every_line_has_is_told_of_one_event() -> None:
    assert not [row.name for row in EVENTS.values() if set(row.fields.split()) & set(EVERY_LINE)]


@pytest.mark.parametrize(
    ("event", "level", "fields"),
    [
        ("export.tripled", "error", {}),
        ("export.doubled", "info", {}),
        ("export.doubled", "error", {"colour": "red"}),
    ],
)
def test_the_fake_log_of_all_tests_takes_no_line_that_the_table_does_not_have(
    event: str, level: str, fields: dict[str, str]
) -> None:
    with pytest.raises(UndocumentedError):
        getattr(FakeLog(), level)(event, **fields)


def test_no_function_imports_the_table() -> None:
    program = "import sys, index; sys.exit(any('log_events' in name for name in sys.modules))"
    importers = [file for file in SOURCES if "log_events" in file.read_text(encoding="utf-8")]
    done = subprocess.run([sys.executable, "-c", program], cwd=FUNCTIONS, check=False)  # noqa: S603 - our own program
    assert (importers, done.returncode) == ([], 0)


@pytest.mark.parametrize("name", MADE)
def test_a_table_that_the_code_makes_stands_in_its_document(name: str) -> None:
    document, make = MADE[name]
    text = (ROOT / document).read_text(encoding="utf-8")
    assert filled(text, name, make()) == text, "make docs writes it"


def test_a_document_without_a_place_for_its_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="made: log events"):
        filled("nothing", "log events", [])
