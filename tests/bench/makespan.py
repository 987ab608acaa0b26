"""Row "makespan": a night's exports against a quota of four at a time in each of two regions. The watcher keeps the
slots full: nothing ends much later than the tasks themselves take, and a tick's wait for each wave.

The watcher's timer ticks by the cloud's clock, which runs fast between invocations.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heapreplace
from math import ceil

from alicloud_emulator.ecs.task import Task
from tests.bench.line import RATIO, Line
from tests.bench.world import BenchWorld, bench_world, progress

REGIONS = ("cn-hangzhou", "ap-southeast-1")
EXPORTS, SLOTS = 40, 4  # in each region
LENGTHS_S = (400, 510, 570, 680, 820, 960, 1_200)
TICK_S = 60
SPEED = 300.0
WITHIN_S = 400
SEED = 7
OLD = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What became of a region's exports, in seconds of the cloud's clock."""

    region_id: str
    slots: int
    lengths_s: list[float]  # in the order of their start
    idle_s: list[float]  # how long the slot of each had been empty
    makespan_s: float

    @property
    def waits_s(self) -> int:
        """A tick for each wave: whoever ends is seen to have ended by the next tick."""
        return TICK_S * ceil(len(self.lengths_s) / self.slots)

    @property
    def least_s(self) -> float:
        """All slots full to the end."""
        return sum(self.lengths_s) / self.slots

    @property
    def in_order_s(self) -> float:
        """The same tasks in the same order without any wait: slots are empty at the end alone."""
        slots = [0.0] * self.slots
        for length_s in self.lengths_s:
            heapreplace(slots, slots[0] + length_s)
        return max(slots)


def spans(exports: int, slots: int, lengths_s: Sequence[int]) -> list[Span]:
    """A night of so many exports in each region, from its first moment to the end of the last task."""
    with bench_world(speed=SPEED, ticking=True) as world:
        world.cloud.quotas.concurrent_exports = slots
        dice = random.Random(SEED)  # noqa: S311 - lengths, not secrets
        for number in range(exports * len(REGIONS)):
            fields = {"RegionId": REGIONS[number % len(REGIONS)], "ImageId": f"m-bp1{number:017d}"}
            fields |= {"ImageName": "golden-web", "Status": "Available", "CreationTime": OLD}
            world.cloud.ecs.images.create({**fields, "_export": {"takes_s": dice.choice(lengths_s)}})
        began = world.cloud.clock.now()
        world.invoke("on_nightly", b"")
        _wait(world, exports * len(REGIONS))
        return [_span(region, slots, list(world.cloud.ecs.tasks), began) for region in REGIONS]


def _wait(world: BenchWorld, exports: int) -> None:
    """Until every export has ended and been told."""
    until = time.monotonic() + WITHIN_S
    while world.keys("open/") or len(list(world.cloud.ecs.tasks)) < exports:
        if time.monotonic() > until:
            raise RuntimeError(f"still open after {WITHIN_S} s: {len(world.keys('open/'))} exports")
        time.sleep(0.1)


def _span(region: str, slots: int, tasks: list[Task], began: datetime) -> Span:
    mine = [task for task in tasks if task.order.image.region == region]
    ends = sorted(task.ended_at for task in mine if task.ended_at)
    emptied = [began] * slots + ends
    return Span(
        region_id=region,
        slots=slots,
        lengths_s=[task.takes.total_seconds() for task in mine],
        idle_s=[(task.created - empty).total_seconds() for task, empty in zip(mine, emptied, strict=False)],
        makespan_s=(ends[-1] - began).total_seconds(),
    )


def rows(_sizes: Sequence[int]) -> Iterator[Line]:
    """Both regions."""
    progress(f"makespan: {EXPORTS * len(REGIONS)} exports")
    for span in spans(EXPORTS, SLOTS, LENGTHS_S):
        where, worked_s = span.region_id, span.makespan_s - span.waits_s
        least = f"{where}: makespan, less a tick for each wave, ÷ (task time ÷ slots)"
        yield Line(what=least, value=worked_s / span.least_s, unit=RATIO, bar=1.1)
        in_order = f"{where}: the same ÷ the tasks in this order without a wait"
        yield Line(what=in_order, value=worked_s / span.in_order_s, unit=RATIO, bar=1.1)
        yield Line(what=f"{where}: makespan", value=round(span.makespan_s), unit="s", note="of the cloud's clock")
        yield Line(what=f"{where}: longest that a slot was empty", value=round(max(span.idle_s)), unit="s")
        note = f"{len(span.lengths_s)} tasks, {span.slots} slots"
        yield Line(what=f"{where}: task time ÷ slots", value=round(span.least_s), unit="s", note=note)
