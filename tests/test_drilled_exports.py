"""An export says when it was last drilled, how high that came, and what it came to (docs/http-api.md)."""

from typing import Any

import pytest

from image_export.values import ledger_keys as keys
from image_export.values.drill.facts import Drilled

from .entrance import Entrance
from .fake_world import FakeWorld

DRILL = ("DrilledAt", "DrillVerdict", "DrillLevel")


@pytest.fixture
def export(world: FakeWorld, entrance: Entrance) -> str:
    """A Completed one."""
    export = str(entrance.post().value["ExportId"])
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    return export


def drilled(world: FakeWorld, export: str, verdict: Any, level: int) -> None:
    """The note that a drill leaves."""
    note = Drilled(drill_id="dri-abcdefghijklmnop", export_id=export, verdict=verdict, level=level, seconds=1500)
    world.context().ledger.put(keys.DrilledExport(export).key, note)


def shown(entrance: Entrance, export: str) -> tuple[Any, ...]:
    """What the export says of its last drill."""
    value = entrance.get(export).value
    assert value["Status"] == "Completed"
    return tuple(value[name] for name in DRILL)


def test_an_export_that_was_never_drilled_says_nothing_of_drills(entrance: Entrance, export: str) -> None:
    assert shown(entrance, export) == (None, None, None)


def test_its_last_drill_is_told_and_lists_ask_for_none(world: FakeWorld, entrance: Entrance, export: str) -> None:
    drilled(world, export, "Proved", 6)
    drilled(world, export, "Failed", 1)
    at, *rest = shown(entrance, export)
    assert rest == ["Failed", 1]
    assert at.endswith("Z")
    (listed,) = entrance.page().value["Exports"]
    assert [listed[name] for name in DRILL] == [None, None, None]


def test_a_note_that_nobody_understands_hides_no_export(world: FakeWorld, entrance: Entrance, export: str) -> None:
    world.context().ledger.put(keys.DrilledExport(export).key, {"Verdict": "Splendid", "Level": 6})
    assert shown(entrance, export) == (None, None, None)


@pytest.mark.parametrize("verdict", ["Proved", "Unproven", "Failed"])
def test_what_a_drill_writes_is_what_an_export_reads(
    world: FakeWorld, entrance: Entrance, export: str, verdict: str
) -> None:
    drilled(world, export, verdict, 4)
    assert shown(entrance, export)[1:] == (verdict, 4)
