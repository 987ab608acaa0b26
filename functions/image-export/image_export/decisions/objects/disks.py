"""Which object holds which disk of the image. Pure.

ECS names the objects: `system` for the system disk, `data_` and the mount point for a data disk (help page "Export a
custom image"). Older samples name no disk; then what is left stands for what is left.
"""

import re
from collections.abc import Iterable, Mapping

from ...values.image import Disk, Image

NAMED = re.compile(r"_(?:(system)|data_([A-Za-z0-9]+))\.")
DRIVER = re.compile(r"^(?:/dev/)?(?:xvd|vd|sd|hd)(?=[a-z])")  # one disk is xvdb here and vdb there


def are_known(image: Image | None) -> bool:
    """Whether all that an export makes can be counted: DescribeImages may leave the disks out, or say no size."""
    disks = image.disks if image else ()
    return any(disk.kind == "system" for disk in disks) and all(disk.size_gib > 0 for disk in disks)


def by_key(keys: Iterable[str], disks: Iterable[Disk]) -> tuple[Mapping[str, tuple[Disk, ...]], tuple[Disk, ...]]:
    """The disks of which each object may hold one; and the disks that no object can hold.

    A second object of the same name is more of the same disk, and stands for no other.
    """
    left: dict[str, Disk] = {}
    for number, disk in enumerate(disks):
        name = _name_of(disk)
        left[f"({number})" if name in left or not name else name] = disk
    found: dict[str, tuple[Disk, ...]] = {}
    taken: dict[str, Disk] = {}
    unnamed: list[str] = []
    for key in keys:
        name = _name_in(key)
        if name in left:
            taken[name] = left.pop(name)
        if name in taken:
            found[key] = (taken[name],)
        else:
            unnamed.append(key)
    rest = list(left.values())
    found.update(dict.fromkeys(unnamed, tuple(rest)))
    return found, tuple(rest[len(unnamed) :])


def _name_in(key: str) -> str:
    match = NAMED.search(key)
    return "" if match is None else match[1] or DRIVER.sub("", match[2])


def _name_of(disk: Disk) -> str:
    return "system" if disk.kind == "system" else DRIVER.sub("", disk.device)
