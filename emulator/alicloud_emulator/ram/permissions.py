"""Which permission an API call needs: one row for each action of each service. Pure.

Sources: ECS page "Authentication rules" and the pages of the actions (DescribeTasks, DescribeTaskAttribute and
CancelTask know no resource); RAM and STS pages of the actions; OSS page "RAM policies"; EventBridge page "Policies and
examples"; FC page "Policies and sample policies".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.identity import Identity
from alicloud_emulator.oss.buckets import Bucket

ROLE_ARN = re.compile(r"acs:ram::(\d+):role/(.+)", re.IGNORECASE)
HOME = "cn-hangzhou"  # the region of what has none in a call's address here


class Known(NamedTuple):
    """What a resource is called depends on: whose a bucket is and where, how a role is spelled, and the account."""

    buckets: Mapping[str, Bucket]
    identity: Identity

    @property
    def account_id(self) -> str:
        """The account of everything else."""
        return self.identity.account_id


Resource = Callable[[Call, Known], str]
Needs = tuple[tuple[str, Resource], ...]  # every one of them; none: anybody may call


class Unmapped(RuntimeError):
    """An action that the emulator serves without knowing its permission: a bug of the emulator."""


def needed(call: Call, known: Known) -> list[tuple[str, str]]:
    """The actions and resources that a call must be allowed."""
    if call.service == "oss" and call.action != "PutBucket" and call.params["bucket"] not in known.buckets:
        return []  # NoSuchBucket comes before any right
    return [(action, resource(call, known)) for action, resource in NEEDS[call.service, call.action]]


def check_mapped(services: Mapping[str, Iterable[str]]) -> None:
    """Raise Unmapped where an action has no row."""
    for service, actions in services.items():
        for action in actions:
            if (service, action) not in NEEDS:
                raise Unmapped(
                    f"{service} {action}: emulator/alicloud_emulator/ram/permissions.py says nothing of its permission"
                )


def ecs(name: str) -> Resource:
    """Something of ECS in the caller's account and the call's region; parameters in braces are filled in."""
    return lambda call, _: f"acs:ecs:{call.params['RegionId']}:{call.key.account_id}:{name.format_map(call.params)}"


def made_of(call: Call, known: Known) -> str:
    """The instance or the snapshot that an image is made of; with neither, the call is refused later."""
    name = "instance/{InstanceId}" if call.params.get("InstanceId") else "snapshot/{SnapshotId}"
    of_one = call.params.get("SnapshotId") or call.params.get("InstanceId")
    return ecs(name if of_one else "*")(call, known)


def bucket(call: Call, known: Known) -> str:
    """The bucket of a call, in its own region and its owner's account."""
    found = known.buckets[call.params["bucket"]]
    return f"acs:oss:oss-{found.region}:{found.account_id}:{found.name}"


def new_bucket(call: Call, _known: Known) -> str:
    """The bucket that a call would make, in the caller's account."""
    return f"acs:oss:oss-{call.region}:{call.key.account_id}:{call.params['bucket']}"


def key(call: Call, known: Known) -> str:
    """The object of a call."""
    return f"{bucket(call, known)}/{call.params['key']}"


def ram(name: str) -> Resource:
    """Something of RAM in the caller's account."""
    return lambda call, _: f"acs:ram:*:{call.key.account_id}:{name.format_map(call.params)}"


def policy(call: Call, _known: Known) -> str:
    """A policy; those of the system belong to the account `system`."""
    owner = "system" if call.params["PolicyType"] == "System" else call.key.account_id
    return f"acs:ram:*:{owner}:policy/{call.params['PolicyName']}"


