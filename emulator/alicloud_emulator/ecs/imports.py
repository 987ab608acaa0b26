"""Imports and what becomes of them: an image that is Waiting, Creating, and then Available, CreateFailed or gone.

Sources: pages ImportImage, DescribeImages, CancelTask; a tool that met the time between a task's end and its image's
(coreos-assembler issue 2592). How long an import takes, no document says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.detection import Detection
from alicloud_emulator.ecs.disk_reading import Damaged, header_of
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.images import Images
from alicloud_emulator.ecs.plan import Plan
from alicloud_emulator.ecs.service_role import ServiceRoles, arn_of
from alicloud_emulator.ecs.task import Order, Task, time_for
from alicloud_emulator.ecs.tasks import Tasks, new_task_id
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.unsure import Unsure

BASE_S, PER_GIB_S = 300, 6
READY = timedelta(seconds=30)  # from a task's end until its image is Available
STEPS = 10
CHANGING = frozenset({"Waiting", "Creating"})
Cause = tuple[str, str]
NOT_AUTHORIZED: Cause = ("InvalidOSS.NotAuthorized", "The specified OSS bucket or object is not allowed to access.")
NOT_FOUND: Cause = ("InvalidOSSObject.NotFound", "The specified OSS object does not exist in this region.")
NEED_RESTORE: Cause = (
    "InvalidOSSObject.NeedRestore",
    "The specified OSS object is a archive object, need restore first.",
)
NOT_TAKEN: Cause = ("ImportImageFailed", "Importing image is failed: the image file is an archive.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder(Order):
    """Files of a bucket to be made an image."""

    action: ClassVar[str] = "ImportImage"

    files: tuple[tuple[str, str], ...]  # bucket and key of each disk
    role_name: str
    checked: bool  # DetectionStrategy

    def row(self) -> dict[str, Any]:
        """What it reads."""
        return {"Files": ["/".join(file) for file in self.files]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What a control call has ordered for imports whose image's name fits."""

    name: str
    plan: Plan


class Imports:
    """The tasks that read images."""

    def __init__(
        self, clock: CloudClock, tasks: Tasks, images: Images, unsure: Unsure, oss: Oss, roles: ServiceRoles
    ) -> None:
        self._clock = clock
        self._tasks = tasks
        self._images = images
        self._unsure = unsure
        self._oss = oss
        self._roles = roles
        self._ordered: list[Ordered] = []
        self._detection = Detection(clock, unsure)

    def order(self, name: str, plan: Plan) -> None:
        """Let imports whose ImageName fits go as planned; the newest order that fits counts."""
        self._ordered.insert(0, Ordered(name=name, plan=plan))

    def plan_for(self, name: str) -> Plan:
        """How an import of an image of this name goes."""
        fits = (one.plan for one in self._ordered if fnmatchcase(name, one.name))
        return next(fits, Plan(code="ImportImageFailed", message="Importing image is failed."))

    def start(self, order: ImportOrder) -> Task:
        """Create the task and set its end, unless it is to stall."""
        files = [key for _, key in order.files]
        task = self._tasks.open(order, new_task_id(), time_for(order, BASE_S, PER_GIB_S), files)
        self._clock.at(task.created + task.queued, lambda when: self._begin(task, when))
        for step in range(1, STEPS):
            self._clock.at(task.created + task.takes * step / STEPS, lambda when: self._move(task, when))
        if order.plan.outcome == "cancel":
            self._clock.at(task.created + task.takes / 2, lambda when: self.cancel(task, when))
        elif order.plan.outcome != "stall":
            self._clock.at(task.created + task.takes, lambda when: self._complete(task, order, when))
        return task

    def of(self, image: Image) -> bool:
        """Whether an import of the image has not ended."""
        running = self._tasks.running(image.region, image.account_id)
        return any(task.order.image is image for task in running if isinstance(task.order, ImportOrder))

    def cancel(self, task: Task, when: datetime) -> None:
        """End an import that runs; whether its image stays as one that failed is not sure."""
        if task.end is None:
            self._tasks.end(task, "Deleted", when)
            gone = self._unsure.cancelled_import == "gone"
            self._become(task.order.image, "Deleted" if gone else "CreateFailed", when)

    def _begin(self, task: Task, when: datetime) -> None:
        if task.end is None:
            self._become(task.order.image, "Creating", when)

    def _move(self, task: Task, when: datetime) -> None:
        if task.end is None and task.order.image.status in CHANGING:
            task.order.image.fields["Progress"] = f"{task.progress(when)}%"

    def _complete(self, task: Task, order: ImportOrder, when: datetime) -> None:
        """The task's time is over: something is wrong, or the image will be there soon."""
        if task.end is not None:
            return
        cause = self._cause(order)
        if cause is None:
            self._tasks.end(task, "Finished", when)
            self._clock.at(when + READY, lambda later: self._arrive(order, later))
            return
        self._tasks.end(task, "Failed", when, cause if self._unsure.import_cause_in_task else ("", ""))
        self._become(order.image, "CreateFailed", when)

    def _cause(self, order: ImportOrder) -> Cause | None:
        """What is wrong with the import, now that every file is read."""
        if order.plan.outcome == "fail":
            return order.plan.code, order.plan.message
        found = (self._wrong(order, number) for number in range(len(order.files)))
        return next((cause for cause in found if cause), None)

    def _wrong(self, order: ImportOrder, number: int) -> Cause | None:
        (bucket_name, key), disk = order.files[number], order.image.disks[number]
        bucket = self._oss.buckets.get(bucket_name)
        if bucket is None or key not in bucket.objects:
            return NOT_FOUND
        if not self._roles.may_read(arn_of(order.account_id, order.role_name), bucket, key):
            return NOT_AUTHORIZED
        if not bucket.readable(key, self._clock.now()):
            return NEED_RESTORE
        if key.endswith(".tar.gz") and self._unsure.import_of_tar_gz == "fails":
            return NOT_TAKEN
        body = bucket.objects[key].body
        header = header_of(body)
        if number == 0:
            order.image.disk = body
        try:
            order.image.boot[disk["SnapshotId"]] = header.boot() if header else b""
        except Damaged as damage:
            return "ImportImageFailed", f"Importing image is failed: {key}: {damage}."
        return None if header else ("ImportImageFailed", f"Importing image is failed: {key} is no image file.")

    def _become(self, image: Image, status: str, when: datetime) -> None:
        """The image's next state, unless somebody has changed it meanwhile."""
        if image.status in CHANGING:
            self._images.become(image, status, when)

    def _arrive(self, order: ImportOrder, when: datetime) -> None:
        """The image is there, and checked; whether its state is told twice is not sure."""
        self._become(order.image, "Available", when)
        if order.image.status != "Available":
            return
        if self._unsure.image_event_on_import == "twice":
            self._images.tell(order.image, when)
        if order.checked:
            self._detection.begin(order.image, order.plan, when)
