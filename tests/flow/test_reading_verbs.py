"""What every verb that looks keeps to: one document, 80 columns, plain where asked, calm when its reader leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from jsonschema_rs import Draft202012Validator

from alicloud_emulator.running import RunningEmulator
from image_export_cli.main import VERBS, main
from image_export_cli.pipes import CLOSED
from tests.commands import CODE, run_here
from tests.patience import HANGS_S
from tests.terminals import COLUMNS

from .test_replay import environment
from .world import ROOT, World


class Stood(NamedTuple):
    """What there is to look at: an export that failed, and its image."""

    export: str
    image: str


class Look(NamedTuple):
    """A command line, the schema of its document, and how it ends."""

    said: Callable[[Stood], tuple[str, ...]]
    schema: str
    code: int = 0


LOOKS = {
    "list": Look(lambda _: ("list",), "exports"),
    "show ID": Look(lambda stood: ("show", stood.export), "shown-export"),
    "show IMAGE": Look(lambda stood: ("show", stood.image), "shown-images"),
    "watch": Look(lambda stood: ("watch", stood.export), "exports", 1),  # the export has failed
    "plan": Look(lambda _: ("plan",), "plan", 1),  # something would start
    "policy check": Look(lambda _: ("policy", "check"), "policy-check"),
    "doctor": Look(lambda _: ("doctor", "--no-test-event"), "examination", 1),  # the timers are off
    "events list": Look(lambda _: ("events", "list"), "events"),
    "token list": Look(lambda _: ("token", "list"), "token-list"),
}
OTHERS = {"export", "cancel", "retry", "pause", "resume", "policies", "demo", "layer", "package", "schemas"}
OTHERS |= {"restore", "drill"}  # test_restore_verbs.py, test_drill_verbs.py
PLAIN = {"no color": {"NO_COLOR": "1", "TERM": "xterm-256color"}, "dumb": {"TERM": "dumb"}}
EXACT = " " * 4  # what is to be copied is never broken


@pytest.fixture(scope="module")
def stood(emulator: RunningEmulator) -> Iterator[Stood]:
    """Long names, an image that waits for its night, a token, and something that failed."""
    world = World(emulator)
    image = world.image("fail", ImageName="golden-with-a-name-that-is-quite-long-for-a-table-of-80-columns")
    export = str(world.tell(image)["Exports"][0]["ExportId"])
    world.follow(image)
    world.image(ImageName="golden-that-waits-for-its-night")
    assert asked(world, "token", "new", "looking").returncode == 0
    yield Stood(export, image)
    assert asked(world, "token", "revoke", "looking").returncode == 0


def asked(world: World, *said: str, terminal: bool = False, **environ: str) -> subprocess.CompletedProcess[str]:
    """What a verb says to somebody with keys."""
    command = [*said, "--deployment", str(ROOT / "s.yaml")]
    return run_here(main, command, {**environment(world), **environ}, terminal=terminal)


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> Look:
    """One after another."""
    return LOOKS[request.param]


def test_every_verb_is_held_to_this_or_does_not_only_look() -> None:
    assert {name.split()[0] for name in LOOKS} | OTHERS == set(VERBS)


def test_as_json_it_is_one_document_of_its_schema(world: World, stood: Stood, look: Look) -> None:
    ran = asked(world, *look.said(stood), "--output", "json")
    schema = json.loads((ROOT / "schemas" / f"{look.schema}.json").read_text(encoding="utf-8"))
    assert ran.returncode == look.code
    Draft202012Validator(schema).validate(json.loads(ran.stdout))


@pytest.mark.parametrize("plain", PLAIN)
@pytest.mark.parametrize("name", sorted(LOOKS.keys() - {"watch"}))  # which redraws itself on a terminal
def test_on_a_terminal_it_fits_80_columns_and_is_plain_where_that_is_asked_for(
    world: World, stood: Stood, name: str, plain: str
) -> None:
    ran = asked(world, *LOOKS[name].said(stood), terminal=True, COLUMNS=str(COLUMNS), **PLAIN[plain])
    lines = (ran.stdout + ran.stderr).splitlines()
    assert (ran.returncode, "\x1b" in ran.stdout + ran.stderr) == (LOOKS[name].code, False)
    assert [line for line in lines if len(line) > COLUMNS and not (name == "doctor" and line.startswith(EXACT))] == []
    assert len(lines) > 0


def test_a_reader_that_leaves_ends_it_without_a_word(world: World, stood: Stood, look: Look) -> None:
    ours, theirs = os.pipe()
    command = [sys.executable, "-m", "image_export_cli", *look.said(stood)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, env={**CODE, **environment(world)}, stdout=theirs, stderr=subprocess.PIPE
    ) as reading:
        os.close(ours)
        os.close(theirs)
        _, said = reading.communicate(timeout=HANGS_S)
    assert (reading.returncode, said) == (CLOSED, b"")
