"""Which images ECS does not export, and where in which format, as its documents say. Pure. ECS has the last word.

Sources: ExportImage page of 2025 and user guide "Export a custom image" (docs/cloud-facts.md#fact-1).
"""

from ...values.cause import Cause
from ...values.export import ImageFormat
from ...values.image import MADE_HERE, Image
from ...values.policy import When

MOST_DATA_DISKS = 4
LARGEST_SURE_GIB = 500  # the ExportImage page's limit for a data disk
LARGEST_GIB = 2048  # the user guide's
HARD_TO_RESTORE: dict[ImageFormat, str] = {  # what does not come back, or not in every way (docs/cloud-facts.md#fact-4)
    "vhd": "ECS may refuse to copy images that were imported from vhd",
    "vmdk": "ECS imports vmdk for invited accounts alone",
    "vdi": "ECS does not import vdi",
}
BEFORE_AVAILABLE = frozenset({"Creating", "Waiting"})
# Where an image can be exported in another format than raw.
FORMAT_REGIONS = frozenset(
    {
        "ap-northeast-1",  # Tokyo
        "ap-southeast-1",  # Singapore
        "ap-southeast-3",  # Kuala Lumpur
        "ap-southeast-5",  # Jakarta
        "eu-central-1",  # Frankfurt
        "eu-west-1",  # London
        "me-east-1",  # Dubai
        "us-east-1",  # Virginia
        "us-west-1",  # Silicon Valley
    }
)


def obstacle(image: Image, when: When) -> str | None:
    """Why the image is not exported, whatever rules say; None where nothing is known against it."""
    return barrier(image) or copied(image) or _by_status(image, when)


def copied(image: Image) -> str | None:
    """Why no rule exports it: its disks are of an export already. Somebody who asks for it gets one all the same."""
    tag = next((one for one in MADE_HERE if one in image.tags), None)
    if tag is None:
        return None
    return (
        f"it was restored from an export (tag {tag}={image.tags[tag]}), which holds it already; ask for one by itself"
    )


def barrier(image: Image) -> str | None:
    """Why ECS exports no such image, in whatever status, as its documents say."""
    return _by_nature(image) or _by_disks(image)


def expected_refusal(image: Image, asked: ImageFormat) -> Cause | None:
    """What ExportImage would answer to this image in this format."""
    if against := barrier(image):
        return Cause(code="ImageNotSupported", message=f"ECS would refuse: {against}.")
    if offered(asked, image.region_id) != asked:
        message = f"ECS would refuse: ImageFormat {asked} is not offered in {image.region_id}."
        return Cause(code="InvalidImageFormat.RegionNotSupported", message=message)
    return None


def _by_nature(image: Image) -> str | None:
    if image.product_code or image.owner_alias == "marketplace":
        code = f" ({image.product_code})" if image.product_code else ""
        return f"images from the marketplace{code} cannot be exported"
    if image.owner_alias != "self":
        return f"the image is shared: its owner is {image.owner_alias}, and only the owner can export it"
    if image.os_type.casefold() == "windows" or image.platform.casefold().startswith("windows"):
        return "Windows images cannot be exported"
    return None


def _by_disks(image: Image) -> str | None:
    encrypted = next((disk for disk in image.disks if disk.encrypted), None)
    if encrypted:
        return f"disk {encrypted.device} is encrypted; images with encrypted snapshots cannot be exported"
    data = sum(disk.kind == "data" for disk in image.disks)
    if data > MOST_DATA_DISKS:
        return f"the image has {data} data disks; with more than {MOST_DATA_DISKS} it cannot be exported"
    if _largest_gib(image) > LARGEST_GIB:
        return f"a disk has {_largest_gib(image)} GiB; above {LARGEST_GIB} GiB (user guide) it cannot be exported"
    return None


def _by_status(image: Image, when: When) -> str | None:
    """An image that is still being made is recorded when it is created; a night finds it again."""
    waits = when == "image-created" and image.status in BEFORE_AVAILABLE
    return None if waits or image.status == "Available" else f"the image is {image.status or 'in no status'}"


def size_warning(image: Image) -> str | None:
    """Where the documents disagree about a disk's size, ECS is asked."""
    size_gib = _largest_gib(image)
    if size_gib <= LARGEST_SURE_GIB:
        return None
    return (
        f"A disk has {size_gib} GiB: the ExportImage page allows {LARGEST_SURE_GIB} GiB for a data disk, "
        f"the user guide {LARGEST_GIB} GiB; ECS may refuse."
    )


def offered(image_format: ImageFormat, region_id: str) -> ImageFormat:
    """The format itself where the region has it, else raw."""
    return image_format if region_id in FORMAT_REGIONS else "raw"


def format_warning(asked: ImageFormat, region_id: str) -> str | None:
    """Said where the rule's format gives way."""
    if offered(asked, region_id) == asked:
        return None
    return f"ImageFormat {asked} is not offered in {region_id}; the export is raw."


def return_warning(image_format: ImageFormat) -> str | None:
    """Said where ImportImage does not take the export back, or where that is worth less than it seems."""
    why = HARD_TO_RESTORE.get(image_format)
    return f"{why}; choose qcow2 or raw for what is to be restored" if why else None


def _largest_gib(image: Image) -> int:
    return max((disk.size_gib for disk in image.disks), default=image.size_gib)
