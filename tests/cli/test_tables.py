"""Rows on a terminal of 80 columns, in a pipe, and as one JSON document; and options before and after the verb."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from image_export_cli import options
from image_export_cli.main import command as main_command
from image_export_cli.tables import Column, cut, middle, name_column, show_json, show_table

LONG = "a rule wants images that are tagged with backup=daily, and this one is not: it has no such tag"
COLUMNS = (
    Column("IMAGE", lambda row: row["id"]),
    Column("GIB", lambda row: str(row["gib"]), right=True),
    Column("REASON", lambda row: row["reason"], folds=True),
)


def rows(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {"id": f"m-{number:03}", "gib": number, "reason": LONG if number % 2 else "it is wanted"}


class Terminal(io.StringIO):
    """Standard output as a terminal has it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    return Terminal()


def test_on_a_terminal_a_table_keeps_to_its_columns_and_loses_no_word(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        assert show_table(COLUMNS, rows(150)) == 150
    lines = terminal.getvalue().splitlines()
    assert lines[0].split() == ["IMAGE", "GIB", "REASON"]
    assert max(map(len, lines)) <= 80
    assert " ".join("".join(lines).split()).count("it has no such tag") == 75
    assert sum(line.startswith("m-") for line in lines) == 150
    assert "\x1b" not in terminal.getvalue()


def test_where_there_is_little_room_words_stay_whole_as_long_as_they_can(terminal: Terminal) -> None:
    columns = [Column(name, lambda row: row, folds=True) for name in ("ONE", "TWO")]
    columns += [Column("THREE", lambda _: "ConcurrentQuotaExceed", folds=True)]
    with redirect_stdout(terminal):
        show_table(columns, ["a place in cn-hangzhou and in ap-southeast-1"])
    assert terminal.getvalue().count("ap-southeast-1") == 2
    assert terminal.getvalue().count("ConcurrentQuotaExceed") == 1
    assert max(map(len, terminal.getvalue().splitlines())) <= 80


def test_a_column_that_knows_how_says_more_than_two_lines_shorter_and_ends_with_dots(terminal: Terminal) -> None:
    columns = [
        Column("ID", lambda row: f"m-{row}"),
        Column("SAID", lambda row: "word " * row, folds=True, short=lambda row, _: "short " + "brief " * row),
    ]
    with redirect_stdout(terminal):
        show_table(columns, [2, 29, 31, 60])
    lines = [line.split() for line in terminal.getvalue().splitlines()]
    assert (lines[1], lines[2][:3]) == (["m-2", "word", "word"], ["m-29", "word", "word"])
    assert (len(lines), lines[4][:3], lines[6][:3]) == (8, ["m-31", "short", "brief"], ["m-60", "short", "brief"])
    assert lines[7][-1].endswith("…")


@pytest.mark.parametrize(
    ("text", "width", "lines", "wanted"),
    [
        ("one two", 10, 1, ["one two"]),
        ("one two three", 8, 1, ["one two…"]),
        ("one two three", 8, 2, ["one two", "three"]),
        ("one two three four", 8, 2, ["one two", "three f…"]),
        ("abcdefghij", 4, 2, ["abcd", "efg…"]),
    ],
)
def test_what_is_cut_ends_with_dots_and_is_as_wide_as_there_is_room(
    text: str, width: int, lines: int, wanted: list[str]
) -> None:
    assert cut(text, width, lines) == wanted


@pytest.mark.parametrize(
    ("text", "room", "wanted"),
    [("golden-web", 10, "golden-web"), ("golden-web-1", 10, "golde…eb-1"), ("golden-web-12", 7, "gol…-12")],
)
def test_of_a_name_that_is_too_long_beginning_and_end_are_left(text: str, room: int, wanted: str) -> None:
    assert middle(text, room) == wanted
    assert len(wanted) <= room


def test_names_take_two_lines_and_the_words_beside_them_stay_whole(terminal: Terminal) -> None:
    columns = [
        Column("EXPORT", lambda _: "exp-mwkh3htwuwqi6f7n-0001"),
        name_column(lambda row: row),
        Column("STATUS", lambda _: "Failed: InvalidOSSBucket.EncryptUnsupported", folds=True),
    ]
    with redirect_stdout(terminal):
        show_table(columns, ["golden-" + "web-server-" * 9 + "1", "golden-" + "web-server-" * 9 + "2"])
    lines = terminal.getvalue().splitlines()
    assert (len(lines), max(map(len, lines)) <= 80) == (5, True)
    assert [line.count("InvalidOSSBucket.EncryptUnsupported") for line in lines] == [0, 0, 1, 0, 1]
    assert [line.split()[0][-8:] for line in lines[2::2]] == ["server-1", "server-2"]


def test_rows_behind_the_first_ones_are_printed_as_they_come_and_stand_in_the_same_columns(terminal: Terminal) -> None:
    seen = []

    def coming() -> Iterator[dict[str, object]]:
        for number, row in enumerate(rows(103)):
            seen.append(terminal.getvalue().count("m-"))
            yield row | {"reason": "short"} if number else row

    with redirect_stdout(terminal):
        show_table(COLUMNS, coming())
    assert seen[100:] == [100, 101, 102]
    assert len({line.index("short") for line in terminal.getvalue().splitlines() if "short" in line}) == 1


def test_in_a_pipe_each_row_is_one_whole_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_table(COLUMNS, rows(3)) == 3
    assert capsys.readouterr().out.splitlines() == [
        "IMAGE  GIB  REASON",
        "m-000    0  it is wanted",
        f"m-001    1  {LONG}",
        "m-002    2  it is wanted",
    ]


def test_where_there_are_no_rows_that_is_said_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_table(COLUMNS, [], none="No export fits.") == 0
    assert capsys.readouterr() == ("", "No export fits.\n")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_as_json_all_is_one_document(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_json({"Policy": "policy.yaml"}, "Images", rows(count), lambda: {"Total": count}) == count
    document = json.loads(capsys.readouterr().out)
    assert [*document] == ["Policy", "Images", "Total"]
    assert document["Images"] == [*rows(count)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], ("s.yaml", "table")),
        (["--deployment", "a.yaml", "--output", "json", "VERB"], ("a.yaml", "json")),
        (["VERB", "--deployment", "b.yaml", "--output", "json"], ("b.yaml", "json")),
        (["--deployment", "a.yaml", "--output", "json", "VERB", "--functions", "b.yaml"], ("b.yaml", "json")),
    ],
)
def test_deployment_and_output_may_be_said_before_the_verb_or_after_it(
    arguments: list[str], said: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []

    @click.command()
    @options.of_deployment
    @options.of_output
    def verb(deployment: Path, output: str) -> None:
        heard.append((str(deployment), output))

    monkeypatch.setattr(type(main_command), "get_command", lambda *_: verb)
    given = arguments if "VERB" in arguments else [*arguments, "VERB"]
    assert CliRunner().invoke(main_command, given).exit_code == 0
    assert heard == [said]


def test_another_output_is_refused() -> None:
    done = CliRunner().invoke(main_command, ["--output", "xml", "doctor"])
    assert done.exit_code == 2
    assert os.linesep.join(["'xml' is not one of 'table', 'json'"]) in done.output
