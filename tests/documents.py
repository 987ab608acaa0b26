"""README and docs/: the commands that they show, and the tables that are made for them. Runs and writes nothing.

A document marks where what is made for it goes by two comments, `<!-- made: NAME -->` and `<!-- end of NAME -->`.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", *sorted(str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"^( *)```(\S+)(.*)\n([\s\S]*?)^\1```$", re.MULTILINE)


class Command(NamedTuple):
    """A command, and what it is said to print."""

    line: str
    prints: str = ""


class Block(NamedTuple):
    """A block of code: its language, the words behind that, and its text."""

    document: str
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def commands(self) -> list[Command]:
        """Of a `console` block the lines behind `$`, of an `sh` block every line that is no comment."""
        if self.language == "console":
            shown = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
            return [_command(one.splitlines()) for one in shown]
        lines = iter(self.text.splitlines() if self.language == "sh" else ())
        return [Command(_whole(line, lines)) for line in lines if line and not line.startswith("#")]


def blocks() -> list[Block]:
    """Every block of code of every document."""
    return [
        Block(name, language, tuple(words.split()), dedent(text))
        for name in DOCUMENTS
        for _indent, language, words, text in BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    ]


def _command(lines: list[str]) -> Command:
    rest = iter(lines[1:])
    line = _whole(lines[0], rest)
    return Command(line, "\n".join(rest))


def _whole(line: str, rest: Iterator[str]) -> str:
    """The command with the lines that go on with it: behind a backslash, or inside quotes."""
    while line.endswith("\\") or _is_open(line):
        line += "\n" + next(rest)
    return line


def _is_open(line: str) -> bool:
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return True
    return False


def markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a Markdown table."""
    heads = list(heads)
    return [_row(heads), "|" + "---|" * len(heads), *(_row(cells) for cells in rows)]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def filled(text: str, name: str, lines: Iterable[str]) -> str:
    """The document with these lines between the two comments of this name. Raises ValueError where they are not."""
    begin, end = f"<!-- made: {name} -->", f"<!-- end of {name} -->"
    found = re.search(f"{re.escape(begin)}\n(.*?){re.escape(end)}", text, re.DOTALL)
    if found is None:
        raise ValueError(f"no place for {name}: {begin}")
    return text[: found.start(1)] + "\n" + "\n".join(lines) + "\n" + text[found.end(1) :]
