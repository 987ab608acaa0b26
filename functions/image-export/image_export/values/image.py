"""An ECS custom image as DescribeImages tells it. Pure."""

from datetime import datetime

from msgspec import field

from .wire import Wire


class Disk(Wire, frozen=True, kw_only=True):
    """One disk of an image. An export makes one object per disk (help page "Export a custom image")."""

    device: str = field(name="Device")
    kind: str = field(name="Kind")  # "system" | "data"
    size_gib: int = field(name="SizeGib")
    encrypted: bool = field(name="Encrypted", default=False)


class Image(Wire, frozen=True, kw_only=True):
    """What we use of a DescribeImages entry. `status` is the API's word, one that nobody has met yet included."""

    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    image_id: str = field(name="ImageId")
    name: str = field(name="Name")
    status: str = field(name="Status")
    created_at: datetime | None = field(name="CreatedAt")  # None: ECS does not say
    disks: tuple[Disk, ...] = field(name="Disks")
    size_gib: int = field(name="SizeGib")
    tags: dict[str, str] = field(name="Tags", default_factory=dict)
    family: str = field(name="Family", default="")
    os_type: str = field(name="OSType", default="linux")
    platform: str = field(name="Platform", default="")
    architecture: str = field(name="Architecture", default="")
    boot_mode: str = field(name="BootMode", default="")
    owner_alias: str = field(name="OwnerAlias", default="self")
    product_code: str = field(name="ProductCode", default="")

    @property
    def disks_gib(self) -> int:
        """GiB over all disks; the image's own size where no disk is listed."""
        return sum(disk.size_gib for disk in self.disks) or self.size_gib
