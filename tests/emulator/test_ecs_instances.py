"""Instances by the ECS SDK: how they are made, listed, stopped and released, and what is refused."""

from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.error import HTTPError

import pytest

from alicloud_emulator.cloud import Settings
from tests.emulator.ecs_requests import (
    NETWORK,
    available_resource,
    delete_image,
    delete_instance,
    delete_instances,
    describe_images,
    describe_instance_status,
    describe_instances,
    image_types,
    run_instances,
    stop_instance,
)
from tests.emulator.world import World, code_of, running
from tests.ground import OPEN


@pytest.fixture
def image(world: World) -> str:
    """An image of 60 GiB without NVMe, and a network to start it in."""
    world.post("networks", NETWORK)
    world.post("networks", {"vswitch": "vsw-other", "vpc": "vpc-other", "security_groups": ["sg-other"]})
    return str(world.create_image(ImageName="golden", Status="Available", Size=60)["ImageId"])


def started(world: World, image: str, **params: Any) -> list[str]:
    """The ids of new instances."""
    answer = world.send(run_instances(image, **params))
    return list(answer["InstanceIdSets"]["InstanceIdSet"])


def run(world: World, image: str, **params: Any) -> str:
    """The id of a new instance that is Running."""
    (one,) = started(world, image, **params)
    world.advance(25)
    assert state(world, one) == "Running"
    return one


def shown(world: World, **params: Any) -> list[dict[str, Any]]:
    return list(world.send(describe_instances(**params))["Instances"]["Instance"])


def state(world: World, instance: str) -> str | None:
    """The status, None where the instance is gone."""
    found = shown(world, InstanceIds=f'["{instance}"]')
    return found[0]["Status"] if found else None


def ahead(world: World, **later: float) -> str:
    now = datetime.fromisoformat(world.get("clock")["now"])
    return (now + timedelta(**later)).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_instance_is_pending_starting_and_then_running(world: World, image: str) -> None:
    (one,) = started(world, image)
    assert one.startswith("i-")
    seen = [state(world, one)]
    for seconds in (6, 18):
        world.advance(seconds)
        seen.append(state(world, one))
    world.advance(2)
    assert [*seen, state(world, one)] == ["Pending", "Starting", "Starting", "Running"]
    statuses = world.send(describe_instance_status(**{"InstanceId.1": one}))["InstanceStatuses"]["InstanceStatus"]
    assert statuses == [{"InstanceId": one, "Status": "Running"}]


def test_an_instance_says_what_it_was_made_with(world: World, image: str) -> None:
    tags = {"Tag.1.Key": "drill", "Tag.1.Value": "d-1"}
    named = {"InstanceName": "drill-1", "Description": "a drill", "SpotStrategy": "SpotAsPriceGo"}
    started(world, image, **tags, **named, InternetMaxBandwidthOut="5")
    (one,) = shown(world)
    assert {name: one[name] for name in named} == named
    assert (one["ImageId"], one["InstanceType"], one["InstanceTypeFamily"]) == (image, "ecs.g6.large", "ecs.g6")
    assert (one["Cpu"], one["Memory"], one["ZoneId"], one["RegionId"]) == (2, 8192, "cn-hangzhou-i", "cn-hangzhou")
    assert one["Tags"]["Tag"] == [{"TagKey": "drill", "TagValue": "d-1"}]
    assert (one["VpcAttributes"]["VpcId"], one["VpcAttributes"]["VSwitchId"]) == ("vpc-bp1docs", "vsw-bp1docs")
    assert one["SecurityGroupIds"]["SecurityGroupId"] == ["sg-bp1docs"]
    assert len(one["PublicIpAddress"]["IpAddress"]) == 1
    assert one["DeletionProtection"] is False


