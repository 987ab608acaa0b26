"""Every task of every region: what runs, what has ended, and since when."""

from __future__ import annotations

import string
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.task import Order, Place, Task
from alicloud_emulator.identity import text

LOWER = string.ascii_lowercase + string.digits


def new_task_id() -> str:
    """An id in the cloud's form."""
    return f"t-bp1{text(17, LOWER)}"


class Tasks:
    """Every task, in the order of creation."""

    def __init__(self, clock: CloudClock) -> None:
        self._clock = clock
        self._tasks: dict[str, Task] = {}
        self._places: dict[Place, list[Task]] = defaultdict(list)
        self._running: dict[Place, dict[str, Task]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks.values())

    def get(self, task_id: str) -> Task | None:
        """The task of this id."""
        return self._tasks.get(task_id)

    def running(self, region: str, account_id: str) -> list[Task]:
        """The tasks that have not ended."""
        return list(self._running[region, account_id].values())

    def since(self, region: str, account_id: str, when: datetime | None) -> list[Task]:
        """The tasks of an account and region that were created at or after `when`."""
        tasks = self._places[region, account_id]
        return tasks[bisect_left(tasks, when, key=lambda task: task.created) if when else 0 :]

    def open(self, order: Order, task_id: str, takes: timedelta, objects: list[str]) -> Task:
        """A new task; tasks are created one after the other."""
        task = Task(id=task_id, order=order, created=self._clock.now(), takes=takes, objects=objects)
        self._tasks[task.id] = task
        self._places[task.place].append(task)
        self._running[task.place][task.id] = task
        return task

    def end(self, task: Task, status: str, when: datetime, cause: tuple[str, str] = ("", "")) -> None:
        """End a task that has not ended yet."""
        if task.end is None:
            task.end, task.ended_at, task.cause = status, when, cause
            del self._running[task.place][task.id]
