"""What holds for every test: no claim rests on how fast the machine is, and processes run this checkout's code."""

import os

import pytest
from hypothesis import settings

from tests.commands import CODE
from tests.entrance import TOKEN, Entrance
from tests.fake_world import FakeWorld

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
os.environ.update(CODE)


@pytest.fixture
def world() -> FakeWorld:
    """A world in memory, in which nothing has happened. Folders whose tests have another say so."""
    return FakeWorld()


@pytest.fixture
def entrance(world: FakeWorld) -> Entrance:
    """The HTTP entrance of that world, asked with a token that may do everything."""
    return Entrance(world, TOKEN)
