"""Export tasks and their life: Waiting, Processing, and then Finished, Failed or Deleted, by the cloud's clock."""

from __future__ import annotations

import string
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alicloud_emulator.ecs.exported import object_names, written
from alicloud_emulator.ecs.service_role import arn_of, may_write
from alicloud_emulator.identity import SERVICE_ROLE, text

if TYPE_CHECKING:
    from alicloud_emulator.cloud import Cloud
    from alicloud_emulator.ecs.images import Image
    from alicloud_emulator.ecs.plan import Plan

BASE_S, PER_GIB_S = 300, 6
QUEUED = timedelta(seconds=10)
STALLED_AT = 37
Place = tuple[str, str]
# What a task says whose role has lost its rights on the way.
NOT_AUTHORIZED = "InvalidOSS.NotAuthorized", "The OSS bucket or object is not allowed to access."


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an export is to do."""

    image: Image
    bucket: str
    prefix: str
    image_format: str
    account_id: str
    plan: Plan
    role_name: str = SERVICE_ROLE  # with which ECS writes
    foreign: bool = False


@dataclass(slots=True, kw_only=True)
class Task:
    """An export on its way; `end` is set once it has ended, `objects` once they are written."""

    id: str
    order: Order
    created: datetime
    takes: timedelta
    end: str | None = None
    ended_at: datetime | None = None
    objects: list[str]  # what will be written, and what was

    @property
    def place(self) -> Place:
        """The region and account that see the task."""
        return self.order.image.region, self.order.account_id

    def status(self, now: datetime) -> str:
        """TaskStatus; a task is Waiting until its turn comes."""
        return self.end or ("Waiting" if now < self.created + min(QUEUED, self.takes / 10) else "Processing")

    def progress(self, now: datetime) -> int:
        """Percent; only an end is the end, and a task that stalls stays where it is."""
        if self.end == "Finished":
            return 100
        elapsed = (self.ended_at or now) - self.created
        return min(int(100 * elapsed / self.takes), STALLED_AT if self.order.plan.outcome == "stall" else 99)


class Tasks:
    """Every task, in the order of creation."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._tasks: dict[str, Task] = {}
        self._places: dict[Place, list[Task]] = defaultdict(list)
        self._running: dict[Place, dict[str, Task]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks.values())

    def get(self, task_id: str) -> Task | None:
        """The task of this id."""
        return self._tasks.get(task_id)

    def running(self, region: str, account_id: str) -> list[Task]:
        """The tasks that have not ended: what the concurrent quota counts."""
        return list(self._running[region, account_id].values())

    def since(self, region: str, account_id: str, when: datetime | None) -> list[Task]:
        """The tasks of an account and region that were created at or after `when`."""
        tasks = self._places[region, account_id]
        return tasks[bisect_left(tasks, when, key=lambda task: task.created) if when else 0 :]

    def add(self, task: Task) -> None:
        """Keep a new task; tasks are created one after the other."""
        self._tasks[task.id] = task
        self._places[task.place].append(task)
        self._running[task.place][task.id] = task

    def start(self, order: Order) -> Task:
        """Create the task and set its end, unless it is to stall."""
        now, task_id = self._cloud.clock.now(), f"t-bp1{text(17, string.ascii_lowercase + string.digits)}"
        objects = object_names(order, task_id, self._cloud.unsure.object_naming)
        task = Task(id=task_id, order=order, created=now, takes=time_for(order), objects=objects)
        self.add(task)
        if order.plan.outcome == "cancel":
            self._cloud.clock.at(now + task.takes / 2, lambda when: self.end(task, "Deleted", when))
        elif order.plan.outcome != "stall":
            self._cloud.clock.at(now + task.takes, lambda when: self._complete(task, when))
        return task

    def end(self, task: Task, status: str, when: datetime) -> None:
        """End a task that has not ended yet."""
        if task.end is None:
            task.end, task.ended_at = status, when
            del self._running[task.place][task.id]

    def _complete(self, task: Task, when: datetime) -> None:
        """The task's time is over: it fails, or its objects are there now."""
        if task.end is not None:
            return
        if task.order.plan.outcome == "fail":
            self.end(task, "Failed", when)
            return
        bucket = self._cloud.oss.buckets[task.order.bucket]
        role = arn_of(task.order.account_id, task.order.role_name)
        if not all(may_write(self._cloud, role, bucket, key) for key in task.objects):
            code, message = NOT_AUTHORIZED
            task.order = replace(task.order, plan=replace(task.order.plan, code=code, message=message))
            self.end(task, "Failed", when)
            return
        contents = written(task.order, task.objects)
        task.objects = list(contents)
        for key, body in contents.items():
            self._cloud.oss.write(bucket, key, body, when)
        self.end(task, "Finished", when)


def time_for(order: Order) -> timedelta:
    """How long the export takes: as planned, or by the size of the disks."""
    if order.plan.takes_s is not None:
        return timedelta(seconds=max(order.plan.takes_s, 0.001))
    return timedelta(seconds=BASE_S + PER_GIB_S * sum(int(disk["Size"]) for disk in order.image.disks))
