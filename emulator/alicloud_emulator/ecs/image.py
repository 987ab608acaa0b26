"""An image: what DescribeImages shows of it, and how its exports go. Pure."""

from dataclasses import dataclass, field
from typing import Any

from alicloud_emulator.ecs.plan import Plan


@dataclass(slots=True, kw_only=True)
class Image:
    """An image as DescribeImages shows it (`fields`), and how its exports go."""

    region: str
    account_id: str
    fields: dict[str, Any]
    plan: Plan
    boot: dict[str, bytes] = field(default_factory=dict)  # of an imported one: the first sector, by snapshot
    disk: bytes | None = None  # of an imported one and its copies: the file of the system disk
    copy_of: str | None = None  # the image that CopyImage has made it of

    @property
    def id(self) -> str:
        """ImageId."""
        return str(self.fields["ImageId"])

    @property
    def status(self) -> str:
        """Status."""
        return str(self.fields["Status"])

    @property
    def disks(self) -> list[dict[str, Any]]:
        """The system disk, then the data disks."""
        mappings: list[dict[str, Any]] = self.fields["DiskDeviceMappings"]["DiskDeviceMapping"]
        return mappings

    def visible_to(self, account_id: str) -> bool:
        """Own images are the owner's; shared, public and marketplace images are everyone's."""
        return self.fields["ImageOwnerAlias"] != "self" or self.account_id == account_id
