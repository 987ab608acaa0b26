"""The objects of an export: their names, and their bytes by the plan. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alicloud_emulator.ecs.disk_files import DAMAGED, SUFFIXES, disk_file
from alicloud_emulator.ecs.image import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the objects of an export are made from."""

    image: Image
    prefix: str
    image_format: str
    outcome: str

    @property
    def boot_mode(self) -> str:
        """How the image starts; BIOS where nothing is said."""
        return str(self.image.fields.get("BootMode") or "BIOS")


def object_names(layout: Layout, task_id: str, naming: str) -> list[str]:
    """A name for each disk, the system disk's first (names as in public samples; docs/cloud-facts.md#fact-1-5)."""
    head = "_".join(part for part in (layout.prefix, layout.image.id) if part)
    if naming == "prefix_image_task":
        head = f"{head}_{task_id}"
    names = []
    for disk in layout.image.disks:
        device = disk["Device"].removeprefix("/dev/")
        part = "system" if disk["Type"] == "system" else f"data_{device}"
        plain = naming == "prefix_image_task" and part == "system"
        names.append((head if plain else f"{head}_{part}") + SUFFIXES[layout.image_format])
    return names


def written(layout: Layout, names: list[str]) -> dict[str, bytes]:
    """What is in the bucket when the task is Finished; the plan spoils the last disk."""
    objects = {
        name: disk_file(layout.image_format, name.partition(".")[0], int(disk["Size"]), layout.boot_mode)
        for name, disk in zip(names, layout.image.disks, strict=True)
    }
    last = names[-1]
    if layout.outcome == "empty":
        objects[last] = b""
    elif layout.outcome == "damaged":
        objects[last] = DAMAGED
    elif layout.outcome == "truncated":
        objects[last] = objects[last][: len(objects[last]) * 2 // 3]
    elif layout.outcome == "missing_disk":
        del objects[last]
    return objects
