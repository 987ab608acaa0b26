"""What actions on instances need, and the keys of conditions that a policy may ask of them. Pure.

Sources: page "RAM authorization" of ECS for resources and keys; page "RAM authorization" of VPC for how `vpc:VPC` is
written; user guide "Control access by tags" for `ecs:tag/<key>`, which is known here of instances alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.instances.types import TYPES
from alicloud_emulator.ecs.paging import numbered
from alicloud_emulator.ram.known import HOME, Known, Needs, Resources, ecs

ON_INSTANCE = ":instance/"


def instance(call: Call, known: Known) -> list[str]:
    """The instances of a call, in their own regions: some calls name none. Every one, where none is asked for."""
    ids = [call.params["InstanceId"]] if call.params.get("InstanceId") else numbered(call, "InstanceId")
    return [f"acs:ecs:{region(call, known, one)}:{call.key.account_id}:instance/{one}" for one in ids or ["*"]]


def region(call: Call, known: Known, instance_id: str) -> str:
    """Where an instance is, or would be."""
    found = known.ecs.instances.by_id.get(instance_id)
    return found.order.region if found else call.params.get("RegionId") or HOME


def run(call: Call, known: Known) -> list[str]:
    """All resources; whether the image is one that is judged by itself is not sure."""
    by_image = known.unsure.run_instances_resource == "image"
    return [ecs("*")(call, known), *([ecs("image/{ImageId}")(call, known)] if by_image else [])]


def result(call: Call, known: Known) -> list[str]:
    """The command and the instances whose results are asked for."""
    command = f"command/{call.params.get('CommandId') or '*'}"
    return [ecs(command)(call, known), *instance(call, known)]


ON: Mapping[str, Resources] = {
    "RunInstances": run,
    "StopInstance": instance,
    "DeleteInstance": instance,
    "DeleteInstances": instance,
    "GetInstanceConsoleOutput": instance,
    "GetInstanceScreenshot": instance,
    "DescribeCloudAssistantStatus": instance,
    "RunCommand": instance,
    "DescribeInvocationResults": result,
}
NEEDS: Mapping[tuple[str, str], Needs] = {
    **{("ecs", action): ((f"ecs:{action}", resources),) for action, resources in ON.items()},
    ("ecs", "DescribeInstances"): (("ecs:DescribeInstances", ecs("instance/*")),),
    ("ecs", "DescribeInstanceStatus"): (("ecs:DescribeInstanceStatus", ecs("*")),),
    ("ecs", "DescribeAvailableResource"): (("ecs:DescribeAvailableResource", ecs("*")),),
    ("ecs", "DescribeImageSupportInstanceTypes"): (("ecs:DescribeImageSupportInstanceTypes", ecs("image/{ImageId}")),),
}


def keys(call: Call, known: Known, resource: str) -> dict[str, str]:
    """The keys that a call on a resource carries beside those of every call."""
    if call.service != "ecs":
        return {}
    found: dict[str, str] = {}
    if call.action == "RunInstances":
        found |= of_a_start(call) | of_its_image(call, known) | of_its_network(call, known)
    if call.action == "RunCommand":
        found["ecs:CommandRunAs"] = call.params.get("Username") or "root"
    _, on_instance, instance_id = resource.partition(ON_INSTANCE)
    one = known.ecs.instances.by_id.get(instance_id) if on_instance else None
    return found | ({f"ecs:tag/{key}": value for key, value in one.tags.items()} if one else {})


def of_a_start(call: Call) -> dict[str, str]:
    """What the parameters of RunInstances say."""
    params = call.params
    one = TYPES.get(params.get("InstanceType", ""))
    grouped = params.get("SecurityGroupId") or numbered(call, "SecurityGroupIds")
    return {
        "ecs:InstanceType": params.get("InstanceType", ""),
        "ecs:InstanceTypeFamily": one.family if one else "",
        "ecs:AssociatePublicIpAddress": said(params.get("InternetMaxBandwidthOut") not in {None, "", "0"}),
        "ecs:PasswordInherit": said(params.get("PasswordInherit", "").lower() == "true"),
        "ecs:PasswordCustomized": said(bool(params.get("Password"))),
        "ecs:NotSpecifySecurityGroupId": said(not grouped),
        "ecs:SecurityHardeningMode": said(params.get("HttpTokens") == "required"),
    }


def of_its_image(call: Call, known: Known) -> dict[str, str]:
    """Of which sort the image is and whose; nothing where it is not there."""
    found = next((one for one in known.ecs.images if one.id == call.params.get("ImageId")), None)
    if found is None:
        return {}
    alias = str(found.fields["ImageOwnerAlias"])
    return {"ecs:ImageSource": SOURCES.get(alias, alias.capitalize()), "ecs:ImageOwnerId": found.account_id}


SOURCES = {"self": "Custom", "others": "Shared"}


def of_its_network(call: Call, known: Known) -> dict[str, str]:
    """The VPC; nothing where the vSwitch is not there."""
    found = known.ecs.networks.by_vswitch.get(call.params.get("VSwitchId", ""))
    if found is None:
        return {}
    vpc = f"acs:vpc:{found.region}:{found.account_id}:vpc/{found.vpc}"
    return {"vpc:VPC": vpc, "vpc:IsDefaultVpc": said(found.default)}


def said(value: bool) -> str:
    """As a policy has it."""
    return str(value).lower()
