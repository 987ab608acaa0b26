"""Which permission an API call needs: one row for each action of each service. Pure.

Sources: ECS page "Authentication rules" and the pages of the actions (DescribeTasks, DescribeTaskAttribute and
CancelTask know no resource); RAM and STS pages of the actions; OSS page "RAM policies"; EventBridge page "Policies and
examples"; FC page "Policies and sample policies".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.ram.known import HOME, Known, Needs, Resource, ecs
from alicloud_emulator.ram.of_instances import NEEDS as OF_INSTANCES
from alicloud_emulator.ram.of_instances import keys

ROLE_ARN = re.compile(r"acs:ram::(\d+):role/(.+)", re.IGNORECASE)


class Unmapped(RuntimeError):
    """An action that the emulator serves without knowing its permission: a bug of the emulator."""


def needed(call: Call, known: Known) -> list[tuple[str, str, Mapping[str, str]]]:
    """The actions and resources that a call must be allowed, each with the keys that its service gives it."""
    if call.service == "oss" and call.action != "PutBucket" and call.params["bucket"] not in known.buckets:
        return []  # NoSuchBucket comes before any right
    return [(action, resource, keys(call, known, resource)) for action, resource in asked_for(call, known)]


def asked_for(call: Call, known: Known) -> Iterator[tuple[str, str]]:
    """Each action on each resource."""
    for action, resources in NEEDS[call.service, call.action]:
        found = resources(call, known)
        for resource in [found] if isinstance(found, str) else found:
            yield action, resource


def check_mapped(services: Mapping[str, Iterable[str]]) -> None:
    """Raise Unmapped where an action has no row."""
    for service, actions in services.items():
        for action in actions:
            if (service, action) not in NEEDS:
                raise Unmapped(
                    f"{service} {action}: emulator/alicloud_emulator/ram/permissions.py says nothing of its permission"
                )


def described(call: Call, known: Known) -> str:
    """The image that is asked for by its id; every one, where none or several are."""
    asked = call.params.get("ImageId", "")
    return ecs("image/{ImageId}" if asked and "," not in asked else "image/*")(call, known)


def snapshot(call: Call, known: Known) -> str:
    """A snapshot, in its own region: its call names none."""
    found = known.ecs.images.snapshots.by_id.get(call.params["SnapshotId"])
    region = found.place[0] if found else call.params.get("RegionId") or HOME
    return f"acs:ecs:{region}:{call.key.account_id}:snapshot/{call.params['SnapshotId']}"


def made_of(call: Call, known: Known) -> str:
    """The instance or the snapshot that an image is made of; with neither, the call is refused later."""
    name = "instance/{InstanceId}" if call.params.get("InstanceId") else "snapshot/{SnapshotId}"
    of_one = call.params.get("SnapshotId") or call.params.get("InstanceId")
    return ecs(name if of_one else "*")(call, known)


def bucket(call: Call, known: Known) -> str:
    """The bucket of a call, in its own region and its owner's account."""
    found = known.buckets[call.params["bucket"]]
    return f"acs:oss:oss-{found.region}:{found.account_id}:{found.name}"


def of_a_missing_object(call: Call, known: Known) -> list[str]:
    """Whether it takes the right to list a bucket to hear that an object is not there is not sure."""
    hidden = known.unsure.missing_object == "AccessDenied"
    there = call.params["key"] in known.buckets[call.params["bucket"]].objects
    return [bucket(call, known)] if hidden and not there else []


def new_bucket(call: Call, _known: Known) -> str:
    """The bucket that a call would make, in the caller's account."""
    return f"acs:oss:oss-{call.region}:{call.key.account_id}:{call.params['bucket']}"


def key(call: Call, known: Known) -> str:
    """The object of a call."""
    return f"{bucket(call, known)}/{call.params['key']}"


def copied(call: Call, known: Known) -> str:
    """The object of which a part is copied."""
    name, _, of_object = unquote(call.params["x-oss-copy-source"].partition("?")[0]).removeprefix("/").partition("/")
    found = known.buckets.get(name)
    if found is None:
        raise ApiError(404, "NoSuchBucket", "The specified bucket does not exist.")
    return f"acs:oss:oss-{found.region}:{found.account_id}:{found.name}/{of_object}"


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
    ("ecs", "DescribeImages"): (("ecs:DescribeImages", described),),
    ("ecs", "CreateImage"): (("ecs:CreateImage", made_of),),
    ("ecs", "CopyImage"): (("ecs:CopyImage", ecs("image/*")),),
    ("ecs", "ExportImage"): (("ecs:ExportImage", ecs("image/{ImageId}")),),
    ("ecs", "ImportImage"): (("ecs:ImportImage", ecs("image/*")),),
    ("ecs", "ModifyImageAttribute"): (("ecs:ModifyImageAttribute", ecs("image/{ImageId}")),),
    ("ecs", "DeleteImage"): (("ecs:DeleteImage", ecs("image/{ImageId}")),),
    ("ecs", "DescribeSnapshots"): (("ecs:DescribeSnapshots", ecs("snapshot/*")),),
    ("ecs", "DeleteSnapshot"): (("ecs:DeleteSnapshot", snapshot),),
    ("ecs", "DescribeTasks"): (("ecs:DescribeTasks", ecs("*")),),
    ("ecs", "DescribeTaskAttribute"): (("ecs:DescribeTaskAttribute", ecs("*")),),
    ("ecs", "CancelTask"): (("ecs:CancelTask", ecs("*")),),
    **OF_INSTANCES,
    ("sts", "AssumeRole"): (("sts:AssumeRole", assumed),),
    ("sts", "GetCallerIdentity"): (),
    ("ram", "GetRole"): (("ram:GetRole", ram("role/{RoleName}")),),
    ("ram", "ListPoliciesForRole"): (("ram:ListPoliciesForRole", ram("role/{RoleName}")),),
    ("ram", "GetPolicy"): (("ram:GetPolicy", policy),),
    ("ram", "GetPolicyVersion"): (("ram:GetPolicyVersion", policy),),
    ("oss", "PutObject"): (("oss:PutObject", key),),
    ("oss", "GetObject"): (("oss:GetObject", key), ("oss:ListObjects", of_a_missing_object)),
    ("oss", "HeadObject"): (("oss:GetObject", key), ("oss:ListObjects", of_a_missing_object)),
    ("oss", "DeleteObject"): (("oss:DeleteObject", key),),
    ("oss", "RestoreObject"): (("oss:RestoreObject", key),),
    ("oss", "InitiateMultipartUpload"): (("oss:PutObject", key),),
    ("oss", "UploadPart"): (("oss:PutObject", key),),
    ("oss", "UploadPartCopy"): (("oss:PutObject", key), ("oss:GetObject", copied)),
    ("oss", "CompleteMultipartUpload"): (("oss:PutObject", key),),
    ("oss", "AbortMultipartUpload"): (("oss:AbortMultipartUpload", key),),
    ("oss", "ListParts"): (("oss:ListParts", key),),
    ("oss", "ListMultipartUploads"): (("oss:ListMultipartUploads", bucket),),
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
