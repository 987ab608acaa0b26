"""A burst of image events while every twentieth call goes wrong, in every way: none lost, none exported twice.

`LOAD=1000 .venv/bin/python -m pytest -s -m prove tests/flow/test_load.py` is the long run; it prints what it measured.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alicloud_emulator.running import RunningEmulator
from tests.patience import HANGS_S

from .world import BUCKET, World, still_functions

IMAGES = int(os.environ.get("LOAD", "60"))
KINDS = (
    *("throttle", "http_500", "http_503", "garbage", "slow"),
    *("reset_before", "reset_after", "kill_before", "kill_after"),
)
FAULTY = 0.05
ROOM = {"concurrent_exports": 10_000, "weekly_exports": 100_000, "api_qps": 10_000, "instances": 6}
MINUTE_S = 61
BACK_OFF_S = 10
TICKS_MOST = 40 + 2 * IMAGES


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[World]:
    """A cloud of its own that sends ActionTrail's events by itself."""
    functions = still_functions(tmp_path)
    with RunningEmulator("--functions", str(functions), "--speed", "1", log=tmp_path / "functions.log") as emulator:
        emulator.post("quotas", ROOM)
        yield World(emulator)


def break_every_twentieth_call(world: World) -> None:
    """All kinds, equally often."""
    order = {"service": "*", "action": "*", "times": 10**9, "share": FAULTY / len(KINDS), "delay_s": 1.0}
    world.emulator.post("faults", [{**order, "kind": kind} for kind in KINDS])


def tick(world: World) -> None:
    """A minute passes; the watcher may die."""
    world.emulator.advance(MINUTE_S)
    try:
        world.emulator.tick()
    except RuntimeError:
        return


def completed(world: World) -> dict[str, set[str]]:
    """The ids of the completion events, by target."""
    ids: dict[str, set[str]] = defaultdict(set)
    for one in world.emulator.state("received"):
        if one["event"].get("type") == "imageexport:Export:Completed":
            ids[one["target"].split(":")[0]].add(one["event"]["id"])
    return ids


def all_delivered(world: World) -> bool:
    """Whether both targets know of every export."""
    ids = completed(world)
    return len(ids) == 2 and all(len(known) == IMAGES for known in ids.values())


def ended_within(world: World, most: int) -> int:
    """How many ticks it took until everybody was told and no marker was left; fails where that is too many."""
    for count in range(1, most + 1):
        tick(world)
        if count % max(1, IMAGES // 50) == 0 and all_delivered(world) and not world.ledger("/open/"):
            return count
    delivered = {target: len(ids) for target, ids in completed(world).items()}
    raise AssertionError(
        f"after {most} ticks: delivered {delivered} of {IMAGES}; {len(world.ledger('/open/'))} are open"
    )


def settled(world: World) -> bool:
    """Whether no event waits for its function any more; one that found no instance backs off, so time passes."""
    world.emulator.advance(BACK_OFF_S)
    invocations = world.emulator.state("invocations")
    return not [one for one in invocations if one["status"] in ("queued", "running", "throttled")]


@pytest.mark.prove
def test_a_burst_of_events_with_faults_of_every_kind_loses_and_repeats_nothing(crowd: World) -> None:
    break_every_twentieth_call(crowd)
    start = time.monotonic()
    images = {crowd.image(plan={"takes_s": 600}) for _ in range(IMAGES)}
    assert crowd.emulator.until(lambda: settled(crowd), within_s=HANGS_S + 3 * IMAGES), "the events are still under way"
    received_s = time.monotonic() - start
    ticks = ended_within(crowd, TICKS_MOST)
    lasted_s = time.monotonic() - start
    state, calls = crowd.emulator.get("state"), crowd.emulator.get("calls")
    assert Counter(task["ImageId"] for task in state["tasks"]) == dict.fromkeys(images, 1)
    assert {task["TaskStatus"] for task in state["tasks"]} == {"Finished"}
    assert {target: len(ids) for target, ids in completed(crowd).items()} == {"eventbridge": IMAGES, "fc": IMAGES}
    assert len([one for one in state["objects"] if one["bucket"] == BUCKET]) == 3 * IMAGES  # two disks and a manifest
    met = Counter(call["fault"] for call in calls if call["fault"])
    assert set(met) == set(KINDS) or IMAGES < 20, met
    show(received_s=received_s, lasted_s=lasted_s, ticks=ticks, calls=len(calls), faults=sum(met.values()), **met)


def show(**figures: Any) -> None:
    """For whoever runs it with `-s`, as docs/verification.md says."""
    said = "  ".join(f"{name}={value:.0f}" for name, value in figures.items())
    sys.stdout.write(f"{IMAGES} images Completed, one task each: {said}\n")
