"""`python -m tests.made_tables`: write the tables of docs/ that are made from the code, and nothing else in them."""

import sys
from collections.abc import Callable

from image_export.values.log_events import SECTIONS
from tests.documents import ROOT, filled, markdown_table


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


def main() -> int:
    """Write them."""
    for name, (document, make) in MADE.items():
        file = ROOT / document
        file.write_text(filled(file.read_text(encoding="utf-8"), name, make()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
