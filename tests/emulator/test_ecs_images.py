"""DescribeImages and the life of an image, as the ECS SDK sees them."""

from typing import Any

import pytest

from alicloud_emulator.cloud import Settings
from tests.emulator.ecs_requests import describe_images
from tests.emulator.world import World, code_of, running


def image_ids(world: World, **params: Any) -> list[str]:
    """The ids that DescribeImages answers."""
    return [image["ImageId"] for image in world.send(describe_images(**params))["Images"]["Image"]]


def test_an_image_is_created_and_then_available(world: World) -> None:
    image_id = world.create_image()["ImageId"]
    assert image_ids(world) == []
    assert image_ids(world, Status="Creating") == [image_id]
    world.advance(60)
    assert image_ids(world) == [image_id]


def test_an_image_told_to_stay_as_it_is_stays(world: World) -> None:
    image_id = world.create_image(Status="Creating")["ImageId"]
    world.advance(3600)
    assert image_ids(world) == []
    world.post(f"images/{image_id}", {"Status": "Available"})
    assert image_ids(world) == [image_id]


def test_what_is_left_out_of_an_image_is_filled_in(world: World) -> None:
    disks = [{"Type": "system", "Size": "40"}, {"Type": "data", "Size": "20"}]
    image = world.create_image(DiskDeviceMappings={"DiskDeviceMapping": disks})
    shown = [(disk["Device"], disk["Type"], disk["Size"]) for disk in image["DiskDeviceMappings"]["DiskDeviceMapping"]]
    assert shown == [("/dev/xvda", "system", "40"), ("/dev/xvdb", "data", "20")]
    assert (image["ImageOwnerAlias"], image["ImageOwnerId"]) == ("self", 1234567890123456)


def test_an_image_is_seen_in_its_own_region_only(world: World) -> None:
    image_id = world.create_image(RegionId="ap-southeast-1", Status="Available")["ImageId"]
    assert image_ids(world) == []
    assert image_ids(world, RegionId="ap-southeast-1") == [image_id]


def test_several_images_are_found_by_their_ids_where_that_works(world: World) -> None:
    first, second, _ = (world.create_image(Status="Available")["ImageId"] for _ in range(3))
    assert set(image_ids(world, ImageId=f"{first},{second}")) == {first, second}
    world.post("unsure", {"image_id_list": "single"})
    assert image_ids(world, ImageId=f"{first},{second}") == []
    assert image_ids(world, ImageId=first) == [first]


def test_images_are_found_by_tag_name_and_time(world: World) -> None:
    tags = {"Tag": [{"TagKey": "export", "TagValue": "true"}]}
    image_id = world.create_image(
        Status="Available", ImageName="golden-1", Tags=tags, CreationTime="2024-04-10T08:00:00Z"
    )["ImageId"]
    world.create_image(Status="Available", ImageName="other")
    assert image_ids(world, **{"Tag.1.Key": "export", "Tag.1.Value": "true"}) == [image_id]
    assert image_ids(world, ImageName="golden-*") == [image_id]
    window = {"Filter.1.Key": "CreationStartTime", "Filter.1.Value": "2024-04-10T07:59Z"}
    window |= {"Filter.2.Key": "CreationEndTime", "Filter.2.Value": "2024-04-10T08:01Z"}
    assert image_ids(world, **window) == [image_id]


@pytest.mark.parametrize("key", ["Tag.1.Key", "Tag.1.key"])
@pytest.mark.parametrize("spelling", [("TagKey", "TagValue"), ("Key", "Value")])
def test_tags_are_found_in_both_spellings_of_the_image_and_of_the_call(
    world: World, key: str, spelling: tuple[str, str]
) -> None:
    tags = {"Tag": [dict(zip(spelling, ("export", "true"), strict=True))]}
    image_id = world.create_image(Status="Available", Tags=tags)["ImageId"]
    world.create_image(Status="Available")
    value = key.replace("key", "value").replace("Key", "Value")
    assert image_ids(world, **{key: "export", value: "true"}) == [image_id]
    assert image_ids(world, **{key: "export", value: "false"}) == []


def test_pages_are_at_most_a_hundred_long(world: World) -> None:
    for _ in range(12):
        world.create_image(Status="Available")
    answer = world.send(describe_images(PageNumber=2))
    assert (len(answer["Images"]["Image"]), answer["TotalCount"], answer["PageSize"]) == (2, 12, 10)
    assert code_of(world, describe_images(PageSize=101)) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"RegionId": ""}, (400, "MissingParameter")),
        ({"RegionId": "cn-nowhere"}, (400, "InvalidRegionId.NotFound")),
        ({"Status": "Gone"}, (400, "InvalidParameter")),
        ({"ImageOwnerAlias": "nobody"}, (400, "InvalidImageOwnerAlias.ValueNotSupported")),
        ({"Filter.1.Key": "Colour"}, (404, "InvalidFilterKey.NotFound")),
        ({"DryRun": "true"}, (400, "DryRunOperation")),
    ],
)
def test_a_wrong_question_is_refused(world: World, params: dict[str, Any], refusal: tuple[int, str]) -> None:
    assert code_of(world, describe_images(**params)) == refusal


def events(world: World) -> list[dict[str, Any]]:
    """What was published on the default bus."""
    return [entry["event"] for entry in world.get("state")["events"] if entry["bus"] == "default"]


def test_creating_an_image_is_told_as_actiontrail_tells_api_calls(world: World) -> None:
    image_id = world.create_image(RegionId="ap-southeast-1")["ImageId"]
    (event,) = events(world)
    assert (event["source"], event["type"]) == ("acs.ecs", "ecs:ActionTrail:ApiCall")
    assert (event["data"]["eventName"], event["data"]["acsRegion"]) == ("CreateImage", "ap-southeast-1")
    assert event["data"]["responseElements"]["ImageId"] == image_id
    assert event["aliyunregionid"] == "ap-southeast-1"


def test_actiontrail_may_name_the_image_in_one_place_only(world: World) -> None:
    world.post("unsure", {"actiontrail_image_id": "referencedResources"})
    image_id = world.create_image()["ImageId"]
    data = events(world)[0]["data"]
    assert "ImageId" not in data["responseElements"]
    assert data["referencedResources"]["ACS::ECS::Image"] == [image_id]


@pytest.mark.parametrize("shape", ["flat", "content"])
def test_each_state_of_an_image_is_told_where_eventbridge_has_that_event(shape: str) -> None:
    with running(Settings(speed=1.0, events=frozenset({"image"}))) as world:
        world.post("unsure", {"image_event_shape": shape})
        world.create_image()
        world.advance(60)
        data = [event["data"] for event in events(world)]
    assert [(entry if shape == "flat" else entry["content"])["currentState"] for entry in data] == [
        "Creating",
        "Available",
    ]
