"""The doctor in front of an emulated cloud of its own, on which a test makes the mistakes that people make."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.world import running

from .deployment import EmulatedDeployment, files_of, settings_of


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[EmulatedDeployment]:
    """A deployment in which nothing is wrong; its files may be changed before the doctor comes."""
    files = files_of(tmp_path)
    with running(settings_of(files)) as world:
        yield EmulatedDeployment(world, files)
