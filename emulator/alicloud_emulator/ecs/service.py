"""ECS of the account, as the control calls see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.client_tokens import ClientTokens
from alicloud_emulator.ecs.exports import ExportOrder, Exports
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.image_events import ImageEvents
from alicloud_emulator.ecs.images import Images
from alicloud_emulator.ecs.imports import ImportOrder, Imports
from alicloud_emulator.ecs.instances.commands import Invocation
from alicloud_emulator.ecs.instances.guest import DISK, PROMPT, TEXTS, Guest
from alicloud_emulator.ecs.instances.instance import Instance
from alicloud_emulator.ecs.instances.instances import Instances
from alicloud_emulator.ecs.instances.machines import Machines
from alicloud_emulator.ecs.instances.network import Networks
from alicloud_emulator.ecs.plan import plan_of
from alicloud_emulator.ecs.service_role import ServiceRoles
from alicloud_emulator.ecs.task import Task
from alicloud_emulator.ecs.tasks import Tasks
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.quotas import Quotas
from alicloud_emulator.unsure import Unsure


@dataclass(kw_only=True)
class Ecs:
    """Images, tasks and instances, and what their operations ask: buckets, roles, quotas, readings."""

    clock: CloudClock
    account_id: str
    oss: Oss
    roles: ServiceRoles
    quotas: Quotas
    unsure: Unsure
    events: ImageEvents
    machines: Machines

    def __post_init__(self) -> None:
        self.images = Images(self.clock, self.account_id, self.events)
        self.tasks = Tasks(self.clock)
        self.exports = Exports(self.clock, self.tasks, self.unsure, self.oss, self.roles)
        self.imports = Imports(self.clock, self.tasks, self.images, self.unsure, self.oss, self.roles)
        self.tokens = ClientTokens()
        self.networks = Networks(self.account_id)
        self.instances = Instances(self.clock)
        self.commands: dict[str, Invocation] = {}

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
        order = ExportOrder(
            image=image,
            bucket=fields["OSSBucket"],
            prefix=fields.get("OSSPrefix", ""),
            image_format=fields.get("ImageFormat", "raw"),
            account_id=image.account_id,
            plan=plan_of(fields.get("_export")),
            foreign=True,
        )
        return self._row(self.exports.start(order))

    def order_imports(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Let imports go as planned whose ImageName fits `ImageName`, which may have a `*`; answers the plan."""
        values = dict(fields)
        name, usual = values.pop("ImageName", "*"), self.imports.plan_for("")
        plan = plan_of({"code": usual.code, "message": usual.message, **values})
        self.imports.order(name, plan)
        return {"ImageName": name, **asdict(plan)}

    def order_guests(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Let instances go like this that are made of images whose ImageName fits; answers the whole order."""
        values = dict(fields)
        name, guest = values.pop("ImageName", "*"), Guest(**values)
        self.instances.order(name, guest)
        return {"ImageName": name, **asdict(guest)}

    def set_stock(self, fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Say which instance types are sold out, and which are not offered at all; answers both."""
        if "sold_out" in fields:
            self.instances.sold_out = frozenset(fields["sold_out"])
        if "not_offered" in fields:
            self.instances.not_offered = frozenset(fields["not_offered"])
        return {"sold_out": sorted(self.instances.sold_out), "not_offered": sorted(self.instances.not_offered)}

    async def speech_of(self, instance: Instance) -> str:
        """All that the guest of an instance says once it has started."""
        guest = instance.guest
        if guest.text is not None:
            return guest.text
        return TEXTS[guest.says] if guest.says != DISK else await self.machines.speech(instance.order.image)

    async def first_heartbeat(self, instance: Instance) -> datetime | None:
        """When Cloud Assistant is first heard of an instance; None where it never is: the guest must have started."""
        if instance.running_at is None or not instance.guest.agent:
            return None
        started = (await self.speech_of(instance)).endswith(PROMPT)
        return instance.running_at + timedelta(seconds=instance.guest.agent_s) if started else None

    def unknown_when_deleted(self, name: str) -> dict[str, Any]:
        """The answer to a Delete of what is not there: its page says "ignored" and, in its table, 404."""
        if self.unsure.delete_unknown_image == 404:
            raise ApiError(404, f"Invalid{name}.NotFound", f"The specified {name} does not exist.")
        return {}

    def cancel(self, task: Task) -> None:
        """Cancel a task; of an import, its image has an end too."""
        now = self.clock.now()
        if isinstance(task.order, ImportOrder):
            self.imports.cancel(task, now)
        else:
            self.tasks.end(task, "Deleted", now)

    def images_state(self) -> list[dict[str, Any]]:
        """Every image."""
        return [shown(image) for image in self.images]

    def snapshots_state(self) -> list[dict[str, Any]]:
        """Every snapshot."""
        return [{"RegionId": one.place[0], **one.shown()} for one in self.images.snapshots]

    def instances_state(self) -> list[dict[str, Any]]:
        """Every instance that is not gone."""
        return [one.shown() for one in self.instances]

    def tasks_state(self) -> list[dict[str, Any]]:
        """Every task."""
        return [self._row(task) for task in self.tasks]

    def _row(self, task: Task) -> dict[str, Any]:
        now = self.clock.now()
        return {
            "TaskId": task.id,
            "TaskAction": task.order.action,
            "RegionId": task.order.image.region,
            "ImageId": task.order.image.id,
            **task.order.row(),
            "TaskStatus": task.status(now),
            "TaskProcess": f"{task.progress(now)}%",
            "CreationTime": task.created.isoformat(),
            "Objects": task.objects if task.end == "Finished" else [],
        }


def shown(image: Image) -> dict[str, Any]:
    """An image and its region."""
    return {"RegionId": image.region, **image.fields}
