"""What holds for every test: no claim rests on how fast the machine is, and processes run this checkout's code
and end as in the foreground."""

import os
import signal

import pytest
from hypothesis import settings

from tests.commands import CODE
from tests.entrance import TOKEN, Entrance
from tests.fake_world import FakeWorld

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
os.environ.update(CODE)
# A suite that was started in the background ignores Ctrl-C, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def world() -> FakeWorld:
    """A world in memory, in which nothing has happened. Folders whose tests have another say so."""
    return FakeWorld()


@pytest.fixture
def entrance(world: FakeWorld) -> Entrance:
    """The HTTP entrance of that world, asked with a token that may do everything."""
    return Entrance(world, TOKEN)
