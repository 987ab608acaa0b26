"""After every way in which a drill ends there is something to do, and what `drill` says of it is whole. Pure."""

from datetime import datetime, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.values.drill.drill import LEVELS, Drill, Level, LevelVerdict
from image_export.values.export import RequestedBy
from image_export_cli.drill import rows
from image_export_cli.drill.advice import ADVICE, what_now

DRILL = Drill(
    drill_id="dri-m4x6p3wzab5ck7q2",
    name="monthly",
    export_id="exp-rtfyr2rqf6qlm2su-0001",
    account_id="1234567890123456",
    region_id="cn-hangzhou",
    source_image_id="m-bp1source",
    manifest="oss://acme/x.manifest.json",
    restore_id="res-k7q2m4x6p3wzab5c",
    status="Completed",
    requested_at=datetime(2026, 11, 24, tzinfo=timezone.utc),
    requested_by=RequestedBy(trigger="nightly", id="monthly"),
)


def ended(verdict: LevelVerdict, *levels: LevelVerdict, **more: Any) -> Drill:
    """A drill that has climbed so far."""
    climbed = tuple(
        Level(number=number, name=name, verdict=level, why="so it is")
        for number, (name, level) in enumerate(zip(LEVELS, levels, strict=False), 1)
    )
    return replace(DRILL, verdict=verdict, levels=climbed, **more)


def test_each_level_has_advice_for_each_bad_end() -> None:
    assert set(ADVICE) == {(verdict, name) for verdict in ("Failed", "Unproven") for name in LEVELS}


@pytest.mark.parametrize(
    ("drill", "status", "message", "command"),
    [
        (ended("Proved", "Proved", "Proved"), "Proved", "Nothing is to be done", None),
        (ended("Failed", "Failed"), "Failed: Imported", "does not come back", "image-export export m-bp1source"),
        (
            ended("Failed", "Proved", "Proved"),
            "Failed: the restore took longer than the policy's restore_within",
            "came back too late",
            None,
        ),
        (
            ended("Unproven", "Proved"),
            "Unproven: it ended before every level was tried",
            "Drill the export again",
            "image-export drill run exp-rtfyr2rqf6qlm2su-0001 --name monthly",
        ),
        (ended("Unproven", "Proved", "Unproven", "Proved"), "Unproven: Checked", "Image check has said nothing", None),
        (
            ended("Failed", "Proved", "Unproven", "Proved", "Failed"),
            "Failed: Spoke",
            "look at its console",
            "image-export restore exp-rtfyr2rqf6qlm2su-0001",
        ),
    ],
)
def test_an_end_says_what_decided_it_and_what_to_do(
    drill: Drill, status: str, message: str, command: str | None
) -> None:
    assert rows.status(drill) == status
    (step,) = what_now(drill)
    assert (message in step.message, step.command) == (True, command)


def test_what_goes_on_is_looked_at_again_or_called_off() -> None:
    commands = [step.command for step in what_now(replace(DRILL, status="Listening"))]
    assert commands == [None, *(f"image-export drill {verb} dri-m4x6p3wzab5ck7q2" for verb in ("show", "cancel"))]


def test_why_stands_beside_the_level_that_decided() -> None:
    assert rows.in_words(ended("Failed", "Proved", "Failed")) == "Failed: level 2 Checked, so it is"
    assert rows.in_words(ended("Proved", "Proved", "Proved")) == "Proved: level 2 Checked, so it is"
    assert rows.in_words(replace(DRILL, status="Restoring", reason="Cancelling")) == "Restoring: Cancelling"
