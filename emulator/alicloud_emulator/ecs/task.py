"""An export on its way: what it is to do, its status and progress by the time, and how long it takes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.plan import Plan
from alicloud_emulator.identity import SERVICE_ROLE

BASE_S, PER_GIB_S = 300, 6
QUEUED = timedelta(seconds=10)
STALLED_AT = 37
Place = tuple[str, str]


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


def time_for(order: Order) -> timedelta:
    """How long the export takes: as planned, or by the size of the disks."""
    if order.plan.takes_s is not None:
        return timedelta(seconds=max(order.plan.takes_s, 0.001))
    return timedelta(seconds=BASE_S + PER_GIB_S * sum(int(disk["Size"]) for disk in order.image.disks))