def assumed(call: Call, known: Known) -> str:
    """The role of an AssumeRole, whoever's it is."""
    found = ROLE_ARN.fullmatch(call.params["RoleArn"])
    if not found:
        raise ApiError(400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed.")
    role = known.identity.role(found[0])
    return f"acs:ram:*:{found[1]}:role/{role.name if role else found[2]}"


def bus(name: str) -> Resource:
    """A bus of the account, or something on it."""
    return lambda call, known: (
        f"acs:eventbridge:{call.region or HOME}:{known.account_id}:eventbus/{name.format_map(call.params)}"
    )


def fc(name: str) -> Resource:
    """Something of FC 3.0."""
    return lambda call, known: f"acs:fc:{HOME}:{known.account_id}:{name.format_map(call.params)}"


def invoked(call: Call, known: Known) -> str:
    """A function of FC 3.0, or of FC 2.0 where a service is named; with its qualifier where one is given."""
    qualifier = call.params.get("qualifier") or "LATEST"
    if "service" not in call.params:
        return fc("functions/{function}" if qualifier == "LATEST" else "functions/{function}/{qualifier}")(call, known)
    of_service = "services/{service}" if qualifier == "LATEST" else "services/{service}.{qualifier}"
    return fc(f"{of_service}/functions/{{function}}")(call, known)


NEEDS: Mapping[tuple[str, str], Needs] = {
    ("ecs", "DescribeImages"): (("ecs:DescribeImages", ecs("image/*")),),
    ("ecs", "CreateImage"): (("ecs:CreateImage", made_of),),
    ("ecs", "CopyImage"): (("ecs:CopyImage", ecs("image/{ImageId}")),),
    ("ecs", "ExportImage"): (("ecs:ExportImage", ecs("image/{ImageId}")),),
    ("ecs", "DescribeTasks"): (("ecs:DescribeTasks", ecs("*")),),
    ("ecs", "DescribeTaskAttribute"): (("ecs:DescribeTaskAttribute", ecs("*")),),
    ("ecs", "CancelTask"): (("ecs:CancelTask", ecs("*")),),
    ("sts", "AssumeRole"): (("sts:AssumeRole", assumed),),
    ("sts", "GetCallerIdentity"): (),
    ("ram", "GetRole"): (("ram:GetRole", ram("role/{RoleName}")),),
    ("ram", "ListPoliciesForRole"): (("ram:ListPoliciesForRole", ram("role/{RoleName}")),),
    ("ram", "GetPolicy"): (("ram:GetPolicy", policy),),
    ("ram", "GetPolicyVersion"): (("ram:GetPolicyVersion", policy),),
    ("oss", "PutObject"): (("oss:PutObject", key),),
    ("oss", "GetObject"): (("oss:GetObject", key),),
    ("oss", "HeadObject"): (("oss:GetObject", key),),
    ("oss", "DeleteObject"): (("oss:DeleteObject", key),),
    ("oss", "ListObjectsV2"): (("oss:ListObjects", bucket),),
    ("oss", "PutBucket"): (("oss:PutBucket", new_bucket),),
    ("oss", "GetBucketInfo"): (("oss:GetBucketInfo", bucket),),
    ("oss", "GetBucketLifecycle"): (("oss:GetBucketLifecycle", bucket),),
    ("oss", "GetBucketVersioning"): (("oss:GetBucketVersioning", bucket),),
    ("oss", "PutBucketVersioning"): (("oss:PutBucketVersioning", bucket),),
    ("oss", "PutBucketEncryption"): (("oss:PutBucketEncryption", bucket),),
    ("eventbridge", "PutEvents"): (("eventbridge:PutEvents", bus("{EventBusName}")),),
    ("eventbridge", "CreateEventBus"): (("eventbridge:CreateEventBus", bus("{EventBusName}")),),
    ("eventbridge", "CreateRule"): (("eventbridge:CreateRule", bus("{EventBusName}/rule/{RuleName}")),),
    ("fc", "InvokeFunction"): (("fc:InvokeFunction", invoked),),
    ("fc", "GetFunction"): (("fc:GetFunction", fc("functions/{function}")),),
    ("fc", "ListFunctions"): (("fc:ListFunctions", fc("functions/*")),),
    ("fc", "GetTrigger"): (("fc:GetTrigger", fc("functions/{function}/triggers/{trigger}")),),
    ("fc", "ListTriggers"): (("fc:ListTriggers", fc("functions/{function}/triggers/*")),),
    ("fc", "GetAsyncInvokeConfig"): (("fc:GetAsyncInvokeConfig", fc("functions/{function}")),),
}
