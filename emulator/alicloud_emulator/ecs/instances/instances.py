"""Every instance and its life: Pending, Starting, Running, Stopping, Stopped, and gone, by the cloud's clock.

Sources: page "Instance lifecycle"; RunInstances page for AutoReleaseTime and for instances that vanish at once. How
long each state lasts, no document says.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.instances.guest import Guest
from alicloud_emulator.ecs.instances.instance import Instance, Wanted
from alicloud_emulator.identity import text

LOWER = string.ascii_lowercase + string.digits
PENDING = timedelta(seconds=5)
STOPPING = timedelta(seconds=10)
GONE = "Deleted"


class Instances:
    """Every instance of every region that is not gone."""

    def __init__(self, clock: CloudClock) -> None:
        self._clock = clock
        self._ordered: list[tuple[str, Guest]] = []
        self._addresses = 0
        self.by_id: dict[str, Instance] = {}
        self.sold_out: frozenset[str] = frozenset()
        self.not_offered: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Instance]:
        return iter(self.by_id.values())

    def of(self, region: str, account_id: str) -> list[Instance]:
        """The instances of an account in a region, in the order of their creation."""
        return [one for one in self if one.place == (region, account_id)]

    def order(self, name: str, guest: Guest) -> None:
        """Let instances of images whose ImageName fits go like this; the newest order that fits counts."""
        self._ordered.insert(0, (name, guest))

    def guest_for(self, image: Image) -> Guest:
        """How an instance of the image goes."""
        name = str(image.fields["ImageName"])
        return next((guest for pattern, guest in self._ordered if fnmatchcase(name, pattern)), Guest())

    def start(self, order: Wanted) -> list[Instance]:
        """Make instances; each starts by itself."""
        return [self._start(order) for _ in range(order.amount)]

    def _start(self, order: Wanted) -> Instance:
        now, self._addresses = self._clock.now(), self._addresses + 1
        instance = Instance(
            id=f"i-bp1{text(17, LOWER)}",
            address=f"10.0.{self._addresses // 250}.{self._addresses % 250 + 1}",
            order=order,
            guest=self.guest_for(order.image),
            created=now,
            protected=bool(order.fields["DeletionProtection"]),
        )
        self.by_id[instance.id] = instance
        order.image.fields["Usage"] = "instance"
        if instance.guest.outcome == "vanish":
            self._clock.at(now + PENDING, lambda when: self.release(instance, when))
            return instance
        self._clock.at(now + PENDING, lambda _: become(instance, "Pending", "Starting"))
        if instance.guest.outcome == "run":
            begins = now + PENDING + timedelta(seconds=instance.guest.starts_s)
            self._clock.at(begins, lambda when: self._run(instance, when))
        if order.release_at:
            self._clock.at(order.release_at, lambda when: self.release(instance, when))
        return instance

    def stop(self, instance: Instance, when: datetime, then: Callable[[datetime], None] | None = None) -> None:
        """Stop an instance; it is Stopped in its time, and then goes on with what is to be done."""
        instance.stopped_at = when
        instance.status = "Stopping"
        self._clock.at(when + STOPPING, lambda later: self._stopped(instance, later, then))

    def release(self, instance: Instance, when: datetime) -> None:
        """The instance is gone with its disks; its image is free once no other instance is of it."""
        if self.by_id.pop(instance.id, None) is None:
            return
        instance.stopped_at = instance.stopped_at or when
        instance.status = GONE
        image = instance.order.image
        if not any(one.order.image is image for one in self):
            image.fields["Usage"] = "none"

    def _run(self, instance: Instance, when: datetime) -> None:
        if instance.status == "Starting":
            instance.running_at = when
            instance.status = "Running"

    def _stopped(self, instance: Instance, when: datetime, then: Callable[[datetime], None] | None) -> None:
        become(instance, "Stopping", "Stopped")
        if then:
            then(when)


def become(instance: Instance, before: str, after: str) -> None:
    """The next state of an instance, unless it has another one meanwhile."""
    if instance.status == before:
        instance.status = after
