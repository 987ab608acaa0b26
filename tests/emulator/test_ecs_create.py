"""CreateImage and CopyImage by the ECS SDK, and what ActionTrail tells of them."""

from typing import Any

import pytest
from aliyunsdkcore.request import AcsRequest
from aliyunsdkecs.request.v20140526.CopyImageRequest import CopyImageRequest
from aliyunsdkecs.request.v20140526.CreateImageRequest import CreateImageRequest

from tests.emulator.ecs_requests import REGION, describe_images, filled
from tests.emulator.world import World, code_of

AWAY = "ap-southeast-1"


def create(**params: Any) -> AcsRequest:
    return filled(CreateImageRequest(), **{"RegionId": REGION, "InstanceId": "i-bp1abc", **params})


def copy(image_id: str | None, **params: Any) -> AcsRequest:
    usual = {"RegionId": REGION, "ImageId": image_id, "DestinationRegionId": AWAY}
    return filled(CopyImageRequest(), **{**usual, **params})


def told(world: World) -> dict[str, Any]:
    """The last event of ActionTrail."""
    events = [one["event"] for one in world.get("state")["events"]]
    found: dict[str, Any] = [one for one in events if one["type"].startswith("ecs:ActionTrail:")][-1]
    return found


def shown(world: World, image_id: str, region: str = REGION) -> dict[str, Any]:
    answer = world.send(describe_images(ImageId=image_id, Status="Creating,Available", RegionId=region))
    return dict(answer["Images"]["Image"][0])


def test_an_image_of_an_instance_is_creating_and_then_available(world: World) -> None:
    asked = create(ImageName="golden-1", **{"Tag.1.Key": "export", "Tag.1.Value": "true"})
    image = shown(world, world.send(asked)["ImageId"])
    assert (image["Status"], image["ImageName"], image["ImageOwnerAlias"]) == ("Creating", "golden-1", "self")
    assert image["Tags"]["Tag"] == [{"TagKey": "export", "TagValue": "true"}]
    world.advance(61)
    assert shown(world, image["ImageId"])["Status"] == "Available"


def test_the_call_is_told_with_its_request_and_the_new_image(world: World) -> None:
    answer = world.send(create(ImageName="golden-1"))
    data = told(world)["data"]
    assert (data["eventName"], data["acsRegion"], data["requestId"]) == ("CreateImage", REGION, answer["RequestId"])
    assert data["requestParameters"] == {"RegionId": REGION, "InstanceId": "i-bp1abc", "ImageName": "golden-1"}
    assert data["responseElements"]["ImageId"] == answer["ImageId"]
    assert data["referencedResources"]["ACS::ECS::Image"] == [answer["ImageId"]]


@pytest.mark.parametrize("kind", ["ApiCall", "ConsoleOperation", "AliyunServiceEvent"])
def test_of_which_sort_a_call_is_can_be_read_in_each_way(world: World, kind: str) -> None:
    world.post("unsure", {"actiontrail_event_type": kind})
    world.send(create(ImageName="golden"))
    event = told(world)
    assert (event["type"], event["data"]["eventType"]) == (f"ecs:ActionTrail:{kind}", kind)


def test_a_copy_stands_in_its_destination_and_is_told_of_where_it_was_asked_for(world: World) -> None:
    disks = {"DiskDeviceMapping": [{"Type": "system", "Size": "40"}, {"Type": "data", "Size": "20"}]}
    source = world.create_image(Status="Available", DiskDeviceMappings=disks)["ImageId"]
    made = world.send(copy(source, DestinationImageName="copy-1", ResourceGroupId="rg-acfm1"))["ImageId"]
    image = shown(world, made, AWAY)
    assert (image["IsCopied"], image["ImageName"], image["ResourceGroupId"]) == (True, "copy-1", "rg-acfm1")
    assert [disk["Size"] for disk in image["DiskDeviceMappings"]["DiskDeviceMapping"]] == ["40", "20"]
    data = told(world)["data"]
    assert (data["eventName"], data["acsRegion"]) == ("CopyImage", REGION)
    assert data["requestParameters"]["DestinationRegionId"] == AWAY
    assert data["referencedResources"]["ACS::ECS::Image"] == [source, made]


def test_a_copy_may_stay_where_it_is_if_it_is_encrypted(world: World) -> None:
    source = world.create_image(Status="Available")["ImageId"]
    made = world.send(copy(source, DestinationRegionId=REGION, Encrypted="true"))["ImageId"]
    assert shown(world, made)["DiskDeviceMappings"]["DiskDeviceMapping"][0]["Encrypted"] is True


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"InstanceId": None}, (400, "MissingParameter")),
        ({"InstanceId": "m-1"}, (404, "InvalidInstanceId.NotFound")),
        ({"InstanceId": None, "SnapshotId": "x"}, (404, "InvalidSnapshotId.NotFound")),
        ({"ImageName": "a"}, (400, "InvalidImageName.Malformed")),
        ({"ImageName": "aliyun-1"}, (400, "InvalidImageName.Malformed")),
        ({"ImageName": "taken"}, (400, "InvalidImageName.Duplicated")),
        ({"DryRun": "true"}, (400, "DryRunOperation")),
        ({"RegionId": "nowhere"}, (400, "InvalidRegionId.NotFound")),
    ],
)
def test_what_cannot_be_made_is_refused_and_told_of_to_nobody(
    world: World, params: dict[str, Any], refusal: tuple[int, str]
) -> None:
    world.create_image(ImageName="taken")
    before = len(world.get("state")["images"])
    assert code_of(world, create(**params)) == refusal
    assert len(world.get("state")["images"]) == before
    assert told(world)["data"]["requestParameters"]["ImageName"] == "taken"


def test_a_copy_that_cannot_be_made_is_refused(world: World) -> None:
    source = world.create_image(Status="Available")["ImageId"]
    unready = world.create_image(Status="Creating")["ImageId"]
    assert code_of(world, copy(None)) == (400, "MissingParameter")
    assert code_of(world, copy("m-nobody")) == (404, "InvalidImageId.NotFound")
    assert code_of(world, copy(unready)) == (400, "IncorrectImageStatus")
    assert code_of(world, copy(source, DestinationRegionId=REGION)) == (400, "InvalidParameter")
    assert code_of(world, copy(source, DestinationRegionId="nowhere")) == (400, "InvalidRegionId.NotFound")
