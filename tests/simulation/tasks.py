"""What becomes of tasks and images: a cloud whose tasks finish, fail, stall, are cancelled by others, or are forgotten.

Some are not known for a while, although they run.

The readings of what no document settles (facts, UNSURE) are drawn for each life. Built on the fake that passes the
contract suite.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from image_export.use_cases.ports import ImagePage, StartExport, TaskList
from image_export.values.image import Image
from image_export.values.task import Task
from tests.fakes import TERMINAL, FakeCloud, FakeTask, refused

from .conditions import SMALL
from .odd import theirs

if TYPE_CHECKING:
    from .world import Invocation, World

FATES = {
    "finish": 60,
    "fail": 8,
    "fail silently": 3,
    "cancelled by others": 3,
    "objects late": 5,
    "object missing": 3,
    "object empty": 3,
    "object damaged": 3,
    "failed count": 3,
    "forgotten": 3,
    "finish in days": 2,
    "all but never ends": 1,
}
THEIRS = ("finish", "fail", "fail silently", "cancelled by others")
WHOLE = frozenset({"finish", "finish in days", "objects late", "forgotten"})
ENDS_IN_S = (10.0, 120.0, 600.0, 3600.0, 30000.0)
WORDS = ("Processing", "Waiting", "Paused", "Pending", "BeingVerified")  # the last is one that nobody has met
LAGS = (0, 20, 20, 300, 1140)  # seconds until a new task is listed; well below the wait of docs/protocol.md#rule-9
OBJECTS_LATE_S = 600.0
BODIES = {"object empty": b"", "object damaged": b"\x00" * 600, "object small": SMALL}
LAPSES_S = (0.0, 0.0, 60.0, 3600.0, 36000.0)  # for so long ECS does not know a task that runs, twice in its time
FLICKERS_S, KNOWS_EVERY = 2 * 86400.0, 5  # for so long only every fifth answer knows it
KEPT_S = 3 * 86400.0  # how long ECS knows a task that it will forget


@dataclass(frozen=True)
class Readings:
    """How this life's cloud reads what is UNSURE."""

    lag: timedelta
    names: str
    resource_ids: bool
    tells_image: bool
    to_the_minute: bool
    fates: tuple[str, ...]

    @staticmethod
    def drawn(random: Random, fates: tuple[str, ...] = ()) -> "Readings":
        """One of the many clouds that the documents allow."""
        return Readings(
            timedelta(seconds=random.choice(LAGS)),
            random.choice(("at once", "when finished", "when finished", "never")),
            random.random() < 0.7,
            random.random() < 0.7,
            random.random() < 0.3,
            fates or (tuple(FATES) if random.random() < 0.6 else tuple(random.sample(list(FATES), 2))),
        )


