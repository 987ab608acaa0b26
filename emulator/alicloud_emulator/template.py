"""What exists at the start: buckets and roles of template.yml; buckets, roles, bus and functions of policy.yaml.

A world without these files has what the shipped ones name, so that a test need not bring its own.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alicloud_emulator.identity import SERVICE_ROLE, trust
from alicloud_emulator.ram.conditions import PolicyError
from alicloud_emulator.ram.policies import PolicyName
from alicloud_emulator.ram.system_policies import ADMINISTRATOR
from alicloud_emulator.ros import Resource, Template
from alicloud_emulator.section import SettingsError, read_yaml

if TYPE_CHECKING:
    from alicloud_emulator.cloud import Cloud

REGION = "cn-hangzhou"
ROLES = ("image-export-event", "image-export-watch", "image-export")
ALL = (PolicyName("System", ADMINISTRATOR),)
POLICY: Mapping[str, Any] = {
    "accounts": [
        {
            "destinations": {
                "cn-hangzhou": {"bucket": "acme-images-hangzhou"},
                "ap-southeast-1": {"bucket": "acme-images-singapore"},
            }
        }
    ],
    "notify": [
        {"eventbridge": {"bus": "image-export", "region": REGION}},
        {"function": {"service": "images", "function": "after-export"}},
    ],
}


def populate(cloud: Cloud) -> None:
    """Make them."""
    if cloud.settings.template:
        add_template(cloud, Template(cloud.settings.template, account_id=cloud.account_id, region=REGION))
    else:
        cloud.oss.create_bucket(f"image-export-ledger-{cloud.account_id}", region=REGION)
        for name in ROLES:
            add_role(cloud, name)
    policy = POLICY
    if cloud.settings.policy:
        policy = read_yaml(cloud.settings.policy)
    add_policy(cloud, policy)
    add_service_role(cloud, cloud.account_id)


def add_template(cloud: Cloud, template: Template) -> None:
    """Create the buckets, policies and roles of a template; the other types change nothing here."""
    for bucket in template.resources("ALIYUN::OSS::Bucket"):
        made = cloud.oss.create_bucket(bucket.properties["BucketName"], region=REGION)
        made.lifecycle = bucket.properties.get("LifecycleConfiguration", {}).get("Rule", [])
    managed = template.resources("ALIYUN::RAM::ManagedPolicy")
    for role in template.resources("ALIYUN::RAM::Role"):
        name = role.properties["RoleName"]
        try:
            cloud.identity.add_role(
                name,
                trust=role.properties["AssumeRolePolicyDocument"],
                policies=policies_of(cloud, role.properties, managed),
                max_session_duration_s=int(role.properties.get("MaxSessionDuration", 3600)),
                description=role.properties.get("Description", ""),
            )
        except PolicyError as cause:
            raise SettingsError(f"template: role {name}: {cause}") from cause


def policies_of(cloud: Cloud, role: Mapping[str, Any], managed: list[Resource]) -> tuple[PolicyName, ...]:
    """The policies of a role: its own, the managed ones that name it, and system policies."""
    attached = [policy.properties for policy in managed if role["RoleName"] in policy.properties.get("Roles", [])]
    system = [PolicyName("System", name) for name in role.get("PolicyAttachments", {}).get("System", [])]
    for name in system:
        if not cloud.identity.policies.find(cloud.account_id, name):
            raise PolicyError(f"the emulator does not know the system policy {name.name}")
    own = [
        cloud.identity.policies.put(cloud.account_id, policy["PolicyName"], policy["PolicyDocument"])
        for policy in (*role.get("Policies", []), *attached)
    ]
    return (*own, *system)


def add_role(cloud: Cloud, name: str) -> None:
    """A role that may do everything and trusts functions and the account: for a world without a template."""
    trusted = trust(RAM=[f"acs:ram::{cloud.account_id}:root"], Service=["fc.aliyuncs.com"])
    cloud.identity.add_role(name, trust=trusted, policies=ALL)


def add_foreign_role(cloud: Cloud, name: str, owner: str, external_id: str | None) -> None:
    """The role of an account that has no template here: it trusts whom ours trusts, and may there what ours may."""
    ours = cloud.identity.role(f"acs:ram::{cloud.account_id}:role/image-export")
    held = cloud.identity.policies_of(ours) if ours else []
    documents = [(policy.name.name, json.dumps(policy.document).replace(cloud.account_id, owner)) for policy in held]
    policies = tuple(cloud.identity.policies.put(owner, name, json.loads(text)) for name, text in documents) or ALL
    trusted = copy.deepcopy(dict(ours.trust)) if ours else trust(RAM=[f"acs:ram::{cloud.account_id}:root"])
    if external_id:
        trusted["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": [external_id]}}
    cloud.identity.add_role(name, account_id=owner, trust=trusted, policies=policies)
    if owner != cloud.account_id:
        add_service_role(cloud, owner)


def add_service_role(cloud: Cloud, owner: str) -> None:
    """The role that ECS writes to OSS with, where it is not there: an account that exports has it, whoever made it."""
    if cloud.identity.role(f"acs:ram::{owner}:role/{SERVICE_ROLE}"):
        return
    policies, trusted = (PolicyName("System", "AliyunECSImageExportRolePolicy"),), trust(Service=["ecs.aliyuncs.com"])
    cloud.identity.add_role(SERVICE_ROLE, account_id=owner, trust=trusted, policies=policies)


def add_policy(cloud: Cloud, policy: Mapping[str, Any]) -> None:
    """Create what the policy of the functions names and the template does not have."""
    for account in policy.get("accounts") or []:
        add_account(cloud, account)
    for target in policy.get("notify") or []:
        add_notify_target(cloud, target)


def add_account(cloud: Cloud, account: Mapping[str, Any]) -> None:
    """Create the role of an account and the buckets that it owns."""
    arn = account.get("role_arn", f"acs:ram::{cloud.account_id}:role/image-export")
    owner, name = arn.split(":")[3], arn.rpartition("role/")[2]
    if cloud.identity.role(arn) is None:
        add_foreign_role(cloud, name, owner, account.get("external_id"))
    for region, destination in (account.get("destinations") or {}).items():
        cloud.oss.create_bucket(destination["bucket"], region=region, account_id=owner)


def add_notify_target(cloud: Cloud, target: Mapping[str, Any]) -> None:
    """Create a bus, or a function of FC 2.0; functions of FC 3.0 are those of s.yaml."""
    if bus := target.get("eventbridge"):
        if bus["bus"] not in cloud.eventbridge.buses:
            cloud.eventbridge.add_bus(bus["bus"], bus.get("region", REGION))
    elif "service" in (function := target.get("function") or {}):
        cloud.fc.add_service(function["service"], function["function"])
