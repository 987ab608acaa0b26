"""Notify targets that do not answer, over the wire: whoever asks has an answer, and what waits is started."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alicloud_emulator.running import RunningEmulator

from .conftest import still_emulator
from .entrance import Entrance
from .world import FUNCTION, World

TARGETS = (("eventbridge", "PutEvents"), ("fc", "InvokeFunction"))


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[RunningEmulator]:
    """One of its own: what it holds is nobody else's."""
    with still_emulator(tmp_path) as running:
        yield running


def test_a_request_is_answered_while_both_targets_hang_and_calls_neither(
    world: World, entrance: Entrance, emulator: RunningEmulator
) -> None:
    for service, action in TARGETS:
        emulator.fault(service, action, "hold")
    answer = entrance.post(world.image())
    assert (answer.status, answer.value["Status"]) == (202, "Exporting")
    assert [len(emulator.calls(action)) for _, action in TARGETS] == [0, 0]


def test_a_bus_that_is_slow_holds_up_neither_the_start_nor_the_other_target_in_the_same_tick(world: World) -> None:
    ends, waits = world.image(), world.image()
    world.emulator.post("quotas", {"concurrent_exports": 1})
    world.request(ends)
    world.pass_time(61)
    world.request(waits)
    world.emulator.fault("eventbridge", "PutEvents", "slow", times=9, delay_s=1.5)
    world.pass_time(700)
    assert (len(world.tasks_of(waits)), world.kinds(ends, FUNCTION)) == (1, ["Started", "Completed"])
    before = [call["action"] for call in world.emulator.calls_after(0)]
    assert max(_places(before, "ExportImage")) < max(_places(before, "PutEvents"))


def _places(calls: list[str], action: str) -> list[int]:
    return [place for place, one in enumerate(calls) if one == action]