@dataclass
class LivingCloud(FakeCloud):
    """One account and region; tasks come to their ends by themselves."""

    world: "World" = field(kw_only=True)
    fates: dict[str, str] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)
    answered: dict[str, "Invocation"] = field(default_factory=dict)  # who was told of a task of ours
    forgotten: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)  # for now
    flickering: dict[str, int] = field(default_factory=dict)  # for now; how often it was asked for
    weekly: list[float] = field(default_factory=list)
    weekly_exports: int = 1000
    catalog: dict[str, Image] = field(default_factory=dict)  # what there ever was; `inventory` is what is visible now

    def export_image(self, start: StartExport) -> str:
        """Once; with credentials that have expired it is refused."""
        self.world.may_start(start)
        task_id = super().export_image(start)
        self.answered[task_id] = self.world.worker
        return task_id

    def start_task(self, start: StartExport, *, ours: bool = True) -> str:
        """A task, and when and how it will end."""
        random, world = self.world.random, self.world
        task_id = super().start_task(start)
        one = self.running[task_id]
        created = one.task.created_at.replace(second=0, microsecond=0) if world.readings.to_the_minute else None
        one.task = replace(one.task, status=random.choice(WORDS), created_at=created or one.task.created_at)
        fates = world.readings.fates if ours else THEIRS
        fate = random.choices(fates, [FATES[fate] for fate in fates])[0]
        self.fates[task_id] = fate
        ends_in = timedelta(seconds=random.choice(ENDS_IN_S if ours else ENDS_IN_S[:3]) * (0.5 + random.random()))
        ends_in = {"finish in days": timedelta(days=3), "all but never ends": timedelta(days=16)}.get(fate, ends_in)
        world.tell(f"  task {task_id} of {start.image_id} under {start.oss_prefix}: will {fate} in {ends_in}")
        world.baton.at(self.world.clock.now + ends_in, lambda: self._end(one, fate))
        if ours:
            self.ours.add(task_id)
            self._lapse(task_id, ends_in)
            self._lapse(task_id, ends_in)
        return task_id

    def _lapse(self, task_id: str, within: timedelta) -> None:
        random, baton = self.world.random, self.world.baton
        begins, lasts = self.world.clock.now + within * random.random(), timedelta(seconds=random.choice(LAPSES_S))
        if lasts:
            baton.at(begins, lambda: self.unknown.add(task_id))
            baton.at(begins + lasts, lambda: self.unknown.discard(task_id))
        if random.random() < 0.1:
            baton.at(begins, lambda: self.flickering.update({task_id: 0}))
            baton.at(begins + timedelta(seconds=FLICKERS_S), lambda: self.flickering.pop(task_id, None))

    def _knows(self, task_id: str) -> bool:
        if task_id in self.unknown:
            return False
        asked = self.flickering.get(task_id, -1) + 1
        if asked:
            self.flickering[task_id] = asked
        return asked % KNOWS_EVERY == 0

    def _check(self, start: StartExport) -> None:
        super()._check(start)
        now_s = self.clock.now.timestamp()
        self.weekly = [at for at in self.weekly if now_s - at < 7 * 86400.0]
        if len(self.weekly) >= self.weekly_exports:
            raise refused("WeeklyQuotaExceed.ExportImage")
        self.weekly.append(now_s)

    def _end(self, one: FakeTask, fate: str) -> None:
        task_id = one.task.task_id
        if one.task.status in TERMINAL:
            return
        self.world.tell(f"  task {task_id} ends: {fate}")
        if fate in ("fail", "failed count"):
            self.fail(task_id)
            if fate == "failed count":
                one.task = replace(one.task, status="Finished")
        elif fate == "fail silently":
            one.task = replace(one.task, status="Failed", finished_at=self.clock.now)
        elif fate in ("cancelled by others", "all but never ends"):
            one.task = replace(one.task, status="Deleted", finished_at=self.clock.now)
        else:
            self._finish(one, fate)

    def _finish(self, one: FakeTask, fate: str) -> None:
        task_id = one.task.task_id
        if task_id in self.ours and fate == "finish" and self.world.conditions.is_small():
            fate = self.fates[task_id] = "object small"
        body = BODIES.get(fate)
        before = dict(self.stored)
        if task_id in self.ours:
            for key in sorted(key for key in self.bodies(one.start) if f"{one.start.oss_bucket}/{key}" in before):
                self.world.breaks("no object is written over", f"{task_id} writes {key}, which was there")
        self.finish(task_id, body, leave_out=1 if fate == "object missing" else 0)
        if fate == "objects late":
            late, self.stored = self.stored, before
            appears_in = timedelta(seconds=self.world.random.random() * OBJECTS_LATE_S)
            new = {address: body for address, body in late.items() if address not in before}
            self.world.baton.at(self.world.clock.now + appears_in, lambda: self.stored.update(new))
        if self.world.readings.names == "never":
            one.task = replace(one.task, objects=())
        if fate == "forgotten":
            self.world.baton.at(self.world.clock.now + timedelta(seconds=KEPT_S), lambda: self.forgotten.add(task_id))

    def bodies(self, start: StartExport) -> dict[str, bytes]:
        """What such an export writes, whether its image is still visible or not."""
        visible, self.inventory = self.inventory, self.catalog
        try:
            return super().bodies(start)
        finally:
            self.inventory = visible

    def write(self, bucket: str, key: str, body: bytes) -> None:
        """By OSS's clock, as everything there is."""
        super().write(bucket, key, body)
        self.written_at[f"{bucket}/{key}"] = self.world.clock.now

    def image(self, image_id: str) -> Image | None:
        """With its disks, where they are listed by now."""
        return self._seen(super().image(image_id))

    def images(self, page: int, *, since: datetime | None = None) -> ImagePage:
        """The same of many."""
        found = super().images(page, since=since)
        return found._replace(images=[one for one in map(self._seen, found.images) if one])

    def _seen(self, image: Image | None) -> Image | None:
        return (
            image
            if image is None or self.world.conditions.lists_disks(self.world.clock.now)
            else replace(image, disks=())
        )

    def tasks(self, task_ids: Iterable[str]) -> list[Task]:
        """By id; whether the image is told is open."""
        return [self._told(task) for task in super().tasks(task_ids) if self._knows(task.task_id)]

    def export_tasks(self, image_id: str, *, since: datetime, until: datetime) -> TaskList:
        """By image, where that is honoured."""
        found = super().export_tasks(image_id, since=since, until=until)
        shown = [*map(self._told, found.tasks), *self.world.odd.crowd(since)]
        return TaskList(shown, found.unread)

    def _told(self, task: Task) -> Task:
        return task if self.world.readings.tells_image else replace(task, image_id=None)

    def task(self, task_id: str) -> Task | None:
        """The whole task, unless ECS has forgotten it or does not know it just now."""
        found = super().task(task_id) or theirs(task_id, self.clock.now)
        return found if task_id not in self.forgotten and self._knows(task_id) else None

    def cancel_task(self, task_id: str) -> None:
        """Only what runs can be cancelled."""

        def effect() -> None:
            one = self.running.get(task_id)
            if one is None or one.task.status in TERMINAL:
                raise refused("InvalidTaskId.IncorrectTaskStatus")
            one.task = replace(one.task, status="Deleted", finished_at=self.clock.now)

        self.faults.run("cancel_task", effect)

    def _listed(self, one: FakeTask) -> bool:
        age = self.clock.now - one.task.created_at
        return one.task.task_id not in self.forgotten and age >= self.list_lag
