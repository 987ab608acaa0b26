"""The commands of pages in `docs/`, typed as they stand there: each answers with the status that is shown."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import HANGS_S

from .entrance import TOKEN
from .world import World

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("http-api.md", "emulator.md")
BLOCK = re.compile(r"^```console\n([\s\S]*?)^```$", re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*(?:\n  .*)*)\n?((?:(?!\$ ).*\n?)*)", re.MULTILINE)
SAID = re.compile(r"^HTTP/1\.1 [^\r\n]+|\"(?:Code|Reason)\": \"[^\"]*\"", re.MULTILINE)
BETWEEN = "@@ the next command @@"


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Each command of a page, but those that start the emulator, and what it is shown to answer."""
    for text in BLOCK.findall(page):
        yield from (found for found in COMMAND.findall(text) if not found[0].startswith("make "))


def said(output: str) -> list[str]:
    """Status lines, codes and reasons: what is the same in every session."""
    return SAID.findall(output)


@pytest.mark.parametrize("name", PAGES)
def test_the_session_answers_what_is_shown(world: World, name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    shown = [*commands(page)]
    script = f"\necho '{BETWEEN}'\n".join(command for command, _ in shown).replace("my-token", TOKEN)
    environment = {
        "PATH": os.environ["PATH"],
        "HTTP": str(world.emulator.http_trigger),
        "ENDPOINT": world.emulator.endpoint,
    }
    done = subprocess.run(  # noqa: S603 - the page's own commands
        ["bash", "-uc", script],  # noqa: S607 - whichever bash there is
        env=environment, capture_output=True, text=True, check=True, timeout=HANGS_S,
    )  # fmt: skip
    assert [said(output) for output in done.stdout.split(BETWEEN)] == [said(output) for _, output in shown]
    assert len(shown) == page.count("\n$ ") - page.count("\n$ make ")
