"""What RAM asks of those who start, hear and release instances: resources, and the keys of conditions."""

from typing import Any

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.request import AcsRequest

from alicloud_emulator.identity import AccessKey
from tests.emulator.ecs_requests import (
    NETWORK,
    assistant_status,
    available_resource,
    console_output,
    delete_instance,
    delete_instances,
    describe_instance_status,
    describe_instances,
    image_types,
    invocation_results,
    run_command,
    run_instances,
    screenshot,
    stop_instance,
)
from tests.emulator.test_ram_denials import ALL, allow, deny, session
from tests.emulator.world import World, code_of

PLACE = "acs:ecs:cn-hangzhou:1234567890123456"
FORBIDDEN = (403, "Forbidden.RAM")


@pytest.fixture
def image(world: World) -> str:
    """An image, and a network to start it in."""
    world.post("networks", NETWORK)
    return str(world.create_image(Status="Available")["ImageId"])


def tagged(world: World, image: str, value: str = "d-1") -> str:
    """A Running instance with the tag `drill`."""
    made = world.send(run_instances(image, **{"Tag.1.Key": "drill", "Tag.1.Value": value}))
    world.advance(90)
    return str(made["InstanceIdSets"]["InstanceIdSet"][0])


def may(world: World, request: AcsRequest, key: AccessKey) -> bool:
    """Whether it is allowed, whatever becomes of it then."""
    try:
        world.send(request, key)
    except ServerException as refusal:
        return bool(refusal.error_code != "Forbidden.RAM")
    return True


def requests(image: str, one: str) -> dict[str, tuple[AcsRequest, str]]:
    """Each action, and the resource on which it is judged."""
    return {
        "ecs:RunInstances": (run_instances(image), "*"),
        "ecs:DescribeInstances": (describe_instances(), "instance/*"),
        "ecs:DescribeInstanceStatus": (describe_instance_status(), "*"),
        "ecs:StopInstance": (stop_instance(one, DryRun="true"), f"instance/{one}"),
        "ecs:DeleteInstance": (delete_instance(one, Force="true", DryRun="true"), f"instance/{one}"),
        "ecs:DeleteInstances": (delete_instances(one, Force="true", DryRun="true"), f"instance/{one}"),
        "ecs:GetInstanceConsoleOutput": (console_output(one), f"instance/{one}"),
        "ecs:GetInstanceScreenshot": (screenshot(one), f"instance/{one}"),
        "ecs:DescribeCloudAssistantStatus": (assistant_status(one), f"instance/{one}"),
        "ecs:RunCommand": (run_command(one), f"instance/{one}"),
        "ecs:DescribeInvocationResults": (invocation_results(), "command/*"),
        "ecs:DescribeAvailableResource": (available_resource(), "*"),
        "ecs:DescribeImageSupportInstanceTypes": (image_types(image), f"image/{image}"),
    }


def test_each_action_is_judged_by_its_name_on_its_resource(world: World, image: str) -> None:
    one = tagged(world, image)
    for action, (request, resource) in requests(image, one).items():
        with pytest.raises(ServerException) as refusal:
            world.send(request, session(world, ALL, deny(action)))
        assert (refusal.value.http_status, refusal.value.error_code) == FORBIDDEN
        assert refusal.value.message.endswith(f"Action: {action} Resource: {PLACE}:{resource}")
        if action != "ecs:DescribeInvocationResults":
            assert may(world, request, session(world, allow(action, f"{PLACE}:{resource}")))


def test_results_are_judged_by_command_and_instance(world: World, image: str) -> None:
    one = tagged(world, image)
    key = session(world, allow("*", f"{PLACE}:command/c-1"), allow("*", f"{PLACE}:instance/{one}"))
    assert may(world, invocation_results(CommandId="c-1", InstanceId=one), key)
    assert code_of(world, invocation_results(CommandId="c-2", InstanceId=one), key) == FORBIDDEN
    assert code_of(world, invocation_results(CommandId="c-1"), key) == FORBIDDEN


