"""One emulator for the tests of a worker; faults and readings are put back after each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.running import RunningEmulator

from .entrance import OLDER_TOKEN, TOKEN, Entrance, accepting
from .world import World, still_functions


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """One for all tests of a worker."""
    with still_emulator(tmp_path_factory.mktemp("flow")) as running:
        yield running


@contextmanager
def still_emulator(folder: Path) -> Iterator[RunningEmulator]:
    """In which nothing happens by itself."""
    functions = still_functions(folder, **accepting(OLDER_TOKEN, TOKEN))
    arguments = ("--functions", str(functions), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "functions.log") as running:
        yield running


@pytest.fixture
def world(emulator: RunningEmulator) -> Iterator[World]:
    """The world, with nothing wrong in it."""
    readings: dict[str, Any] = emulator.get("unsure")
    emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
    yield World(emulator)
    emulator.delete("faults")
    emulator.post("release")
    emulator.post("unsure", readings)


@pytest.fixture
def entrance(world: World) -> Entrance:
    """The HTTP entrance of the world, asked with a token."""
    return Entrance(world.emulator.http_trigger)
