"""ECS of the policy's accounts in a person's name: with their own keys in their own account, else through a role."""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timezone

from image_export.edges.aliyun.clouds import AliyunCloud, AliyunClouds
from image_export.edges.aliyun.credentials import RoleSessions, Session
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.retrying import Retrying
from image_export.use_cases.export.either_role import roles_of
from image_export.use_cases.ports import Cloud
from image_export.values.account import AssumedRole
from image_export.values.export_request import ExportRequest
from image_export.values.place import Scope
from image_export.values.policy import Policy

from .keys.finding import Keys

PATIENCE_S = 30.0  # a call


class PersonalClouds:
    """Where a `Cloud` comes from for somebody at a terminal. Sends nothing yet."""

    def __init__(self, account_id: str, keys: Keys, addresses: Addresses) -> None:
        self._account_id, self._addresses = account_id, addresses
        self._retrying = Retrying(lambda: PATIENCE_S, sleep=time.sleep, random=random.random)
        # They renew themselves, so that no session of them is kept.
        self._own = RoleSessions(lambda _: Session(keys(), _now()), _now)
        self._assumed = AliyunClouds(keys, addresses, self._retrying)

    def at(self, role: AssumedRole, region_id: str) -> Cloud:
        """An account and region, to list what is there: no bucket is touched."""
        if role.account_id == self._account_id:
            return AliyunCloud(Scope(role, region_id, ""), self._own, self._addresses, self._retrying)
        return self._assumed.at(role, region_id, "")

    def of(self, policy: Policy, request: ExportRequest) -> Iterator[Cloud]:
        """The ways to look at an export, the likeliest first."""
        if request.account_id == self._account_id:
            scope = Scope(request.role, request.region_id, request.oss_bucket)
            yield AliyunCloud(scope, self._own, self._addresses, self._retrying)
        for role in roles_of(policy, request):
            yield self._at(role, request)

    def _at(self, role: AssumedRole, request: ExportRequest) -> Cloud:
        return self._assumed.at(role, request.region_id, request.oss_bucket)


def _now() -> datetime:
    return datetime.now(timezone.utc)
