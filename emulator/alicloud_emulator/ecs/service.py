"""ECS of the account, as the control calls see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.image_events import ImageEvents
from alicloud_emulator.ecs.images import Images
from alicloud_emulator.ecs.plan import plan_of
from alicloud_emulator.ecs.service_role import ServiceRoles
from alicloud_emulator.ecs.task import Order, Task
from alicloud_emulator.ecs.tasks import Tasks
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.quotas import Quotas
from alicloud_emulator.unsure import Unsure


@dataclass(kw_only=True)
class Ecs:
    """Images and tasks, and what their operations ask: buckets, roles, quotas, readings."""

    clock: CloudClock
    account_id: str
    oss: Oss
    roles: ServiceRoles
    quotas: Quotas
    unsure: Unsure
    events: ImageEvents

    def __post_init__(self) -> None:
        self.images = Images(self.clock, self.account_id, self.events)
        self.tasks = Tasks(self.clock, self.unsure, self.oss, self.roles)

    def create_image(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Create an image; answers it."""
        return shown(self.images.create(fields))

    def change_image(self, image_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Change an image; answers it."""
        return shown(self.images.change(image_id, fields))

    def start_foreign_export(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Start an export that somebody else asked for: no call of the API, but the account's quota and the image's."""
        image = self.images.find(fields["ImageId"], fields["RegionId"], self.account_id)
        if fields["OSSBucket"] not in self.oss.buckets:
            raise ApiError(400, "InvalidOSSBucket.NotFound", f"there is no bucket {fields['OSSBucket']}")
        order = Order(
            image=image,
            bucket=fields["OSSBucket"],
            prefix=fields.get("OSSPrefix", ""),
            image_format=fields.get("ImageFormat", "raw"),
            account_id=image.account_id,
            plan=plan_of(fields.get("_export")),
            foreign=True,
        )
        return self._row(self.tasks.start(order))

    def images_state(self) -> list[dict[str, Any]]:
        """Every image."""
        return [shown(image) for image in self.images]

    def tasks_state(self) -> list[dict[str, Any]]:
        """Every task."""
        return [self._row(task) for task in self.tasks]

    def _row(self, task: Task) -> dict[str, Any]:
        now = self.clock.now()
        return {
            "TaskId": task.id,
            "RegionId": task.order.image.region,
            "ImageId": task.order.image.id,
            "OSSBucket": task.order.bucket,
            "OSSPrefix": task.order.prefix,
            "ImageFormat": task.order.image_format,
            "TaskStatus": task.status(now),
            "TaskProcess": f"{task.progress(now)}%",
            "CreationTime": task.created.isoformat(),
            "Foreign": task.order.foreign,
            "Objects": task.objects if task.end == "Finished" else [],
        }


def shown(image: Image) -> dict[str, Any]:
    """An image and its region."""
    return {"RegionId": image.region, **image.fields}
