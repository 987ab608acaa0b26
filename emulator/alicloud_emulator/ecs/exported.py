"""The objects of an export: their names, and their bytes by the plan. Pure."""

from __future__ import annotations

from alicloud_emulator.ecs.disk_files import DAMAGED, SUFFIXES, disk_file
from alicloud_emulator.ecs.task import Order


def object_names(order: Order, task_id: str, naming: str) -> list[str]:
    """A name for each disk, the system disk's first (names as in public samples; docs/cloud-facts.md#fact-1-5)."""
    head = "_".join(part for part in (order.prefix, order.image.id) if part)
    if naming == "prefix_image_task":
        head = f"{head}_{task_id}"
    names = []
    for disk in order.image.disks:
        device = disk["Device"].removeprefix("/dev/")
        part = "system" if disk["Type"] == "system" else f"data_{device}"
        plain = naming == "prefix_image_task" and part == "system"
        names.append((head if plain else f"{head}_{part}") + SUFFIXES[order.image_format])
    return names


def written(order: Order, names: list[str]) -> dict[str, bytes]:
    """What is in the bucket when the task is Finished; the plan spoils the last disk."""
    objects = {
        name: disk_file(order.image_format, name.partition(".")[0], int(disk["Size"]))
        for name, disk in zip(names, order.image.disks, strict=True)
    }
    last = names[-1]
    if order.plan.outcome == "empty":
        objects[last] = b""
    elif order.plan.outcome == "damaged":
        objects[last] = DAMAGED
    elif order.plan.outcome == "truncated":
        objects[last] = objects[last][: len(objects[last]) * 2 // 3]
    elif order.plan.outcome == "missing_disk":
        del objects[last]
    return objects