def test_without_bandwidth_there_is_no_public_address(world: World, image: str) -> None:
    started(world, image, InternetMaxBandwidthOut="0")
    assert shown(world)[0]["PublicIpAddress"]["IpAddress"] == []


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"RegionId": ""}, (400, "MissingParameter")),
        ({"RegionId": "cn-nowhere"}, (400, "InvalidRegionId.NotFound")),
        ({"ImageId": ""}, (400, "MissingParameter")),
        ({"ImageId": "m-nobodys"}, (404, "InvalidImageId.NotFound")),
        ({"InstanceType": ""}, (400, "MissingParameter")),
        ({"InstanceType": "ecs.huge"}, (400, "InvalidInstanceType.ValueNotSupported")),
        ({"InstanceType": "ecs.c6.large"}, (403, "OperationDenied.NoStock")),
        ({"InstanceType": "ecs.r6.large"}, (403, "InvalidInstanceType.ZoneNotSupported")),
        ({"InstanceType": "ecs.g9i.large"}, (403, "InvalidParameter.NotMatch")),
        ({"InstanceType": "ecs.g6r.large"}, (403, "ImageNotSupportInstanceType")),
        ({"VSwitchId": ""}, (400, "InvalidVSwitchId.Necessary")),
        ({"VSwitchId": "vsw-nobodys"}, (404, "InvalidVSwitchId.NotFound")),
        ({"ZoneId": "cn-hangzhou-b"}, (404, "InvalidZoneId.NotFound")),
        ({"SecurityGroupId": ""}, (400, "MissingParameter")),
        ({"SecurityGroupId": "sg-nobodys"}, (404, "InvalidSecurityGroupId.NotFound")),
        ({"SecurityGroupId": "sg-other"}, (400, "InvalidParameter.Mismatch")),
        ({"SecurityGroupIds.1": "sg-bp1more"}, (400, "InvalidParameter.Conflict")),
        ({"Amount": "0"}, (403, "InvalidParam.Amount")),
        ({"Amount": "101"}, (403, "InvalidParam.Amount")),
        ({"Amount": "4"}, (403, "QuotaExceed.ElasticQuota")),
        ({"AutoReleaseTime": "tomorrow"}, (400, "InvalidAutoReleaseTime.Malformed")),
        ({"AutoReleaseTime": "2020-01-01T00:00:00Z"}, (400, "InvalidAutoReleaseTime.Malformed")),
        ({"AutoReleaseTime": "2040-01-01T00:00:00Z"}, (400, "InvalidAutoReleaseTime.Malformed")),
        ({"InstanceName": "1"}, (400, "InvalidInstanceName.Malformed")),
        ({"Description": "https://x"}, (400, "InvalidDescription.Malformed")),
        ({"Tag.1.Key": "a", "Tag.2.Key": "a"}, (400, "Duplicate.TagKey")),
        ({"Tag.1.Key": "acs:a"}, (400, "InvalidTagKey.Malformed")),
        ({"SpotStrategy": "Cheap"}, (400, "InvalidSpotStrategy")),
        ({"SpotStrategy": "SpotWithPriceLimit"}, (400, "InvalidSpotPriceLimit")),
        ({"SpotStrategy": "SpotAsPriceGo", "SpotDuration": "7"}, (400, "InvalidSpotDuration")),
        ({"InternetMaxBandwidthOut": "101"}, (400, "InvalidInternetMaxBandwidthOut.Malformed")),
        ({"DeletionProtection": "maybe"}, (400, "InvalidParameter")),
        ({"SystemDisk.Category": "cloud_magic"}, (400, "InvalidSystemDiskCategory.ValueNotSupported")),
        ({"SystemDisk.Category": "cloud_essd_entry"}, (400, "InvalidSystemDiskCategory.ValueNotSupported")),
        ({"SystemDisk.PerformanceLevel": "PL9"}, (400, "InvalidPerformanceLevel.Malformed")),
        ({"SystemDisk.Size": "59"}, (404, "InvalidSystemDiskSize.LessThanImageSize")),
        ({"SystemDisk.Size": "2049"}, (400, "InvalidSystemDiskSize.ValueNotSupported")),
        ({"DryRun": "true"}, (400, "DryRunOperation")),
        ({"DryRun": "true", "InstanceType": "ecs.c6.large"}, (403, "OperationDenied.NoStock")),
        ({"ClientToken": "x" * 65}, (400, "InvalidClientToken.Malformed")),
    ],
)
def test_a_wrong_request_is_refused_and_starts_nothing(
    world: World, image: str, params: dict[str, str], refusal: tuple[int, str]
) -> None:
    world.post("stock", {"sold_out": ["ecs.c6.large"], "not_offered": ["ecs.r6.large"]})
    world.post("quotas", {"ecs_instances": 3})
    assert code_of(world, run_instances(image, **params)) == refusal
    assert world.get("state")["instances"] == []


