"""A question before something is done: who says no, ends the input or stops the verb has nothing done."""

import os
import sys

import pexpect
import pytest

from tests.commands import CODE
from tests.patience import HANGS_S

ASKING = """
import sys
from image_export_cli.agreeing import agree
from image_export_cli.pipes import until_closed
import click

def work():
    try:
        agree("Cancel it?", yes=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    print("done")
    return 0

sys.exit(until_closed(work))
"""


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [
        ("y\n", 0, ["y", "done"]),
        ("n\n", 1, ["n", "Nothing was done."]),
        ("\n", 1, ["", "Nothing was done."]),
        ("\x04", 1, ["", "Nothing was done."]),
        ("\x03", 130, ["^C", "stopped"]),
    ],
    ids=["yes", "no", "nothing", "Ctrl-D", "Ctrl-C"],
)
def test_each_way_to_answer(key: str, code: int, said: list[str]) -> None:
    child = pexpect.spawn(sys.executable, ["-c", ASKING], env={**os.environ, **CODE}, encoding="utf-8", timeout=HANGS_S)
    child.expect(r"Cancel it\? \[y/N\]: ")
    child.send(key)
    child.expect(pexpect.EOF)
    child.close()
    lines = [line.strip("\x08^D ") if key == "\x04" else line for line in (child.before or "").splitlines()]
    assert (child.exitstatus, lines) == (code, said)
