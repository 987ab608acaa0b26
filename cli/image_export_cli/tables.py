"""Rows as a table of the terminal's width, or as one JSON document; both are printed as the rows come.

A table's widths follow from its first rows. What is longer is folded on a terminal, so that nothing is lost, or said
shorter where a column knows how. It stands whole in a pipe, where other programs read it.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple

import click
import msgspec
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MEASURED = 100  # rows of which the widths follow
GAP = 2  # columns between two cells
NARROWEST = 8  # of a cell that is folded
LINES = 2  # of a cell that can be said shorter


class Column(NamedTuple):
    """A column: its title, a row's text there, and how it looks. `folds`: gives way where there is little room.

    `short` says a row's text again, for a terminal with so many columns there, where it would take over two lines.
    """

    title: str
    text: Callable[[Any], str]
    style: Callable[[Any], str] = lambda _: ""
    right: bool = False
    folds: bool = False
    short: Callable[[Any, int], str] | None = None


class Printing(Console):
    """Rich would end with 1 where the reader has gone, which says something else (pipes.py)."""

    def on_broken_pipe(self) -> None:
        """Let whoever runs the verb see it. Called while the fault is handled."""
        raise

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """A blank for each character by which a stranger's text would move the cursor or turn text around."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=CONTROLS.sub(" ", segment.text))


def terminal(*, stderr: bool = False) -> Console:
    """What all verbs print to: plain text where NO_COLOR is set, whole lines where it is no terminal."""
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    return Printing(stderr=stderr, emoji=False, highlight=False, color_system=colours)


def show_table(columns: Sequence[Column], rows: Iterable[Any], *, none: str = "", stderr: bool = False) -> int:
    """Print the rows; `none` is said on stderr where there are none. Answers how many there were.

    `stderr`: they stand beside the answer, as what is about to be done.
    """
    console, coming = terminal(stderr=stderr), iter(rows)
    first = list(islice(coming, MEASURED))
    if not first:
        show_text(none, stderr=True) if none else None
        return 0
    widths, count = _widths(columns, first, console.width if console.is_terminal else None), 0
    for part in _parts(first, coming):
        if console.is_terminal:
            console.print(_table(columns, widths, part, header=not count))
        else:
            _print_plain(columns, widths, part, header=not count, stderr=stderr)
        count += len(part)
    return count


def table_of(columns: Sequence[Column], rows: list[Any], room: int) -> Table:
    """The rows, of which there must be some, in so many columns: for what redraws itself."""
    return _table(columns, _widths(columns, rows, room), rows, header=True)


def show_json(head: Mapping[str, Any], name: str, rows: Iterable[Any], tail: Callable[[], Mapping[str, Any]]) -> int:
    """One document: the fields of `head`, the rows under `name`, then the fields of `tail`. Answers how many rows."""
    before = "".join(f"  {_encoded(key)}: {_encoded(value)},\n" for key, value in head.items())
    click.echo(f"{{\n{before}  {_encoded(name)}: [", nl=False)
    count = 0
    for row in rows:
        click.echo(f"{',' if count else ''}\n    {_encoded(row)}", nl=False)
        count += 1
    after = "".join(f",\n  {_encoded(key)}: {_encoded(value)}" for key, value in tail().items())
    click.echo(f"{chr(10) + '  ' if count else ''}]{after}\n}}")
    return count


def show_text(text: str, *, stderr: bool = False) -> None:
    """Print a sentence: on a terminal it is wrapped between words, elsewhere it stands whole."""
    console = terminal(stderr=stderr)
    if console.is_terminal:
        console.print(Text(text))
    else:
        click.echo(CONTROLS.sub(" ", text), err=stderr)


def show_document(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _parts(first: list[Any], rest: Iterator[Any]) -> Iterator[list[Any]]:
    yield first
    while part := list(islice(rest, 1)):  # as they come
        yield part


def _widths(columns: Sequence[Column], rows: list[Any], room: int | None) -> list[int]:
    """As wide as the widest cell. Where there is too little room, those that fold give way, first between words."""
    cells = [[column.title, *(column.text(row) for row in rows)] for column in columns]
    widths = [max(map(cell_len, texts)) for texts in cells]
    folding = [number for number, column in enumerate(columns) if column.folds] or [len(columns) - 1]
    words = [
        0 if column.short else max(cell_len(word) for text in texts for word in text.split() or [""])
        for column, texts in zip(columns, cells, strict=True)
    ]
    over = sum(widths) + GAP * (len(columns) - 1) - (room or sys.maxsize)
    for least in ([max(width, NARROWEST) for width in words], [NARROWEST] * len(columns)):
        while over > 0 and (wider := [number for number in folding if widths[number] > least[number]]):
            widths[max(wider, key=widths.__getitem__)] -= 1
            over -= 1
    return widths


def _table(columns: Sequence[Column], widths: list[int], rows: list[Any], *, header: bool) -> Table:
    table = Table(box=None, show_header=header, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        side: Literal["left", "right"] = "right" if column.right else "left"
        table.add_column(column.title, width=width, overflow="fold", justify=side, no_wrap=not column.folds)
    for row in rows:
        cells = (_cell(column, row, width) for column, width in zip(columns, widths, strict=True))
        table.add_row(*(Text(cell, style=column.style(row)) for cell, column in zip(cells, columns, strict=True)))
    return table


def _cell(column: Column, row: Any, width: int) -> str:
    text = column.text(row)
    too_long = column.short and len(_folded(text, width)) > LINES
    return "\n".join(cut(column.short(row, width), width, LINES)) if too_long and column.short else text


def cut(text: str, width: int, lines: int = 1) -> list[str]:
    """The text on at most so many lines of a width, with … where it goes on."""
    folded = _folded(text, width)
    if len(folded) <= lines:
        return folded
    rest = Text(" ".join(folded[lines - 1 :]))
    rest.truncate(width, overflow="ellipsis")
    return [*folded[: lines - 1], rest.plain]


def middle(text: str, room: int) -> str:
    """The text, or its beginning and its end where there is no room for more: names that differ often do at the end."""
    if cell_len(text) <= room or room < 3:
        return text
    return f"{text[: room // 2]}…{text[len(text) - (room - 1) // 2 :]}"


def name_column(name: Callable[[Any], str]) -> Column:
    """A column of names, which on a terminal take two lines at most."""
    return Column("IMAGE", name, folds=True, short=lambda row, width: middle(name(row), width * LINES))


def _folded(text: str, width: int) -> list[str]:
    return [line.plain.rstrip() for line in Text(text).wrap(Console(), width, overflow="fold")]


def _print_plain(columns: Sequence[Column], widths: list[int], rows: list[Any], *, header: bool, stderr: bool) -> None:
    for cells in (
        *([[column.title for column in columns]] if header else []),
        *([column.text(row) for column in columns] for row in rows),
    ):
        padded = (
            " " * (width - cell_len(cell)) + cell if column.right else cell + " " * (width - cell_len(cell))
            for column, width, cell in zip(columns, widths, cells, strict=True)
        )
        click.echo(CONTROLS.sub(" ", (" " * GAP).join(padded)).rstrip(), err=stderr)