def test_a_disk_is_no_smaller_than_its_category_allows(world: World, image: str) -> None:
    small = world.create_image(Status="Available", Size=5)["ImageId"]
    too_small = (404, "InvalidSystemDiskSize.LessThanMinSize")
    assert code_of(world, run_instances(small, **{"SystemDisk.Size": "19"})) == too_small
    essd = {"SystemDisk.Size": "5", "SystemDisk.Category": "cloud_essd"}
    assert code_of(world, run_instances(small, **essd)) == too_small
    assert started(world, small, **essd, **{"SystemDisk.PerformanceLevel": "PL0"})
    entry = {"SystemDisk.Size": "10", "SystemDisk.Category": "cloud_essd_entry"}
    assert started(world, small, **entry, InstanceType="ecs.u1-c1m1.large")
    assert started(world, image, **{"SystemDisk.Size": "60"})


def test_an_image_with_nvme_starts_on_the_newest_types_and_arm_on_arm(world: World, image: str) -> None:
    nvme = world.create_image(Status="Available", Features={"NvmeSupport": "supported"})["ImageId"]
    arm = world.create_image(Status="Available", Architecture="arm64")["ImageId"]
    assert started(world, nvme, InstanceType="ecs.g9i.large")
    assert started(world, arm, InstanceType="ecs.g6r.large")
    assert code_of(world, run_instances(arm)) == (403, "ImageNotSupportInstanceType")

    def types(image_id: str) -> list[str]:
        answer = world.send(image_types(image_id))
        return [one["InstanceTypeId"] for one in answer["InstanceTypes"]["InstanceType"]]

    assert types(arm) == ["ecs.c6r.large", "ecs.g6r.large"]
    assert ("ecs.g9i.large" in types(nvme), "ecs.g9i.large" in types(image)) == (True, False)
    assert code_of(world, image_types("m-nobodys")) == (404, "InvalidImageId.NotFound")


def test_an_image_without_cloud_init_takes_neither_data_nor_keys(world: World, image: str) -> None:
    plain = world.create_image(Status="Available", IsSupportCloudinit=False)["ImageId"]
    for name in ("UserData", "KeyPairName"):
        assert code_of(world, run_instances(plain, **{name: "x"})) == (400, "ImageNotSupportCloudInit")
        assert started(world, image, **{name: "x"})


@pytest.mark.parametrize("status", ["Creating", "Waiting", "CreateFailed", "UnAvailable"])
def test_an_image_that_is_not_available_starts_nothing(world: World, image: str, status: str) -> None:
    world.post(f"images/{image}", {"Status": status})
    assert code_of(world, run_instances(image)) == (403, "OperationDenied.ImageNotValid")


