"""A worker dies at any one call, before or after its effect: others finish the export, once (docs/protocol.md#p1, #p2).

The calls are those of an undisturbed export, counted here.
"""

from collections.abc import Callable
from typing import Any

import pytest

from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import Died, Faults


class DyingAt(Faults):
    """The worker dies at the n-th call, whatever it is; everybody after it lives."""

    def __init__(self, number: int, *, after: bool) -> None:
        super().__init__()
        self.left = number
        self._dies_after = after
        self.calls: list[str] = []

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self.calls.append(call)
        self.left -= 1
        if self.left == 0 and not self._dies_after:
            raise Died
        result = super().run(call, effect)
        if self.left == 0:
            raise Died
        return result


def life(faults: Faults) -> FakeWorld:
    """One image's life: told by an event, repeated by FC where it was not answered, ticked to its end."""
    world = FakeWorld()
    world.store.faults = world.cloud.faults = faults
    if not world.surviving(world.tell):
        world.tell()
    for _ in range(12):
        world.surviving(lambda: world.tick(minutes=5))
        for task_id, running in world.cloud.running.items():
            if running.task.status == "Processing":
                world.cloud.finish(task_id)
    for _ in range(3):
        world.surviving(lambda: world.tick(hours=1))
    return world


UNDISTURBED = DyingAt(0, after=False)
life(UNDISTURBED)
EVERY_CALL = range(1, len(UNDISTURBED.calls) + 1)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "number", EVERY_CALL, ids=lambda number: f"{number}-{UNDISTURBED.calls[number - 1].replace(' ', '-')}"
)
def test_whichever_call_a_worker_dies_at_the_export_is_made_once_and_delivered(number: int, after: bool) -> None:
    world = life(DyingAt(number, after=after))
    assert len(world.cloud.running) == 1
    assert len(world.keys("/requested")) == len(world.keys("/ended")) == 1
    for target in (BUS, FUNCTION):
        ids = {event["id"] for name, event in world.notifier.delivered if name == target}
        assert {one.rsplit(".", 1)[1] for one in ids} == {"Started", "Completed"}
        assert len(ids) == 2
    assert not world.keys("open/")
    assert not [key for key in world.store.objects if key.startswith(("due/", "running/", "waiting/"))]


def test_an_undisturbed_export_makes_the_calls_that_were_counted() -> None:
    assert "export_image" in UNDISTURBED.calls
    assert len(UNDISTURBED.calls) > 40
