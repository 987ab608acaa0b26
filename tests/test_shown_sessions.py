"""A session that README or docs/ show on the emulator is what a reader sees: each is typed into a shell, as it stands.

The block says ```console emulator```, and behind that what the emulator is started with; or ```console alone```, where
the command starts what it needs. Names and numbers that change from run to run may differ; all else must come, in the
order that is shown, with anything in place of `…`. Of two pages, which are one session each, status lines, codes and
reasons are compared.
"""

import hashlib
import os
import re
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alicloud_emulator.running import RunningEmulator
from tests.documents import ROOT, Block, Command, blocks
from tests.patience import HANGS_S

SESSIONS = [block for block in blocks() if block.language == "console" and block.words[:1] == ("emulator",)]
ALONE = [block for block in blocks() if block.language == "console" and block.words == ("alone",)]
PAGES = ("docs/emulator.md", "docs/http-api.md")
SAID = re.compile(r"^HTTP/1\.1 [^\r\n]+|\"(?:Code|Reason)\": \"[^\"]*\"", re.MULTILINE)
TOKEN = "my-token"
TOKENS = {"IMAGE_EXPORT_HTTP_TOKENS": hashlib.sha256(TOKEN.encode()).hexdigest()}
CHANGES = {
    r"(?<=-\d{4}  )\d\d-\d\d \d\d:\d\d\b": "TIME",  # behind an ExportId, in a list
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?": "TIME",
    r"(?<![a-z0-9])[mt]-bp1[a-z0-9]{17}(?![a-z0-9])": "ID",
    r"(?<![a-z0-9])nightly[a-z2-7]{13}(?![a-z0-9])": "PREFIX",
    r"\bexp-[a-z2-7]{16}": "EXPORT",  # its hash is of the account and region, too
    r"\bres-[a-z2-7]{16}": "RESTORE",
    r"\bdri-[a-z2-7]{16}": "DRILL",
    r"-restored-[a-z2-7]{8}\b": "-restored-ID",
    r"\brejected-[0-9a-f]+": "REJECTED",
    r"\btold-(\w+)-[0-9a-f]*": r"told-\1",
    r"\b[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b|\b1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}\b": "REQUEST",
    r"\b[0-9A-F]{32}\b": "ETAG",
    r"\b\d{15,20}\b": "CRC64",
    r"\b\d+%": "PERCENT",
    # An image is found by whichever comes first, which on a busy machine is now one and now the other.
    r"An event that told of the image \(id acs\.ecs/": "FOUND",
    r"The watcher, which had found the image by itself \(id sweep-": "FOUND",
}


class Shell:
    """One shell for a session, so that what a command sets is there for the next one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["/bin/bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
            text=True,
        )

    def type(self, line: str) -> str:
        """What comes of a command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\necho; echo '-- done'\n")
        self._process.stdin.flush()
        printed = iter(self._process.stdout.readline, "-- done\n")
        return "".join(printed)

    def close(self) -> None:
        """End it."""
        self._process.communicate("exit\n", timeout=HANGS_S)


def faceless(text: str) -> str:
    """The text without what differs from run to run, its lines joined: long answers are broken in documents."""
    for pattern, word in CHANGES.items():
        text = re.sub(pattern, word, text)
    return " ".join(text.split())


def is_shown(prints: str, printed: str) -> bool:
    """Whether each piece that is said to be printed was, in that order."""
    at, printed = 0, faceless(printed)
    for piece in map(faceless, prints.split("…")):
        at = printed.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def consider(shell: Shell, command: Command) -> None:
    """Type a command until it prints what is shown: the emulator's cloud takes its time for some of it."""
    until = time.monotonic() + HANGS_S / 10
    while not is_shown(command.prints, printed := shell.type(command.line)):
        assert time.monotonic() < until, f"$ {command.line}\n{printed}\nbut this is shown:\n{command.prints}"
        time.sleep(0.5)


def name_of(session: Block) -> str:
    """By its last command."""
    return f"{session.document}: {session.commands[-1].line[:40]}"


def see_all(session: Block, **environment: str) -> None:
    """Type all of it into one shell."""
    shell = Shell({"PATH": "/usr/bin:/bin", **environment})
    for command in session.commands:
        consider(shell, command)
    shell.close()


def pass_the_night(emulator: RunningEmulator) -> None:
    """Let the nightly timer go by, which would export again what a session lets fail: the next is minutes away."""
    now = datetime.fromisoformat(emulator.get("clock")["now"])
    night = now.replace(hour=18, minute=5)  # s.yaml: two o'clock in Shanghai
    emulator.advance(((night - now) % timedelta(days=1)).total_seconds())


@pytest.mark.prove
@pytest.mark.parametrize("session", SESSIONS, ids=name_of)
def test_a_session_on_the_emulator_is_what_a_reader_sees(session: Block, tmp_path: Path) -> None:
    log = tmp_path / "emulator.log"
    with RunningEmulator(*session.words[1:], log=log, environment=TOKENS) as emulator:
        if not session.words[1:]:  # as fast as it is by itself
            pass_the_night(emulator)
        see_all(
            session,
            ENDPOINT=emulator.endpoint,
            HTTP=emulator.http_trigger or "",
            IMAGE_EXPORT_ENDPOINT=emulator.endpoint,
            ALIBABA_CLOUD_ACCESS_KEY_ID=emulator.access_key_id,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET=emulator.access_key_secret,
        )


@pytest.mark.prove
@pytest.mark.parametrize("session", ALONE, ids=name_of)
def test_a_session_that_needs_nothing_is_what_a_reader_sees(session: Block) -> None:
    see_all(session)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers_what_is_shown(page: str, tmp_path: Path) -> None:
    shown = [block for block in blocks() if (block.document, block.language, block.words) == (page, "console", ())]
    commands = [one for block in shown for one in block.commands if not one.line.startswith("make ")]
    with RunningEmulator(log=tmp_path / "emulator.log", environment=TOKENS) as emulator:
        shell = Shell({"PATH": os.environ["PATH"], "ENDPOINT": emulator.endpoint, "HTTP": str(emulator.http_trigger)})
        printed = [shell.type(command.line) for command in commands]
        shell.close()
    assert [SAID.findall(one) for one in printed] == [SAID.findall(command.prints) for command in commands]
    assert len(commands) > 6


def test_there_are_sessions() -> None:
    assert {block.document for block in [*SESSIONS, *ALONE]} >= {"README.md", "docs/operate.md"}


@pytest.mark.parametrize(
    ("shown", "printed", "is_so"),
    [
        ("one … three", "one two three", True),
        ("three … one", "one two three", False),
        ('{"a": 1,\n "b": 2}', '{"a": 1, "b": 2}', True),
        ("2026-11-24 17:12", "2027-01-01 00:00", True),
        ("nightlykeiu444rybsca_m-bp1zgqeuno70i6ct0i6g_x", "nightlypfe2hmshcfsta_m-bp1rnnq70q6bcvtcep7i_x", True),
        ("HTTP/1.1 202", "HTTP/1.1 200", False),
        ("", "anything", True),
    ],
)
def test_what_is_shown_is_found_in_what_is_printed(shown: str, printed: str, is_so: bool) -> None:
    assert is_shown(shown, printed) is is_so
