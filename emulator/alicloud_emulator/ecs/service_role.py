"""The roles that ECS writes exported images and reads imported ones with: there, trusting ECS, with their rights.

Sources: ExportImage and ImportImage pages: names, trust policy, and the rights that a policy of one's own must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.identity import EXPORT_ROLE, Identity
from alicloud_emulator.oss.buckets import Bucket
from alicloud_emulator.ram.authorization import Rights
from alicloud_emulator.ram.documents import Request
from alicloud_emulator.ram.system_policies import EXPORT_ACTIONS, IMPORT_ACTIONS
from alicloud_emulator.ram.trust import lets_in

ECS = ("Service", "ecs.aliyuncs.com")
OF_THE_BUCKET = frozenset({"oss:GetBucketLocation", "oss:GetBucketInfo", "oss:ListMultipartUploads"})


def arn_of(account_id: str, name: str = EXPORT_ROLE) -> str:
    """The role of an account."""
    return f"acs:ram::{account_id}:role/{name}"


class ServiceRoles:
    """The roles that ECS takes, as RAM judges them."""

    def __init__(self, identity: Identity, rights: Rights, clock: CloudClock) -> None:
        self._identity = identity
        self._rights = rights
        self._clock = clock

    def can_be_taken(self, arn: str) -> bool:
        """Whether the role is there and trusts ECS."""
        role = self._identity.role(arn)
        return role is not None and lets_in(role.trusts(), [ECS], {})

    def may_write(self, arn: str, bucket: Bucket, key: str) -> bool:
        """Whether the role may do with the bucket and the object all that an export does."""
        return self._may(arn, requests(EXPORT_ACTIONS, bucket, key, self._clock.now()))

    def may_read(self, arn: str, bucket: Bucket, key: str) -> bool:
        """Whether the role may do with the bucket and the object all that an import does."""
        return self._may(arn, requests(IMPORT_ACTIONS, bucket, key, self._clock.now()))

    def _may(self, arn: str, asked: Iterator[Request]) -> bool:
        return all(self._rights.role_may(arn, request) for request in asked)


def requests(actions: Iterable[str], bucket: Bucket, key: str, now: datetime) -> Iterator[Request]:
    """What ECS does with a bucket, as RAM is asked for it."""
    context = {"acs:SecureTransport": "true", "acs:CurrentTime": now.isoformat()}
    name = f"acs:oss:oss-{bucket.region}:{bucket.account_id}:{bucket.name}"
    for action in actions:
        yield Request(action=action, resource=name if action in OF_THE_BUCKET else f"{name}/{key}", context=context)
