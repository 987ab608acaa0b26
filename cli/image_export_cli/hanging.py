"""Texts that hang beside a column of labels or times: how one thing is shown whole. Reads nothing."""

from collections.abc import Iterable

from rich.padding import Padding
from rich.text import Text

from .tables import terminal

HANGING = 21  # columns of a time and its gap
Lines = Iterable[tuple[str, Text]]
"""What stands before each text, in a column of its own, and the text."""


def show_hanging(lines: Lines) -> None:
    """Beside its column, wrapped on a terminal; whole lines elsewhere."""
    console = terminal()
    for before, text in lines:
        line = Text.assemble(
            (before.ljust(HANGING) if before or text.plain else "", "bold" if before[:1].isalpha() else "")
        )
        if console.is_terminal and text.plain:
            wrapped = text.wrap(console, max(console.width - HANGING, 20), overflow="fold")
            console.print(Text.assemble(line, wrapped[0]))
            for rest in wrapped[1:]:
                console.print(Padding(rest, (0, 0, 0, HANGING)))
        else:
            console.print(Text.assemble(line, text), soft_wrap=True)
