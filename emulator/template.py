"""What exists at the start: buckets and roles of template.yml; buckets, roles, bus and functions of policy.yaml.

A world without these files has what the shipped ones name, so that a test need not bring its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from emulator.ros import Resource, Template

if TYPE_CHECKING:
    from emulator.cloud import Cloud

REGION = "cn-hangzhou"
TRUSTS_ACCOUNT = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": ["*"]}}]}
ROLES = ("image-export-event", "image-export-watch", "image-export", "AliyunECSImageExportDefaultRole")
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
            cloud.identity.add_role(name, trust=TRUSTS_ACCOUNT)
    policy = POLICY
    if cloud.settings.policy:
        policy = yaml.safe_load(cloud.settings.policy.read_text(encoding="utf-8")) or {}
    add_policy(cloud, policy)


def add_template(cloud: Cloud, template: Template) -> None:
    """Create the buckets and roles of a template; the other types change nothing here."""
    for bucket in template.resources("ALIYUN::OSS::Bucket"):
        cloud.oss.create_bucket(bucket.properties["BucketName"], region=REGION)
    managed = template.resources("ALIYUN::RAM::ManagedPolicy")
    for role in template.resources("ALIYUN::RAM::Role"):
        cloud.identity.add_role(
            role.properties["RoleName"],
            trust=role.properties["AssumeRolePolicyDocument"],
            policies=policies_of(role.properties, managed),
            max_session_duration_s=int(role.properties.get("MaxSessionDuration", 3600)),
        )


def policies_of(role: Mapping[str, Any], managed: list[Resource]) -> tuple[Mapping[str, Any], ...]:
    """The policies of a role: its own, the managed ones that name it, and system policies by name only."""
    attached = [policy.properties for policy in managed if role["RoleName"] in policy.properties.get("Roles", [])]
    system = role.get("PolicyAttachments", {}).get("System", [])
    named = [{"PolicyName": name, "PolicyType": "System"} for name in system]
    own = [
        {"PolicyName": policy["PolicyName"], "PolicyType": "Custom", "PolicyDocument": policy["PolicyDocument"]}
        for policy in (*role.get("Policies", []), *attached)
    ]
    return (*own, *named)


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
        cloud.identity.add_role(name, account_id=owner, trust=TRUSTS_ACCOUNT)
    for region, destination in (account.get("destinations") or {}).items():
        cloud.oss.create_bucket(destination["bucket"], region=region, account_id=owner)


def add_notify_target(cloud: Cloud, target: Mapping[str, Any]) -> None:
    """Create a bus, or a function of FC 2.0; functions of FC 3.0 are those of s.yaml."""
    if bus := target.get("eventbridge"):
        if bus["bus"] not in cloud.eventbridge.buses:
            cloud.eventbridge.add_bus(bus["bus"], bus.get("region", REGION))
    elif "service" in (function := target.get("function") or {}):
        cloud.fc.add_service(function["service"], function["function"])
