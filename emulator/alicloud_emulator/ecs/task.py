"""A task on its way: what it is to do, its status and progress by the time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.plan import Plan

QUEUED = timedelta(seconds=10)
STALLED_AT = 37
Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a task is to do with an image; exports and imports have orders of their own."""

    action: ClassVar[str]

    image: Image
    account_id: str
    plan: Plan

    def related(self, _objects: list[str]) -> list[dict[str, str]]:
        """What the task's attributes name beside these objects; nothing, unless an order says otherwise."""
        return []

    def row(self) -> dict[str, Any]:
        """What the emulator's state shows of the order alone."""
        return {}


@dataclass(slots=True, kw_only=True)
class Task:
    """A task on its way; `end` is set once it has ended, with the code and message where it failed."""

    id: str
    order: Order
    created: datetime
    takes: timedelta
    end: str | None = None
    ended_at: datetime | None = None
    cause: tuple[str, str] = ("", "")
    objects: list[str]  # of an export: what will be written, and what was; of an import: what it reads

    @property
    def place(self) -> Place:
        """The region and account that see the task."""
        return self.order.image.region, self.order.account_id

    @property
    def queued(self) -> timedelta:
        """How long it waits for its turn."""
        return min(QUEUED, self.takes / 10)

    def status(self, now: datetime) -> str:
        """TaskStatus; a task is Waiting until its turn comes."""
        return self.end or ("Waiting" if now < self.created + self.queued else "Processing")

    def progress(self, now: datetime) -> int:
        """Percent; only an end is the end, and a task that stalls stays where it is."""
        if self.end == "Finished":
            return 100
        elapsed = (self.ended_at or now) - self.created
        return min(int(100 * elapsed / self.takes), STALLED_AT if self.order.plan.outcome == "stall" else 99)


def time_for(order: Order, base_s: float, per_gib_s: float) -> timedelta:
    """How long a task takes: as planned, or by the size of the disks."""
    if order.plan.takes_s is not None:
        return timedelta(seconds=max(order.plan.takes_s, 0.001))
    return timedelta(seconds=base_s + per_gib_s * sum(int(disk["Size"]) for disk in order.image.disks))
