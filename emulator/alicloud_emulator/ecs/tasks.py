"""Export tasks and their life: Waiting, Processing, and then Finished, Failed or Deleted, by the cloud's clock."""

from __future__ import annotations

import string
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.exported import object_names, written
from alicloud_emulator.ecs.service_role import ServiceRoles, arn_of
from alicloud_emulator.ecs.task import Order, Place, Task, time_for
from alicloud_emulator.identity import text
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.unsure import Unsure

# What a task says whose role has lost its rights on the way.
NOT_AUTHORIZED = "InvalidOSS.NotAuthorized", "The OSS bucket or object is not allowed to access."


class Tasks:
    """Every task, in the order of creation."""

    def __init__(self, clock: CloudClock, unsure: Unsure, oss: Oss, roles: ServiceRoles) -> None:
        self._clock = clock
        self._unsure = unsure
        self._oss = oss
        self._roles = roles
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
        now, task_id = self._clock.now(), f"t-bp1{text(17, string.ascii_lowercase + string.digits)}"
        objects = object_names(order, task_id, self._unsure.object_naming)
        task = Task(id=task_id, order=order, created=now, takes=time_for(order), objects=objects)
        self.add(task)
        if order.plan.outcome == "cancel":
            self._clock.at(now + task.takes / 2, lambda when: self.end(task, "Deleted", when))
        elif order.plan.outcome != "stall":
            self._clock.at(now + task.takes, lambda when: self._complete(task, when))
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
        bucket = self._oss.buckets[task.order.bucket]
        role = arn_of(task.order.account_id, task.order.role_name)
        if not all(self._roles.may_write(role, bucket, key) for key in task.objects):
            code, message = NOT_AUTHORIZED
            task.order = replace(task.order, plan=replace(task.order.plan, code=code, message=message))
            self.end(task, "Failed", when)
            return
        contents = written(task.order, task.objects)
        task.objects = list(contents)
        for key, body in contents.items():
            self._oss.write(bucket, key, body, when)
        self.end(task, "Finished", when)
