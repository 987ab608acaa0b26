"""An ECS custom image as DescribeImages tells it. Pure."""

from datetime import datetime

from msgspec import field

from .wire import Wire

MADE_HERE = ("imageexport:restore", "imageexport:drill")  # tags of the images that restores and drills make


class Disk(Wire, frozen=True, kw_only=True):
    """One disk of an image. An export makes one object per disk (help page "Export a custom image")."""

    device: str = field(name="Device")
    kind: str = field(name="Kind")  # "system" | "data"
    size_gib: int = field(name="SizeGib")
    encrypted: bool = field(name="Encrypted", default=False)


class DiskFile(Wire, frozen=True, kw_only=True):
    """What an object says of the disk in it. `member`: the disk's name in its archive; null where it is no archive."""

    key: str = field(name="Key")
    member: str | None = field(name="Member", default=None)
    virtual_size: int | None = field(name="VirtualSize", default=None)  # bytes of the disk


class Features(Wire, frozen=True, kw_only=True):
    """What an image supports, in the words of ECS; empty where it does not say."""

    nvme_support: str = field(name="NvmeSupport", default="")  # supported | unsupported
    imds_support: str = field(name="ImdsSupport", default="")  # v1 | v2


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
    # What a faithful restore needs. Version 0.1.0 kept none of it: null, or empty, is not known.
    description: str = field(name="Description", default="")
    image_version: str = field(name="ImageVersion", default="")
    os_name_en: str = field(name="OSNameEn", default="")
    license_type: str = field(name="LicenseType", default="")
    resource_group_id: str = field(name="ResourceGroupId", default="")
    is_support_cloudinit: bool | None = field(name="IsSupportCloudinit", default=None)
    login_as_non_root_supported: bool | None = field(name="LoginAsNonRootSupported", default=None)
    features: Features | None = field(name="Features", default=None)

    @property
    def disks_gib(self) -> int:
        """GiB over all disks; the image's own size where no disk is listed."""
        return sum(disk.size_gib for disk in self.disks) or self.size_gib
