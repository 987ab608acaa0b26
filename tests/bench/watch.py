"""Row "watch": one tick with 1,000 exports running in one region and 10,000 waiting there for room, beside a history
that grows. What a tick costs must not grow with it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from math import ceil

from alicloud_emulator.ecs.exports import ExportOrder
from alicloud_emulator.ecs.plan import Plan
from alicloud_emulator.ecs.task import Task
from image_export.use_cases.watch.sweep import MARKERS
from tests.bench import prepared_exports
from tests.bench.line import RATIO, Line
from tests.bench.world import BenchWorld, Invoked, bench_world, progress
from tests.flow.world import ACCOUNT, BUCKET, REGION

RUNNING, WAITING = 1_000, 10_000
TASKS_A_CALL = 100
LISTINGS_MOST = 7  # one of them of the watcher's own facts
LISTED_AFTER_S = 60  # a new task is not listed at once, and looked at by itself until it is
ENDED = 10
LOOKS = ("ecs DescribeTasks", "oss ListObjectsV2")
OLD = "2026-01-01T00:00:00Z"  # no sweep for new images finds them


class Region:
    """A region full of exports, laid bit by bit."""

    def __init__(self, world: BenchWorld) -> None:
        self._world = world
        self._now = world.cloud.clock.now()
        self._numbers = count()
        self.tasks: list[Task] = []

    def run(self, exports: int) -> None:
        """So many more run; there is room for no other."""
        life = prepared_exports.running(self._now)
        for _ in range(exports):
            image_id = self._image()
            self.tasks.append(self._start(image_id))
            self._lay(life, image_id, self.tasks[-1].id)
        self._world.cloud.quotas.concurrent_exports = len(self.tasks)  # for each region

    def wait(self, exports: int) -> None:
        """So many more wait."""
        life = prepared_exports.waiting(self._now)
        for _ in range(exports):
            self._lay(life, self._image())

    def finish(self, exports: int) -> None:
        """So many more have been exported, told and forgotten."""
        life = prepared_exports.done(self._now)
        for _ in range(exports):
            number = next(self._numbers)
            self._lay(life, f"m-bp1{number:017d}", f"t-bp1{number:017d}")

    def _image(self) -> str:
        image_id = f"m-bp1{next(self._numbers):017d}"
        fields = {"RegionId": REGION, "ImageId": image_id, "ImageName": "golden-web", "Status": "Available"}
        self._world.cloud.ecs.images.create({**fields, "CreationTime": OLD})
        return image_id

    def _start(self, image_id: str) -> Task:
        image = self._world.cloud.ecs.images.find(image_id, REGION, ACCOUNT)
        prefix = "nightly" + prepared_exports.words_of(prepared_exports.HOME, image_id, "").own_prefix
        order = ExportOrder(
            image=image,
            bucket=BUCKET,
            prefix=prefix,
            image_format="raw",
            account_id=ACCOUNT,
            plan=Plan(outcome="stall"),
        )
        return self._world.cloud.ecs.exports.start(order)

    def _lay(self, life: prepared_exports.Life, image_id: str, task_id: str = prepared_exports.TASK) -> None:
        for key, body in life.of(image_id, task_id):
            self._world.put(key, body)


@contextmanager
def full_region(running: int, waiting: int) -> Iterator[tuple[BenchWorld, Region]]:
    """A world whose watcher has looked at it once: sessions are there, the group is on hold, the sweeps are done."""
    with bench_world() as world:
        region = Region(world)
        region.run(running)
        region.wait(waiting)
        world.advance(LISTED_AFTER_S)
        world.tick()
        yield world, region


def rows(sizes: Sequence[int]) -> Iterator[Line]:
    """A tick without work, one for each size of the history, and one in which exports have ended."""
    with full_region(running=0, waiting=0) as (world, _):
        yield Line(what="nothing runs and nothing waits", value=world.tick().total)
    with full_region(RUNNING, WAITING) as (world, region):
        ticks: dict[int, Invoked] = {}
        for size in sizes:
            progress(f"watch: laying {size:,} done exports")
            region.finish(size - max(ticks, default=0))
            world.tick()  # sweeps that have become due meanwhile
            ticks[size] = world.tick()
            yield from _tick_lines(f"{size:,} done", ticks[size])
        first, last = ticks[min(ticks)], ticks[max(ticks)]
        what = f"calls with {max(ticks):,} done ÷ calls with {min(ticks):,}"
        yield Line(what=what, value=last.total / first.total, unit=RATIO, bar=1.0)
        yield _change_line(world, region, last)
        world.advance(LISTED_AFTER_S)
        world.remove(MARKERS)
        hourly = world.tick().total - last.total
        yield Line(what="once an hour: the names of all that is open, by the thousand", value=hourly)


def _tick_lines(case: str, tick: Invoked) -> Iterator[Line]:
    yield Line(what=f"{case}: DescribeTasks", value=tick.calls[LOOKS[0]], bar=ceil(RUNNING / TASKS_A_CALL))
    yield Line(what=f"{case}: ledger listings", value=tick.calls[LOOKS[1]], bar=LISTINGS_MOST)
    others = ", ".join(f"{number} {action}" for action, number in sorted(tick.others(*LOOKS).items()))
    yield Line(what=f"{case}: one probe for room, and the rest", value=tick.others(*LOOKS).total(), note=others)
    yield Line(what=f"{case}: tick", value=tick.seconds, unit="s", note=f"peak {tick.peak_mb:.0f} MB")


def _change_line(world: BenchWorld, region: Region, quiet: Invoked) -> Line:
    for task in region.tasks[:ENDED]:
        world.cloud.ecs.tasks.end(task, "Failed", world.cloud.clock.now())
    tick = world.tick()
    more = (tick.total - quiet.total) / ENDED
    return Line(what="for each export that ended, and the one started in its place", value=more)
