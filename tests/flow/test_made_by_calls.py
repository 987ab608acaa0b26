"""Images made by calls of the API: ActionTrail tells, its rule invokes the function, and the image is exported."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aliyunsdkcore.request import AcsRequest
from aliyunsdkecs.request.v20140526.CopyImageRequest import CopyImageRequest
from aliyunsdkecs.request.v20140526.CreateImageRequest import CreateImageRequest

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.rpc import Rpc

from ..contract.worlds import administrator
from ..emulator.ecs_requests import filled
from .world import REGION, World, still_functions

ELSEWHERE = "ap-southeast-2"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The deployed functions with their rule on ActionTrail's events."""
    arguments = ("--functions", str(still_functions(tmp_path)), "--speed", "1", "--events", "actiontrail")
    with RunningEmulator(*arguments, log=tmp_path / "log") as running:
        yield World(running)


def call(world: World, request: AcsRequest, **params: Any) -> str:
    """The ImageId of the answer."""
    rpc = Rpc(lambda: administrator(world.emulator), Addresses(world.emulator.endpoint), lambda: 60.0)
    return str(rpc.call(filled(request, **params), "ecs.aliyuncs.com")["ImageId"])


def all_ended(world: World) -> bool:
    """Whether the rule has invoked the function for all three images, and each has ended."""
    states = [one["status"] for one in world.emulator.state("invocations")]
    return len(states) >= 3 and set(states) == {"succeeded"}


@pytest.mark.parametrize("reading", ["responseElements", "referencedResources"])
def test_an_image_is_exported_that_createimage_or_copyimage_has_made(world: World, reading: str) -> None:
    """Wherever the event names the new image (UNSURE); the copy is called elsewhere and stands here."""
    made = call(world, CreateImageRequest(), RegionId=REGION, InstanceId="i-bp1abc", ImageName="golden-made")
    world.emulator.post("unsure", {"actiontrail_image_id": reading})
    source = world.image(RegionId=ELSEWHERE, ImageName="golden-source")
    copied = call(
        world,
        CopyImageRequest(),
        RegionId=ELSEWHERE,
        ImageId=source,
        DestinationRegionId=REGION,
        DestinationImageName="golden-copy",
    )
    assert world.emulator.until(lambda: all_ended(world))
    for image in (made, copied):
        assert world.follow(image)["Status"] == "Completed"
    assert world.calls_of(source) == []
