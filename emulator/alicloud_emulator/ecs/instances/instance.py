"""An instance as DescribeInstances shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.instances.guest import Guest
from alicloud_emulator.ecs.instances.network import Network
from alicloud_emulator.ecs.instances.types import InstanceType

MINUTES = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a call asks to make: every instance of it is alike."""

    region: str
    account_id: str
    image: Image
    type: InstanceType
    network: Network
    groups: tuple[str, ...]
    amount: int
    release_at: datetime | None
    fields: Mapping[str, Any]  # what else the call says that is shown


@dataclass(slots=True, kw_only=True)
class Instance:
    """An instance, whatever state it is in; `running_at` is when its guest last started."""

    id: str
    address: str
    order: Wanted
    guest: Guest
    created: datetime
    status: str = "Pending"
    running_at: datetime | None = None
    stopped_at: datetime | None = None
    protected: bool = False
    seen_at: datetime | None = None  # the last screenshot
    commands: int = field(default=0)  # how many it was sent

    @property
    def place(self) -> tuple[str, str]:
        """Region and account."""
        return self.order.region, self.order.account_id

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return {one["TagKey"]: one["TagValue"] for one in self.order.fields["Tags"]["Tag"]}

    def shown(self) -> dict[str, Any]:
        """As DescribeInstances shows it."""
        order, network, release_at = self.order, self.order.network, self.order.release_at
        public = [f"47.96.{self.address.removeprefix('10.0.')}"] if order.fields["InternetMaxBandwidthOut"] else []
        return {
            "InstanceId": self.id,
            "Status": self.status,
            "RegionId": order.region,
            "ZoneId": network.zone,
            "ImageId": order.image.id,
            "OSType": order.image.fields["OSType"],
            "OSName": order.image.fields["OSName"],
            "InstanceType": order.type.id,
            "InstanceTypeFamily": order.type.family,
            "Cpu": order.type.cpus,
            "CPU": order.type.cpus,
            "Memory": int(order.type.memory_gib * 1024),
            "CreationTime": self.created.strftime(MINUTES),
            "StartTime": self.running_at.strftime(MINUTES) if self.running_at else "",
            "ExpiredTime": "2099-12-31T15:59Z",
            "AutoReleaseTime": release_at.strftime(MINUTES) if release_at else "",
            "InstanceChargeType": "PostPaid",
            "InstanceNetworkType": "vpc",
            "VpcAttributes": {
                "VpcId": network.vpc,
                "VSwitchId": network.vswitch,
                "NatIpAddress": "",
                "PrivateIpAddress": {"IpAddress": [self.address]},
            },
            "SecurityGroupIds": {"SecurityGroupId": list(order.groups)},
            "PublicIpAddress": {"IpAddress": public},
            "DeletionProtection": self.protected,
            "IoOptimized": True,
            "DeviceAvailable": True,
            "OperationLocks": {"LockReason": []},
            **order.fields,
        }
