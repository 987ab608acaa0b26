"""Lines that break between words: at the width of the terminal, and not at all where there is none."""

import textwrap

from rich.console import Console
from rich.text import Text

WIDE = 200  # columns, where there is no terminal to say how many
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
