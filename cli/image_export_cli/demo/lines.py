"""Lines that break between words: at the width of the terminal, and not at all where there is none. And quotations."""

import textwrap
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

WIDE = 200  # columns, where there is no terminal to say how many
PAGE = 80  # columns of a table or a quotation there
BAR = "  │ "
NARROWEST = 20


def write(console: Console, body: str, head: str = "") -> None:
    """Print `head`, which may have markup, and beside it the body, as it is. A word is never broken."""
    start = Text.from_markup(head)
    if not console.is_terminal:
        console.print(start.append(body), highlight=False, soft_wrap=True)
        return
    room = max(console.width - start.cell_len, NARROWEST)
    for number, line in enumerate(textwrap.wrap(body, room, break_long_words=False, break_on_hyphens=False)):
        beside = Text(" " * start.cell_len) if number else start
        console.print(beside + Text(line), highlight=False, soft_wrap=True)


def quote(console: Console, texts: Iterable[str]) -> None:
    """Print what somebody else was sent, behind a bar. A word that is longer than a line is broken, as in a chat."""
    room = max((min(console.width, PAGE) if console.is_terminal else PAGE) - len(BAR), NARROWEST)
    for text in texts:
        for line in textwrap.wrap(text, room, break_on_hyphens=False) or [""]:
            console.print(Text(BAR, style="dim").append(line, style="not dim"), highlight=False, soft_wrap=True)