def test_what_is_sold_out_is_told_and_may_come_back(world: World, image: str) -> None:
    world.post("stock", {"sold_out": ["ecs.g6.large"], "not_offered": ["ecs.r6.large"]})

    def told() -> dict[str, str]:
        (zone, *_) = world.send(available_resource(ZoneId="cn-hangzhou-i"))["AvailableZones"]["AvailableZone"]
        (resource,) = zone["AvailableResources"]["AvailableResource"]
        assert resource["Type"] == "InstanceType"
        return {one["Value"]: one["StatusCategory"] for one in resource["SupportedResources"]["SupportedResource"]}

    assert (told()["ecs.g6.large"], told()["ecs.c6.large"]) == ("WithoutStock", "WithStock")
    assert "ecs.r6.large" not in told()
    world.post("stock", {"sold_out": []})
    assert told()["ecs.g6.large"] == "WithStock"
    assert started(world, image)
    (zone,) = world.send(available_resource(ZoneId="cn-hangzhou-i", InstanceType="ecs.g6.large"))["AvailableZones"][
        "AvailableZone"
    ]
    assert (zone["ZoneId"], zone["Status"]) == ("cn-hangzhou-i", "Available")
    gone = world.send(available_resource(InstanceType="ecs.r6.large"))
    assert gone["AvailableZones"]["AvailableZone"] == []
    assert code_of(world, available_resource(InstanceType="ecs.huge"))[1] == "InvalidInstanceType.ValueNotSupported"
    assert code_of(world, available_resource(DestinationResource="Moon"))[1] == "InvalidDestinationResource"
    assert code_of(world, available_resource(DestinationResource="Zone"))[1] == "UnsupportedParameter"
    with pytest.raises(HTTPError):
        world.post("stock", {"sold_out": ["ecs.huge"]})


def test_the_same_token_starts_once_and_several_at_a_time_are_started(world: World, image: str) -> None:
    first = started(world, image, ClientToken="drill-1", Amount="3")
    assert (len(set(first)), started(world, image, ClientToken="drill-1", Amount="3")) == (3, first)
    assert code_of(world, run_instances(image, ClientToken="drill-1")) == (400, "IdempotentParameterMismatch")
    assert len(world.get("state?only=instances")["instances"]) == 3


def test_instances_are_found_by_every_filter(world: World, image: str) -> None:
    other = world.create_image(Status="Available")["ImageId"]
    tags = {"Tag.1.Key": "drill", "Tag.1.Value": "d-1"}
    mine = run(world, image, InstanceName="drill-1", **tags)
    started(world, other, InstanceType="ecs.c7.large", VSwitchId="vsw-other", SecurityGroupId="sg-other")
    for filters in (
        {"InstanceIds": f'["{mine}"]'},
        {"InstanceName": "drill-*"},
        {"Status": "Running"},
        {"ImageId": image},
        {"InstanceType": "ecs.g6.large"},
        {"InstanceTypeFamily": "ecs.g6"},
        {"ZoneId": "cn-hangzhou-i"},
        {"VpcId": "vpc-bp1docs"},
        {"VSwitchId": "vsw-bp1docs"},
        {"SecurityGroupId": "sg-bp1docs"},
        {"Tag.1.Key": "drill"},
        tags,
    ):
        assert [one["InstanceId"] for one in shown(world, **filters)] == [mine], filters
    assert shown(world, **{"Tag.1.Key": "drill", "Tag.1.Value": "d-2"}) == []
    assert shown(world, RegionId="cn-shanghai") == []
    assert len(shown(world)) == 2
    wrong = (400, "InvalidInstanceIds.Malformed")
    for ids in ("no", "[]", str([f"i-{n}" for n in range(101)]).replace("'", '"')):
        assert code_of(world, describe_instances(InstanceIds=ids)) == wrong
    assert code_of(world, describe_instances(DryRun="true")) == (400, "DryRunOperation")


