"""`python -m tests.words`: are README and docs/ short and plain? Exits 1 where a limit is broken, and names the line.

Prose is judged without code, headings and link targets; the text in the cells of tables is judged like prose, but for
its width. It judges length alone: whether a sentence is true, or reads well, is for people.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
README_LINES, COLUMNS = 200, 100
MEAN_WORDS, MOST_WORDS, PARENTHESIS_WORDS = 16, 40, 12
FENCES = ("```", "~~~")
LIST_ITEM = re.compile(r"(?:[-*+]|\d+\.)\s+")
SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[A-Z\"'(]|CODE)")


class Line(NamedTuple):
    """A line of a document, and whether it is code between fences, or a fence."""

    number: int
    text: str
    is_code: bool

    @property
    def is_row(self) -> bool:
        """Of a table."""
        return self.text.lstrip().startswith("|")


class Passage(NamedTuple):
    """Prose that belongs together, from this line on: a paragraph, an item of a list or a cell of a table."""

    number: int
    text: str
    is_cell: bool = False

    @property
    def sentences(self) -> list[str]:
        """Of two words at least, each piece of code as one word."""
        text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", self.text)
        text = re.sub(r"`[^`]*`", "CODE", text).replace("*", "")
        return [one for one in SENTENCE_END.split(text) if len(one.split()) > 1]


def lines_of(text: str) -> list[Line]:
    """The lines of a document."""
    lines, fenced = [], False
    for number, line in enumerate(text.splitlines(), 1):
        is_fence = line.strip().startswith(FENCES)
        lines.append(Line(number, line, fenced or is_fence))
        fenced ^= is_fence
    return lines


def passages(lines: list[Line]) -> Iterator[Passage]:
    """The prose of a document."""
    number, paragraph = 0, list[str]()
    for line in [*lines, Line(0, "", is_code=False)]:
        text = line.text.strip()
        item = LIST_ITEM.match(text)
        ends = line.is_code or not text or text.startswith(("|", "#", "<", "[!"))
        if paragraph and (ends or item):
            yield Passage(number, " ".join(paragraph))
            paragraph = []
        if line.is_row and not line.is_code:
            yield from (Passage(line.number, cell, is_cell=True) for cell in text.strip("|").split(" | "))
        if ends or (line.text.startswith("    ") and not paragraph):
            continue
        number = number if paragraph else line.number
        paragraph.append(text[item.end() :] if item else text)


def too_wide(lines: list[Line]) -> Iterator[tuple[int, str]]:
    """Lines over the width, but for code, tables, definitions of links, and what has no blank to break at."""
    for line in lines:
        exempt = line.is_code or line.text.startswith(("|", "[")) or len(line.text.split()) < 3
        if len(line.text) > COLUMNS and not exempt:
            yield line.number, f"{len(line.text)} columns, at most {COLUMNS}"


def too_long(passage: Passage) -> Iterator[tuple[int, str]]:
    """Sentences and parentheses of too many words."""
    for sentence in passage.sentences:
        if (words := len(sentence.split())) > MOST_WORDS:
            yield passage.number, f"a sentence of {words} words, at most {MOST_WORDS}: {sentence[:70]}…"
        for inside in re.findall(r"\(([^()]*)\)", sentence):
            if (words := len(inside.split())) > PARENTHESIS_WORDS:
                yield passage.number, f"a parenthesis of {words} words, at most {PARENTHESIS_WORDS}: ({inside[:60]}…"


def too_wordy(lengths: list[int]) -> Iterator[tuple[int, str]]:
    """A mean over the limit."""
    if lengths and mean(lengths) > MEAN_WORDS:
        yield 0, f"{mean(lengths):.1f} words a sentence on average, at most {MEAN_WORDS}"


def faults(name: str, text: str) -> list[str]:
    """What is wrong with a document, by line."""
    lines = lines_of(text)
    prose = list(passages(lines))
    found = list(too_wide(lines))
    if name == "README.md" and len(lines) > README_LINES:
        found.append((len(lines), f"{len(lines)} lines, at most {README_LINES}"))
    for passage in prose:
        found += too_long(passage)
    found += too_wordy([len(one.split()) for passage in prose if not passage.is_cell for one in passage.sentences])
    return [f"{name}:{number}: {said}" for number, said in sorted(found)]


def main() -> int:
    """Judge each document by itself: a short one cannot pay for a wordy one."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = [one for file in documents for one in faults(str(file.relative_to(ROOT)), file.read_text(encoding="utf-8"))]
    for one in found:
        print(one)  # noqa: T201 - a command's output
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
