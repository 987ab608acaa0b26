"""The function's process is killed before and after every call that an export makes: each is made once, and delivered.

The calls are those of an undisturbed export, read from the emulator's log, cold starts and a sweep included; each is
named by its action and how many of that action came before it. FC repeats an event whose function died; the watcher's
next ticks do the rest.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from alicloud_emulator.running import RunningEmulator

from .conftest import still_emulator
from .world import World

COLD_ONLY = {("sts", "AssumeRole"), ("oss", "GetBucketVersioning")}  # what a warm instance need not do
READ_ONCE = "*/ledger/id"  # by an instance
# Cloud seconds between ticks: the end of the task, what is told again, and a start in doubt (docs/protocol.md#rule-9).
STEPS_S = (150, 61, 61, 1600, 700, 700, 700, 3600, 3600)
FEWEST_CALLS = 60
ONCE = (1, ["eventbridge Completed", "eventbridge Started", "fc Completed", "fc Started"])


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[RunningEmulator]:
    """One of its own: what other tests have left changes which calls a tick makes."""
    with still_emulator(tmp_path) as running:
        yield running


class Moment(NamedTuple):
    """The n-th call of an action in an export's life."""

    service: str
    action: str
    before: int
    key: str = "*"

    @property
    def cold(self) -> bool:
        """Whether only a new instance makes the call."""
        return (self.service, self.action) in COLD_ONLY or self.key == READ_ONCE


def moments(calls: list[dict[str, Any]]) -> Iterator[Moment]:
    """Each call, by its place among its kind."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for call in calls:
        key = READ_ONCE if fnmatchcase(call["params"].get("key") or "", READ_ONCE) else "*"
        kind = (call["service"], call["action"], key)
        yield Moment(*kind[:2], seen[kind], key)
        seen[kind] += 1


def surviving(work: Callable[[], Any]) -> None:
    """Do the work, and once more where the function's process died of it."""
    try:
        work()
    except RuntimeError:
        work()


def live(world: World, *, cold: bool) -> str:
    """An image's export, from its event to the last of what is told; answers the image."""
    world.emulator.post("quotas", {"instances": 1 if cold else 100})  # 1: each function is started anew
    world.emulator.advance(600)  # so that the first tick sweeps
    image = world.image(plan={"takes_s": 100})
    surviving(lambda: world.tell(image))
    for step_s in STEPS_S:
        world.emulator.advance(step_s)
        surviving(world.emulator.tick)
        if not world.ledger("/open/"):
            break
    return image


def killed_at(world: World, moment: Moment, kind: str) -> str:
    """Live an export whose function is killed then; answers the image, and fails where nobody was killed."""
    start = world.emulator.count_calls()
    world.emulator.fault(moment.service, moment.action, kind, skip=moment.before, key=moment.key)
    image = live(world, cold=moment.cold)
    met = [call for call in world.emulator.calls_after(start) if call["fault"] == kind]
    assert [(call["service"], call["action"]) for call in met] == [moment[:2]], f"nobody was killed at {moment}"
    return image


def what_happened(world: World, images: Iterable[str]) -> dict[str, tuple[int, list[str]]]:
    """How many tasks each image has had, and the kinds of event that each target was told, each id once."""
    state = world.emulator.get("state")
    tasks = Counter(task["ImageId"] for task in state["tasks"])
    delivered: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for one in state["received"]:
        event = one["event"]  # some are of no image: a watcher that was killed may say that it stood still
        delivered[event["data"].get("ImageId", "")].add(
            (one["target"].split(":")[0], event["type"].split(":")[-1], event["id"])
        )
    return {
        image: (tasks[image], sorted(f"{target} {kind}" for target, kind, _ in delivered[image])) for image in images
    }


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_whichever_call_the_function_is_killed_at_the_export_is_made_once_and_delivered(
    world: World, kind: str, record_property: Callable[[str, object], None]
) -> None:
    live(world, cold=True)
    start = world.emulator.count_calls()
    live(world, cold=True)
    plan = list(moments(world.emulator.calls_after(start)))
    assert len(plan) >= FEWEST_CALLS, "an export makes more calls than that"
    killed = {moment: killed_at(world, moment, kind) for moment in plan if moment.cold}  # while nothing is warm
    live(world, cold=False)
    killed |= {moment: killed_at(world, moment, kind) for moment in plan if not moment.cold}
    seen = what_happened(world, killed.values())
    assert {moment: seen[image] for moment, image in killed.items()} == dict.fromkeys(plan, ONCE)
    assert not world.ledger("/open/")
    record_property("killed at", len(plan))
