"""A bucket for each test, and parts small enough that a small disk has many."""

import pytest

from .world import World, in_small_parts


@pytest.fixture
def world() -> World:
    """Empty."""
    return World()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as a large disk has, for a small one."""
    in_small_parts(monkeypatch)
