"""The emulated cloud as a fixture."""

from collections.abc import Iterator

import pytest

from alicloud_emulator.cloud import Settings
from tests.emulator.world import World, running
from tests.ground import OPEN


@pytest.fixture
def world() -> Iterator[World]:
    """A cloud without functions whose clock all but stands: time passes when the test says so."""
    with running(Settings(speed=0.01, ground=OPEN)) as world:
        yield world
