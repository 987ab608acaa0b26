"""The check of words finds what is long, and nothing else."""

import pytest

from tests.words import faults

PLAIN = "The watcher looks every minute. It asks for tasks by the hundred.\n"
LONG = "a " * 40 + "word.\n"


def test_plain_prose_has_no_fault() -> None:
    assert faults("a.md", PLAIN) == []


def test_a_sentence_of_more_than_40_words_is_named_by_its_first_line() -> None:
    first, *_ = faults("a.md", PLAIN * 9 + "\n" + LONG)
    assert first.startswith("a.md:11: a sentence of 41 words, at most 40: a a")


@pytest.mark.parametrize(
    "around",
    ["```\n{}```\n", "~~~ text\n{}~~~\n", "`{}`\n", "# {}", "    {}"],
    ids=["fence", "tilde", "inline", "heading", "indented"],
)
def test_code_and_headings_are_not_judged(around: str) -> None:
    assert faults("a.md", PLAIN + "\n" + around.format(LONG)) == []


@pytest.mark.parametrize("before", ["- ", "12. ", "> ", "| a | ", "**Bold.** "])
def test_items_quotes_cells_and_what_is_bold_are_judged(before: str) -> None:
    assert "a sentence of" in faults("a.md", PLAIN * 9 + "\n" + before + LONG)[-1]


def test_a_parenthesis_of_more_than_12_words_is_named() -> None:
    (found,) = faults(
        "a.md", PLAIN + "It is so\n(one two three four five six seven eight nine ten eleven twelve more).\n"
    )
    assert found.startswith("a.md:1: a parenthesis of 13 words, at most 12: (one two")


def test_sentences_of_more_than_16_words_on_average_are_named() -> None:
    (found,) = faults("a.md", ("A" + " word" * 16 + ".\n") * 3)
    assert found == "a.md:0: 17.0 words a sentence on average, at most 16"


@pytest.mark.parametrize(("columns", "found"), [(100, 0), (101, 1)])
def test_a_line_of_more_than_100_columns_is_named(columns: int, found: int) -> None:
    line = "The watcher looks " + "a" * (columns - 18)
    assert len(faults("a.md", f"{line}\n")) == found
    assert faults("a.md", f"| {line} |\n\n```\n{line}\n```\n\n[a]: {line}\n\n{line.replace(' ', '-')}\n") == []


@pytest.mark.parametrize(("name", "lines", "found"), [("README.md", 201, 1), ("README.md", 200, 0), ("a.md", 201, 0)])
def test_readme_has_200_lines_at_most(name: str, lines: int, found: int) -> None:
    assert len(faults(name, "\n" * lines)) == found
