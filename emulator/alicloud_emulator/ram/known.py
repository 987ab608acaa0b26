"""What the emulator knows of resources when RAM is asked: how a resource is called, and the keys of conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.identity import Identity
from alicloud_emulator.oss.buckets import Bucket
from alicloud_emulator.unsure import Unsure

HOME = "cn-hangzhou"  # the region of what has none in a call's address here


class Known(NamedTuple):
    """What a resource is called depends on: whose a bucket is and where, how a role is spelled, and the account."""

    buckets: Mapping[str, Bucket]
    identity: Identity
    ecs: Ecs
    unsure: Unsure

    @property
    def account_id(self) -> str:
        """The account of everything else."""
        return self.identity.account_id


Resource = Callable[[Call, Known], str]
Resources = Callable[[Call, Known], list[str]]  # of an action on several things at once
Need = tuple[str, Resource | Resources]
Needs = tuple[Need, ...]  # every one of them; none: anybody may call


def ecs(name: str) -> Resource:
    """Something of ECS in the caller's account and the call's region; parameters in braces are filled in."""
    return lambda call, _: f"acs:ecs:{call.params['RegionId']}:{call.key.account_id}:{name.format_map(call.params)}"
