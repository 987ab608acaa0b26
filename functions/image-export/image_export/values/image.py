"""An ECS custom image as DescribeImages tells it. Pure."""

from datetime import datetime

import msgspec

from .wire import Wire


class Disk(Wire, frozen=True, kw_only=True):
    """One disk of an image. An export makes one object per disk (help page "Export a custom image")."""

    device: str
    kind: str  # "system" | "data"
    size_gib: int
    encrypted: bool = False


class Image(Wire, frozen=True, kw_only=True):
    """What we use of a DescribeImages entry. `status` is the API's word, one that nobody has met yet included."""

    account_id: str
    region_id: str
    image_id: str
    name: str
    status: str
    created_at: datetime | None  # None: ECS does not say
    disks: tuple[Disk, ...]
    size_gib: int
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    family: str = ""
    os_type: str = "linux"
    platform: str = ""
    architecture: str = ""
    boot_mode: str = ""
    owner_alias: str = "self"
    product_code: str = ""

    @property
    def disks_gib(self) -> int:
        """GiB over all disks; the image's own size where no disk is listed."""
        return sum(disk.size_gib for disk in self.disks) or self.size_gib