def test_a_start_may_be_judged_by_its_image_too(world: World, image: str) -> None:
    key = session(world, ALL, deny("ecs:RunInstances", f"{PLACE}:image/*"))
    assert may(world, run_instances(image), key)
    world.post("unsure", {"run_instances_resource": "image"})
    assert code_of(world, run_instances(image), key) == FORBIDDEN
    assert may(world, run_instances(image), session(world, allow("ecs:RunInstances")))


def given(operator: str, name: str, value: str) -> dict[str, Any]:
    return allow("ecs:RunInstances", Condition={operator: {name: value}})


@pytest.mark.parametrize(
    ("name", "value", "otherwise"),
    [
        ("ecs:InstanceType", "ecs.g6.large", {"InstanceType": "ecs.c6.large"}),
        ("ecs:InstanceTypeFamily", "ecs.g6", {"InstanceType": "ecs.c6.large"}),
        ("ecs:ImageSource", "Custom", {"ImageId": "m-shared"}),
        ("ecs:ImageOwnerId", "1234567890123456", {"ImageId": "m-shared"}),
        ("ecs:AssociatePublicIpAddress", "false", {"InternetMaxBandwidthOut": "1"}),
        ("ecs:PasswordInherit", "false", {"PasswordInherit": "true"}),
        ("ecs:PasswordCustomized", "false", {"Password": "Abc12345!"}),
        ("ecs:NotSpecifySecurityGroupId", "false", {"SecurityGroupId": ""}),
        ("ecs:SecurityHardeningMode", "false", {"HttpTokens": "required"}),
        (
            "vpc:VPC",
            "acs:vpc:cn-hangzhou:1234567890123456:vpc/vpc-bp1docs",
            {"VSwitchId": "vsw-other", "SecurityGroupId": "sg-other"},
        ),
        ("vpc:IsDefaultVpc", "false", {"VSwitchId": "vsw-other", "SecurityGroupId": "sg-other"}),
    ],
)
def test_a_start_has_keys_that_a_policy_may_ask_for(
    world: World, image: str, name: str, value: str, otherwise: dict[str, str]
) -> None:
    world.post(
        "networks", {"vswitch": "vsw-other", "vpc": "vpc-other", "default": True, "security_groups": ["sg-other"]}
    )
    shared = {"ImageOwnerAlias": "others", "ImageOwnerId": 9999999999999999}
    world.create_image(ImageId="m-shared", Status="Available", **shared)
    key = session(world, given("StringEquals", name, value))
    assert may(world, run_instances(image), key)
    assert code_of(world, run_instances(image, **otherwise), key) == FORBIDDEN


def test_what_is_not_there_has_no_key(world: World, image: str) -> None:
    key = session(world, given("StringLike", "vpc:VPC", "*"))
    assert code_of(world, run_instances(image, VSwitchId="vsw-nobodys"), key) == FORBIDDEN
    key = session(world, given("StringLike", "ecs:ImageOwnerId", "*"))
    assert code_of(world, run_instances("m-nobodys"), key) == FORBIDDEN


def test_instances_are_released_by_their_tags(world: World, image: str) -> None:
    one, other = tagged(world, image), tagged(world, image, "d-2")
    condition = {"StringEquals": {"ecs:tag/drill": "d-1"}}
    key = session(world, allow("ecs:*", f"{PLACE}:instance/*", Condition=condition))
    for action in ("ecs:StopInstance", "ecs:DeleteInstance", "ecs:DeleteInstances", "ecs:GetInstanceConsoleOutput"):
        assert may(world, requests(image, one)[action][0], key)
        assert code_of(world, requests(image, other)[action][0], key) == FORBIDDEN
    assert code_of(world, delete_instances(one, other, Force="true"), key) == FORBIDDEN
    assert code_of(world, delete_instance("i-nobodys"), key) == FORBIDDEN


def test_a_command_is_judged_by_who_runs_it(world: World, image: str) -> None:
    one = tagged(world, image)
    key = session(world, allow("ecs:RunCommand", Condition={"StringEquals": {"ecs:CommandRunAs": "root"}}))
    assert may(world, run_command(one), key)
    assert code_of(world, run_command(one, Username="admin"), key) == FORBIDDEN
