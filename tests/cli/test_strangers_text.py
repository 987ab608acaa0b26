"""What a stranger has named, or answered, moves no cursor of whoever looks at it."""

import pytest
from rich.text import Text

from image_export_cli.deployment.finding import wrong
from image_export_cli.report import Report
from image_export_cli.tables import Column, show_table, show_text, terminal

EVIL = "\x1b]0;title\x07\x1b[2J\u202eevil \x9b31m"
CONTROLS = "\x1b\x07\x9b\u202e"


@pytest.fixture(params=[False, True], ids=["a pipe", "a terminal"])
def _anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    if request.param:
        monkeypatch.setenv("TTY_COMPATIBLE", "1")


@pytest.mark.usefixtures("_anywhere")
def test_controls_in_a_finding_are_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    Report().show([wrong("slack:images", f"Did not take the message: {EVIL}", EVIL, EVIL)])
    said = capsys.readouterr().out
    assert "evil" in said
    assert not set(CONTROLS.replace("\x1b", "")) & set(said)
    assert "\x1b]" not in said
    assert "\x1b[2J" not in said


def test_controls_in_a_table_and_in_a_line_are_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([Column("Name", str)], [EVIL])
    terminal().print(Text(EVIL))
    show_text(EVIL)
    said = capsys.readouterr().out
    assert said.count("evil") == 3
    assert not set(CONTROLS) & set(said)
