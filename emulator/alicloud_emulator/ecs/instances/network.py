"""vSwitches and security groups: those that control calls or a ground file name, for the VPC has no API here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alicloud_emulator.ecs.regions import checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A vSwitch, its VPC, and the security groups there."""

    vswitch: str
    vpc: str
    zone: str
    region: str
    account_id: str
    default: bool
    security_groups: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """As a control call answers it."""
        return {
            "vswitch": self.vswitch,
            "vpc": self.vpc,
            "zone": self.zone,
            "region": self.region,
            "account_id": self.account_id,
            "default": self.default,
            "security_groups": list(self.security_groups),
        }


@dataclass(slots=True)
class Networks:
    """Every vSwitch by its id."""

    account_id: str
    by_vswitch: dict[str, Network] = field(default_factory=dict)

    def change(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make a vSwitch, or replace it; answers it."""
        region = checked(body.get("region", "cn-hangzhou"))
        network = Network(
            vswitch=body["vswitch"],
            vpc=body["vpc"],
            zone=body.get("zone", f"{region}-a"),
            region=region,
            account_id=body.get("account_id", self.account_id),
            default=body.get("default", False),
            security_groups=tuple(body.get("security_groups", [])),
        )
        self.by_vswitch[network.vswitch] = network
        return network.row()

    def find(self, vswitch: str, region: str, account_id: str) -> Network | None:
        """The vSwitch, if the account has it in the region."""
        found = self.by_vswitch.get(vswitch)
        return found if found and (found.region, found.account_id) == (region, account_id) else None

    def vpc_of(self, group: str, region: str, account_id: str) -> set[str]:
        """The VPCs in which the account has a security group of this id."""
        own = (one for one in self.by_vswitch.values() if (one.region, one.account_id) == (region, account_id))
        return {one.vpc for one in own if group in one.security_groups}

    def zones(self, region: str) -> list[str]:
        """The zones of a region that are in use here; at least one."""
        return sorted({one.zone for one in self.by_vswitch.values() if one.region == region} or {f"{region}-a"})