def test_instances_come_in_pages_and_by_tokens(world: World, image: str) -> None:
    made = started(world, image, Amount="5")
    answer = world.send(describe_instances(PageSize="2", PageNumber="3"))
    assert (answer["TotalCount"], [one["InstanceId"] for one in answer["Instances"]["Instance"]]) == (5, made[:1])
    found, token = [], None
    while token != "":
        answer = world.send(describe_instances(MaxResults="2", NextToken=token))
        found += [one["InstanceId"] for one in answer["Instances"]["Instance"]]
        token = answer["NextToken"]
    assert found == made[::-1]
    assert code_of(world, describe_instances(MaxResults="2", NextToken="x")) == (400, "InvalidParameter")
    assert code_of(world, describe_instance_status(PageSize="101")) == (400, "InvalidParameter")
    many = {f"InstanceId.{n}": f"i-{n}" for n in range(1, 102)}
    assert code_of(world, describe_instance_status(**many)) == (400, "InvalidParameter")
    assert world.send(describe_instance_status(ZoneId="cn-hangzhou-b"))["TotalCount"] == 0


def test_an_instance_goes_when_it_is_forced_to_and_may_not_before_it_has_begun(world: World, image: str) -> None:
    (one,) = started(world, image)
    assert code_of(world, delete_instance(one, Force="true")) == (403, "IncorrectInstanceStatus.Initializing")
    world.advance(25)
    assert code_of(world, delete_instance(one)) == (403, "IncorrectInstanceStatus")
    assert code_of(world, delete_instance(one, Force="true", DryRun="true")) == (400, "DryRunOperation")
    world.send(delete_instance(one, Force="true"))
    assert state(world, one) == "Stopping"
    assert code_of(world, delete_instance(one, Force="true")) == (403, "IncorrectInstanceStatus")
    world.advance(11)
    assert state(world, one) is None
    assert code_of(world, delete_instance(one, Force="true")) == (404, "InvalidInstanceId.NotFound")


def test_what_is_stopping_goes_at_once_with_force_stop(world: World, image: str) -> None:
    one = run(world, image)
    world.send(delete_instance(one, Force="true"))
    world.send(delete_instance(one, Force="true", ForceStop="true"))
    assert state(world, one) is None
    world.advance(60)
    assert world.get("state?only=instances")["instances"] == []


def test_a_stopped_instance_goes_without_force(world: World, image: str) -> None:
    one = run(world, image)
    assert code_of(world, stop_instance(one, DryRun="true")) == (400, "DryRunOperation")
    world.send(stop_instance(one))
    assert code_of(world, stop_instance(one)) == (403, "IncorrectInstanceStatus")
    world.advance(11)
    assert state(world, one) == "Stopped"
    world.send(delete_instance(one))
    assert state(world, one) is None


def test_a_protected_instance_stays(world: World, image: str) -> None:
    one = run(world, image, DeletionProtection="true")
    protected = (403, "InvalidOperation.DeletionProtection")
    assert code_of(world, delete_instance(one, Force="true", ForceStop="true")) == protected
    assert code_of(world, delete_instances(one, Force="true")) == protected


def test_several_go_together_or_none(world: World, image: str) -> None:
    first, second = started(world, image, Amount="2")
    world.advance(25)
    gone = (404, "InvalidInstanceId.NotFound")
    assert code_of(world, delete_instances(first, "i-nobodys", Force="true")) == gone
    assert code_of(world, delete_instances(first, second, Force="true", RegionId="cn-shanghai")) == gone
    assert code_of(world, delete_instances(Force="true")) == (400, "MissingParameter")
    assert code_of(world, delete_instances(*[f"i-{n}" for n in range(101)])) == (400, "InvalidParameter")
    assert code_of(world, delete_instances(first, Force="true", DryRun="true")) == (400, "DryRunOperation")
    assert (state(world, first), state(world, second)) == ("Running", "Running")
    world.send(delete_instances(first, second, Force="true", ClientToken="gone"))
    world.advance(11)
    assert world.get("state?only=instances")["instances"] == []
    world.send(delete_instances(first, second, Force="true", ClientToken="gone"))  # the answer to the same call


def test_an_instance_is_released_at_its_time_whatever_protects_it(world: World, image: str) -> None:
    (one,) = started(world, image, AutoReleaseTime=ahead(world, minutes=45), DeletionProtection="true")
    assert shown(world)[0]["AutoReleaseTime"].endswith("Z")
    world.advance(43 * 60)
    assert state(world, one) == "Running"
    world.advance(2 * 60)
    assert state(world, one) is None


