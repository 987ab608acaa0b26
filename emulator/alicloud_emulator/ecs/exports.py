"""Export tasks and their life: Waiting, Processing, and then Finished, Failed or Deleted, by the cloud's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.exported import Layout, object_names, written
from alicloud_emulator.ecs.service_role import ServiceRoles, arn_of
from alicloud_emulator.ecs.task import Order, Task, time_for
from alicloud_emulator.ecs.tasks import Tasks, new_task_id
from alicloud_emulator.identity import EXPORT_ROLE
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.unsure import Unsure

BASE_S, PER_GIB_S = 300, 6
# What a task says whose role has lost its rights on the way.
NOT_AUTHORIZED = "InvalidOSS.NotAuthorized", "The OSS bucket or object is not allowed to access."


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder(Order):
    """An image to be written to a bucket."""

    action: ClassVar[str] = "ExportImage"

    bucket: str
    prefix: str
    image_format: str
    role_name: str = EXPORT_ROLE  # with which ECS writes
    foreign: bool = False

    @property
    def layout(self) -> Layout:
        """What its objects are made from."""
        return Layout(image=self.image, prefix=self.prefix, image_format=self.image_format, outcome=self.plan.outcome)

    def related(self, objects: list[str]) -> list[dict[str, str]]:
        """Bucket, objects and format, where objects are named."""
        if not objects:
            return []
        items = [("OSSBucket", self.bucket), *(("OSSObject", key) for key in objects)]
        return [{"Name": name, "Value": value} for name, value in [*items, ("ImageFormat", self.image_format)]]

    def row(self) -> dict[str, Any]:
        """Where it writes to, and whether somebody else has asked for it."""
        return {
            "OSSBucket": self.bucket,
            "OSSPrefix": self.prefix,
            "ImageFormat": self.image_format,
            "Foreign": self.foreign,
        }


class Exports:
    """The tasks that write images."""

    def __init__(self, clock: CloudClock, tasks: Tasks, unsure: Unsure, oss: Oss, roles: ServiceRoles) -> None:
        self._clock = clock
        self._tasks = tasks
        self._unsure = unsure
        self._oss = oss
        self._roles = roles

    def running(self, region: str, account_id: str) -> list[Task]:
        """The exports that have not ended: what the concurrent quota counts."""
        return [task for task in self._tasks.running(region, account_id) if isinstance(task.order, ExportOrder)]

    def since(self, region: str, account_id: str, when: datetime) -> list[Task]:
        """The exports of an account and region that were created at or after `when`."""
        return [task for task in self._tasks.since(region, account_id, when) if isinstance(task.order, ExportOrder)]

    def start(self, order: ExportOrder) -> Task:
        """Create the task and set its end, unless it is to stall."""
        task_id = new_task_id()
        objects = object_names(order.layout, task_id, self._unsure.object_naming)
        task = self._tasks.open(order, task_id, time_for(order, BASE_S, PER_GIB_S), objects)
        if order.plan.outcome == "cancel":
            self._clock.at(task.created + task.takes / 2, lambda when: self._tasks.end(task, "Deleted", when))
        elif order.plan.outcome != "stall":
            self._clock.at(task.created + task.takes, lambda when: self._complete(task, order, when))
        return task

    def _complete(self, task: Task, order: ExportOrder, when: datetime) -> None:
        """The task's time is over: it fails, or its objects are there now."""
        if task.end is not None:
            return
        if order.plan.outcome == "fail":
            self._tasks.end(task, "Failed", when, (order.plan.code, order.plan.message))
            return
        bucket = self._oss.buckets[order.bucket]
        role = arn_of(order.account_id, order.role_name)
        if not all(self._roles.may_write(role, bucket, key) for key in task.objects):
            self._tasks.end(task, "Failed", when, NOT_AUTHORIZED)
            return
        contents = written(order.layout, task.objects)
        task.objects = list(contents)
        for key, body in contents.items():
            self._oss.write(bucket, key, body, when)
        self._tasks.end(task, "Finished", when)
