"""SystemDisk.* of RunInstances: categories, what each begins at, and the image's size. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.instances.types import ENTRY_FAMILIES, InstanceType
from alicloud_emulator.errors import ApiError

USUAL_GIB, LARGEST_GIB = 40, 2048
LEAST_GIB: Mapping[str, int] = {
    "cloud_efficiency": 20,
    "cloud_ssd": 20,
    "cloud_essd": 20,
    "cloud_auto": 1,
    "cloud_essd_entry": 10,
}
LEVELS = frozenset({"PL0", "PL1", "PL2", "PL3"})


def check_system_disk(params: Mapping[str, str], image: Image, wanted: InstanceType) -> None:
    """The category is one that the type has; the size is at least the category's, and the image's."""
    category = params.get("SystemDisk.Category") or "cloud_efficiency"
    if category not in LEAST_GIB or (category == "cloud_essd_entry" and wanted.family not in ENTRY_FAMILIES):
        message = f"The specified system disk category is not supported: {category}."
        raise ApiError(400, "InvalidSystemDiskCategory.ValueNotSupported", message)
    level = params.get("SystemDisk.PerformanceLevel") or "PL1"
    if level not in LEVELS:
        message = "The specified parameter SystemDisk.PerformanceLevel is not valid."
        raise ApiError(400, "InvalidPerformanceLevel.Malformed", message)
    least = 1 if (category, level) == ("cloud_essd", "PL0") else LEAST_GIB[category]
    check_size(params.get("SystemDisk.Size") or "", int(image.fields["Size"]), least)


def check_size(text: str, image_gib: int, least_gib: int) -> None:
    """Left out, it is 40 GiB or the image's size, whichever is more."""
    size = text or str(max(USUAL_GIB, image_gib))
    if not size.isdecimal() or int(size) > LARGEST_GIB:
        raise ApiError(400, "InvalidSystemDiskSize.ValueNotSupported", "The specified system disk size is not valid.")
    if int(size) < image_gib:
        message = "The specified parameter SystemDisk.Size is less than the image size."
        raise ApiError(404, "InvalidSystemDiskSize.LessThanImageSize", message)
    if int(size) < least_gib:
        message = "The specified parameter SystemDisk.Size is less than the min size."
        raise ApiError(404, "InvalidSystemDiskSize.LessThanMinSize", message)
