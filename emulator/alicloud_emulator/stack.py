"""Creates the stack of a ROS template: buckets, vSwitches, roles with their policies. Other types are passed over."""

from collections.abc import Mapping
from typing import Any

from alicloud_emulator.ecs.instances.network import Networks
from alicloud_emulator.identity import Identity
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.ram.conditions import PolicyError
from alicloud_emulator.ram.policies import PolicyName
from alicloud_emulator.ros import Resource, Template
from alicloud_emulator.section import SettingsError


class Stacks:
    """Makes stacks out of templates that were read for an account and a region."""

    def __init__(self, identity: Identity, oss: Oss, networks: Networks) -> None:
        self._identity = identity
        self._oss = oss
        self._networks = networks

    def create(self, template: Template) -> None:
        """Make what the template has. Raises SettingsError with the role that cannot be."""
        for bucket in template.resources("ALIYUN::OSS::Bucket"):
            name = bucket.properties["BucketName"]
            made = self._oss.create_bucket(name, region=template.region, account_id=template.account_id)
            made.lifecycle = bucket.properties.get("LifecycleConfiguration", {}).get("Rule", [])
        for vswitch in template.resources("ALIYUN::ECS::VSwitch"):
            self._networks.change(network_of(template, vswitch.properties))
        managed = template.resources("ALIYUN::RAM::ManagedPolicy")
        for role in template.resources("ALIYUN::RAM::Role"):
            self._add_role(template.account_id, role.properties, managed)

    def _add_role(self, owner: str, role: Mapping[str, Any], managed: list[Resource]) -> None:
        try:
            self._identity.add_role(
                role["RoleName"],
                account_id=owner,
                trust=role["AssumeRolePolicyDocument"],
                policies=self._policies_of(owner, role, managed),
                max_session_duration_s=int(role.get("MaxSessionDuration", 3600)),
                description=role.get("Description", ""),
            )
        except PolicyError as cause:
            raise SettingsError(f"template: role {role['RoleName']}: {cause}") from cause

    def _policies_of(self, owner: str, role: Mapping[str, Any], managed: list[Resource]) -> tuple[PolicyName, ...]:
        """The policies of a role: its own, the managed ones that name it, and system policies."""
        attached = [policy.properties for policy in managed if role["RoleName"] in policy.properties.get("Roles", [])]
        system = [PolicyName("System", name) for name in role.get("PolicyAttachments", {}).get("System", [])]
        for name in system:
            if not self._identity.policies.find(owner, name):
                raise PolicyError(f"the emulator does not know the system policy {name.name}")
        own = [
            self._identity.policies.put(owner, policy["PolicyName"], policy["PolicyDocument"])
            for policy in (*role.get("Policies", []), *attached)
        ]
        return (*own, *system)


def network_of(template: Template, vswitch: Mapping[str, Any]) -> dict[str, Any]:
    """A vSwitch as control calls take it, with the security groups of its VPC."""
    groups = [one.properties for one in template.resources("ALIYUN::ECS::SecurityGroup")]
    return {
        "vswitch": template.id_of("ALIYUN::ECS::VSwitch", vswitch["VSwitchName"]),
        "vpc": vswitch["VpcId"],
        "zone": vswitch["ZoneId"],
        "region": template.region,
        "account_id": template.account_id,
        "security_groups": [
            template.id_of("ALIYUN::ECS::SecurityGroup", one["SecurityGroupName"])
            for one in groups
            if one["VpcId"] == vswitch["VpcId"]
        ],
    }
