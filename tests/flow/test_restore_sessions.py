"""What docs/restore.md shows is what a reader sees, where restores and drills are switched on."""

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.documents import Block, blocks
from tests.test_shown_sessions import name_of, see_all

from .drills import drilling_emulator
from .restores import restoring_emulator

EMULATORS: dict[tuple[str, ...], Any] = {("restoring",): restoring_emulator, ("drilling",): drilling_emulator}
SESSIONS = [block for block in blocks() if block.language == "console" and block.words in EMULATORS]
MINUTES, EVERY_S = 1, 0.3  # so much of the emulator's time passes at each tick; more outruns a busy machine


@pytest.mark.prove
@pytest.mark.parametrize("session", SESSIONS, ids=name_of)
def test_a_session_with_restores_is_what_a_reader_sees(session: Block, tmp_path: Path) -> None:
    over = threading.Event()
    with EMULATORS[session.words](tmp_path) as emulator:

        def pass_time() -> None:
            while not over.wait(EVERY_S):
                emulator.advance(60 * MINUTES)
                emulator.tick()

        passing = threading.Thread(target=pass_time)
        passing.start()
        try:
            see_all(
                session,
                IMAGE_EXPORT_ENDPOINT=emulator.endpoint,
                ALIBABA_CLOUD_ACCESS_KEY_ID=emulator.access_key_id,
                ALIBABA_CLOUD_ACCESS_KEY_SECRET=emulator.access_key_secret,
            )
        finally:
            over.set()
            passing.join()


def test_there_are_some_of_each() -> None:
    assert {(session.document, session.words) for session in SESSIONS} == {
        ("docs/restore.md", ("restoring",)),
        ("docs/restore.md", ("drilling",)),
    }
