"""The role that ECS writes exported images with: whether it is there, trusts ECS, and may write to the bucket.

Source: ExportImage page: the role's name, its trust policy, and the rights that a policy of one's own must hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alicloud_emulator.identity import SERVICE_ROLE
from alicloud_emulator.ram.authorization import role_may
from alicloud_emulator.ram.documents import Request
from alicloud_emulator.ram.system_policies import EXPORT_ACTIONS
from alicloud_emulator.ram.trust import lets_in

if TYPE_CHECKING:
    from alicloud_emulator.cloud import Cloud
    from alicloud_emulator.oss.buckets import Bucket

ECS = ("Service", "ecs.aliyuncs.com")
OF_THE_BUCKET = frozenset({"oss:GetBucketLocation", "oss:GetBucketInfo", "oss:ListMultipartUploads"})


def arn_of(account_id: str, name: str = SERVICE_ROLE) -> str:
    """The role of an account."""
    return f"acs:ram::{account_id}:role/{name}"


def can_be_taken(cloud: Cloud, arn: str) -> bool:
    """Whether the role is there and trusts ECS."""
    role = cloud.identity.role(arn)
    return role is not None and lets_in(role.trusts(), [ECS], {})


def may_write(cloud: Cloud, arn: str, bucket: Bucket, key: str) -> bool:
    """Whether the role may do with the bucket and the object all that an export does."""
    return all(role_may(cloud, arn, request) for request in requests(cloud, bucket, key))


def requests(cloud: Cloud, bucket: Bucket, key: str) -> Iterator[Request]:
    """What an export does, as RAM is asked for it."""
    context = {"acs:SecureTransport": "true", "acs:CurrentTime": cloud.clock.now().isoformat()}
    name = f"acs:oss:oss-{bucket.region}:{bucket.account_id}:{bucket.name}"
    for action in EXPORT_ACTIONS:
        yield Request(action=action, resource=name if action in OF_THE_BUCKET else f"{name}/{key}", context=context)