def test_the_seconds_of_a_release_are_cut(world: World, image: str) -> None:
    now = datetime.fromisoformat(world.get("clock")["now"])
    when = (now + timedelta(minutes=45)).replace(second=59, microsecond=0)
    (one,) = started(world, image, AutoReleaseTime=when.strftime("%Y-%m-%dT%H:%M:%SZ"))
    world.advance((when - now).total_seconds() - 65)
    assert state(world, one) == "Running"
    world.advance(20)
    assert state(world, one) is None


def test_a_release_is_half_an_hour_ahead(world: World, image: str) -> None:
    refused = (400, "InvalidAutoReleaseTime.Malformed")
    assert code_of(world, run_instances(image, AutoReleaseTime=ahead(world, minutes=29))) == refused
    assert started(world, image, AutoReleaseTime=ahead(world, minutes=31))


def test_an_image_of_an_instance_stays_until_the_last_one_is_gone_or_it_is_forced(world: World, image: str) -> None:
    first, second = started(world, image, Amount="2")
    world.advance(25)
    used = (403, "ImageUsingByInstance")
    for one in (first, second):
        assert code_of(world, delete_image(image)) == used
        assert world.send(describe_images(ImageId=image))["Images"]["Image"][0]["Usage"] == "instance"
        world.send(delete_instance(one, Force="true"))
        assert code_of(world, delete_image(image)) == used
        world.advance(11)
    world.send(delete_image(image))


def test_force_deletes_an_image_under_its_instance(world: World, image: str) -> None:
    one = run(world, image)
    world.send(delete_image(image, Force="true"))
    assert state(world, one) == "Running"


def test_an_instance_may_vanish_or_never_start(world: World, image: str) -> None:
    world.post("guests", {"ImageName": "gold*", "outcome": "vanish"})
    (one,) = started(world, image)
    world.advance(6)
    assert state(world, one) is None
    world.post("guests", {"ImageName": "gold*", "outcome": "stall"})
    (other,) = started(world, image)
    world.advance(3600)
    assert state(world, other) == "Starting"
    world.send(delete_instance(other, Force="true"))
    world.advance(11)
    assert state(world, other) is None


def test_an_instance_may_start_slowly(world: World, image: str) -> None:
    world.post("guests", {"starts_s": 600})
    (one,) = started(world, image)
    world.advance(604)
    assert state(world, one) == "Starting"
    world.advance(2)
    assert state(world, one) == "Running"


def test_networks_are_of_an_account_and_a_region(world: World, image: str) -> None:
    world.post("networks", {**NETWORK, "account_id": "9999999999999999"})
    assert code_of(world, run_instances(image)) == (404, "InvalidVSwitchId.NotFound")
    answer = world.post("networks", {**NETWORK, "region": "cn-shanghai"})
    assert (answer["region"], answer["account_id"], answer["default"]) == ("cn-shanghai", "1234567890123456", False)
    assert code_of(world, run_instances(image)) == (404, "InvalidVSwitchId.NotFound")


def test_a_ground_file_names_networks() -> None:
    with running(Settings(speed=0.01, ground={**OPEN, "networks": [NETWORK]})) as world:
        image = world.create_image(Status="Available")["ImageId"]
        assert len(started(world, image, **{"SecurityGroupId": "", "SecurityGroupIds.1": "sg-bp1more"})) == 1


def test_a_wrong_order_for_guests_is_refused(world: World) -> None:
    for wrong in ({"says": "hello"}, {"outcome": "explode"}, {"exit_code": 256}, {"starts_s": -1}, {"what": 1}):
        with pytest.raises(HTTPError):
            world.post("guests", wrong)
    usual = world.post("guests", {"says": "panic"})
    assert (usual["ImageName"], usual["says"], usual["outcome"], usual["agent"]) == ("*", "panic", "run", True)
