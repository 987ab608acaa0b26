"""`python -m tests.made_tables`: write the tables of docs/ that are made from the code. Changes nothing else in them.

A document marks where its tables go by two comments, `<!-- made: NAME -->` and `<!-- end of NAME -->`.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from image_export.values.log_events import SECTIONS

ROOT = Path(__file__).parent.parent


def markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a Markdown table."""
    heads = list(heads)
    return [_row(heads), "|" + "---|" * len(heads), *(_row(cells) for cells in rows)]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def log_events() -> list[str]:
    """A table for each section of the events of the log."""
    lines = []
    for title, events in SECTIONS.items():
        rows = [
            (_code(event.name), ", ".join(event.level.split()), ", ".join(map(_code, event.fields.split())), *event[3:])
            for event in events
        ]
        lines += ["", f"### {title}", "", *markdown_table(("event", "level", "fields", "means", "what to do"), rows)]
    return [*lines[1:], ""]


def _code(word: str) -> str:
    return f"`{word}`"


MADE: dict[str, tuple[str, Callable[[], list[str]]]] = {"log events": ("docs/operate.md", log_events)}


def filled(text: str, name: str, lines: Iterable[str]) -> str:
    """The document with these lines between the two comments of this name. Raises ValueError where they are not."""
    begin, end = f"<!-- made: {name} -->", f"<!-- end of {name} -->"
    found = re.search(f"{re.escape(begin)}\n(.*?){re.escape(end)}", text, re.DOTALL)
    if found is None:
        raise ValueError(f"no place for {name}: {begin}")
    return text[: found.start(1)] + "\n" + "\n".join(lines) + "\n" + text[found.end(1) :]


def main() -> int:
    """Write them."""
    for name, (document, make) in MADE.items():
        file = ROOT / document
        file.write_text(filled(file.read_text(encoding="utf-8"), name, make()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
